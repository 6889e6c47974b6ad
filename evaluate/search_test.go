package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// cells count the right rows of a day by region, plan and device.
type cells [4][5][3]struct{ n, right int }

// sliced is a world in which each region has a difficulty of its own, and days of its own.
type sliced struct {
	random *rand.Rand
	shock  float64 // standard deviation of what a day brings a region
	bad    func(region, plan int) float64
}

// draw makes a day with so many rows in a cell, more in some regions than in others.
func (w sliced) draw(c *cells, n int) {
	for region := range c {
		level := 0.82 + 0.02*float64(region) + w.shock*w.random.NormFloat64()
		for plan := range c[region] {
			for device := range c[region][plan] {
				at := &c[region][plan][device]
				rows := n * (1 + region) / 2
				at.n += rows
				for range rows {
					if w.random.Float64() < level-w.bad(region, plan) {
						at.right++
					}
				}
			}
		}
	}
}

// estimates are the accuracies of all rows and of the slices.
func (c *cells) estimates() map[string]performance.Estimate {
	type count struct{ n, right int }
	sums := map[string]count{}
	for region := range c {
		for plan := range c[region] {
			for device, cell := range c[region][plan] {
				names := []string{fmt.Sprint("region=", region), fmt.Sprint("plan=", plan), fmt.Sprint("device=", device)}
				for _, name := range append(names, "", names[0]+and+names[1], names[0]+and+names[2], names[1]+and+names[2]) {
					sum := sums[name]
					sums[name] = count{sum.n + cell.n, sum.right + cell.right}
				}
			}
		}
	}
	all := map[string]performance.Estimate{}
	for name, sum := range sums {
		all[name] = performance.Accuracy(sum.right, sum.n)
	}
	return all
}

// search plays a reference and so many days, of which the last are bad, and returns what
// is told at the end.
func (w sliced) search(p Policy, days, badDays int) []Result {
	none := func(int, int) float64 { return 0 }
	bad := w.bad
	w.bad = none
	var trained cells
	for range 14 {
		w.draw(&trained, 20)
	}
	ref := Reference{Slices: &SliceMeans{Check: "accuracy", Blocks: 14, Means: map[string]SliceMean{}}}
	for name, e := range trained.estimates() {
		ref.Slices.Means[name] = SliceMean{uint64(e.N), e.Value, e.SE}
	}
	var told []Published
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for d := range days {
		if d >= days-badDays {
			w.bad = bad
		}
		var day cells
		w.draw(&day, 20)
		for name, e := range day.estimates() {
			r := Result{Check: "accuracy", Segment: name, From: from.AddDate(0, 0, d), To: from.AddDate(0, 0, d+1)}
			r.estimated(e)
			told = append(told, Published{"1", r})
		}
	}
	v := Verdict{Ref: model.Ref{Name: "m", Version: "1"}}
	block{policy: p, from: from.AddDate(0, 0, days-1), to: from.AddDate(0, 0, days)}.search(&v, told, ref)
	return v.Results
}

func slicedPolicy(q float64) Policy {
	return Policy{
		Segments: []string{"region", "plan", "device"}, Budgets: Budgets{DriftAlerts: q * 365.25},
		Live: LivePolicy{Metrics: []string{"accuracy"}, Block: oneDay, Tolerate: map[string]float64{"accuracy": 0}},
	}
}

// Where no slice does worse beside the others than in the reference, the search tells one
// no more often than asked for, whatever a day brings to a region.
func TestSearchTellsFewFalseSlices(t *testing.T) {
	runs := 150
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs = 10000
	}
	const seed, q = 71, 0.05
	for _, days := range []int{leastSliceBlocks, mostSliceBlocks} {
		for _, shock := range []float64{0, 0.05} {
			t.Logf("seed %d", seed)
			w := sliced{rand.New(rand.NewPCG(seed, uint64(days))), shock, func(int, int) float64 { return 0 }}
			false1 := 0
			for range runs {
				results := w.search(slicedPolicy(q), days, 0)
				if len(results) == 0 {
					t.Fatal("nothing was searched")
				}
				if results[0].Segment != NoSlice {
					false1++
				}
			}
			rate := float64(false1) / float64(runs)
			t.Logf("%d days, shocks of %.2f: %.4f of searches tell a slice, asked for %.2f", days, shock, rate, q)
			if limit := q + 3*math.Sqrt(q*(1-q)/float64(runs)); rate > limit {
				t.Errorf("%d days, shocks of %.2f: %.4f, more than %.4f", days, shock, rate, limit)
			}
		}
	}
}

// A slice that turned bad is told before all others, also where only a pair has it.
func TestSearchFindsTheBadSlice(t *testing.T) {
	runs := 40
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs = 1000
	}
	const seed = 72
	t.Logf("seed %d", seed)
	for _, planted := range []struct {
		name string
		bad  func(region, plan int) bool
	}{
		{"region=1", func(region, _ int) bool { return region == 1 }},
		{"region=1 ∩ plan=2", func(region, plan int) bool { return region == 1 && plan == 2 }},
	} {
		for _, drop := range []float64{0.05, 0.1, 0.2} {
			for _, days := range []int{7, 14, 28} {
				w := sliced{rand.New(rand.NewPCG(seed, 1)), 0.01, func(region, plan int) float64 {
					if planted.bad(region, plan) {
						return drop
					}
					return 0
				}}
				found, first := 0, 0
				for range runs {
					results := w.search(slicedPolicy(2/365.25), days, days)
					if results[0].Segment == planted.name {
						first++
					}
					if slices.ContainsFunc(results, func(r Result) bool { return r.Segment == planted.name }) {
						found++
					}
				}
				t.Logf("%s does worse by %.2f for %d days: told in %d %% of searches, first in %d %%", planted.name, drop, days, 100*found/runs, 100*first/runs)
				if drop == 0.2 && days >= 14 && first < runs*9/10 {
					t.Errorf("%s, %.2f: told first in %d of %d", planted.name, drop, first, runs)
				}
			}
		}
	}
}
