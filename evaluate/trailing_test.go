package evaluate_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// tide is a version whose score has a mean that depends on the hour: 500 rows an
// hour, normal, drawn from the hour's own seed.
type tide struct {
	*memory
	mean func(time.Time) float64
}

const tideSeed = 7

func (w tide) hour(at time.Time) []float64 {
	random := rand.New(rand.NewPCG(tideSeed, uint64(at.Unix())))
	x := make([]float64, 500)
	for i := range x {
		x[i] = math.Round(100*(w.mean(at)+random.NormFloat64())) / 100
	}
	return x
}

func (w tide) Activity(_ context.Context, _ evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	return []evaluate.Activity{{Version: "1", First: later(from, day(time.April, 1)), Last: to, Rows: 10_000, Served: 10_000}}, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (w tide) Counts(_ context.Context, _ evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	var all []evaluate.Counts
	for at := later(from, day(time.April, 1)); at.Before(to); at = at.Add(window) {
		c := evaluate.Counts{From: at, To: at.Add(window), Series: map[string]drift.Counts{}}
		for _, s := range ref.Series {
			cells := map[int32]uint64{}
			for hour := at; hour.Before(c.To); hour = hour.Add(time.Hour) {
				for _, x := range w.hour(hour) {
					cells[s.Layout.Cell(x)]++
				}
			}
			c.Series[s.Name] = drift.NewCounts(cells)
		}
		all = append(all, c)
	}
	return all, nil
}

func (w tide) Profiles(_ context.Context, _ evaluate.Policy, _ model.Ref, from, to time.Time) ([]evaluate.Profile, error) {
	n := map[float64]uint64{}
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		for _, x := range w.hour(at) {
			n[x]++
		}
	}
	f := evaluate.Profile{Series: evaluate.Series{Name: evaluate.ScoreSeries, Kind: drift.Numeric}}
	for x := range n {
		f.Values = append(f.Values, x)
	}
	slices.Sort(f.Values)
	for _, x := range f.Values {
		f.N = append(f.N, n[x])
	}
	return []evaluate.Profile{f}, nil
}

// measured is what PSI says against each of the three, window by window.
type measured struct {
	psi     map[string][]float64
	moved   map[string]int
	alerted time.Time // zero: never
}

// tidePolicy compares windows with April 1 to 28, and with those before them.
func tidePolicy(window time.Duration) evaluate.Policy {
	return evaluate.Policy{
		Model: "tide", Task: model.Binary, Bucket: time.Hour, Lateness: 5 * time.Minute,
		Source: evaluate.ReferenceSource{From: day(time.April, 1), To: day(time.April, 29), FirstDays: 14},
		Drift: evaluate.DriftPolicy{
			Window: window, Measures: []string{"psi"}, Tolerate: map[string]float64{"psi": 0.1}, Compare: evaluate.Trailing,
		},
		Budgets: evaluate.Budgets{DriftAlerts: 2},
	}
}

// ebb judges April 29 to the given day, with April 1 to 28 as the reference.
func ebb(t *testing.T, window time.Duration, to time.Time, mean func(time.Time) float64) measured {
	t.Helper()
	w := tide{&memory{pinned: map[string]evaluate.Reference{}}, mean}
	results, last := judge(t, evaluate.New(w, w, w), w.memory, tidePolicy(window), day(time.April, 29), to)
	out := measured{psi: map[string][]float64{}, moved: map[string]int{}}
	for _, r := range results {
		if r.Check != "psi" {
			continue
		}
		if r.Against != "" && (r.P != nil || r.Status != evaluate.Healthy) {
			t.Fatalf("against %s: status %s, p %v: it must not be heard", r.Against, r.Status, r.P)
		}
		if r.Value != nil {
			out.psi[r.Against] = append(out.psi[r.Against], *r.Value)
		}
		if r.Reason == evaluate.ReasonMoved {
			out.moved[r.Against]++
		}
	}
	for _, e := range last.Evidence {
		if e.Level == evaluate.Alerted {
			out.alerted = e.Since
		}
	}
	t.Logf("seed %d: %d windows of %s, median PSI %.3f; against %s %.3f (%d moved), %s %.3f (%d moved)", tideSeed, len(out.psi[""]), window, median(out.psi[""]),
		evaluate.SameHours, median(out.psi[evaluate.SameHours]), out.moved[evaluate.SameHours], evaluate.Previous, median(out.psi[evaluate.Previous]), out.moved[evaluate.Previous])
	return out
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// Hours have a tide of one standard deviation: against the pinned reference it
// shows in most of them, against the same hours of the weeks before in none.
func TestTheSameHoursShowNoDailyCycle(t *testing.T) {
	m := ebb(t, time.Hour, day(time.May, 8), func(at time.Time) float64 { return math.Sin(2 * math.Pi * float64(at.Hour()) / 24) })
	if got := median(m.psi[""]); got < 0.2 {
		t.Errorf("median PSI against the reference %.3f: no cycle to see", got)
	}
	if got := slices.Max(m.psi[evaluate.SameHours]); got > 0.1 || m.moved[evaluate.SameHours] > 0 {
		t.Errorf("largest PSI against the same hours %.3f, %d moved: want calm", got, m.moved[evaluate.SameHours])
	}
	// Its own hours have the tide too, so that it is no reason for an alert.
	if !m.alerted.IsZero() {
		t.Errorf("alerted at %s: of nothing but the tide", m.alerted)
	}
}

// The mean moves by a hundredth of a standard deviation a day: what follows it
// never sees it, the pinned reference alerts.
func TestSlowDriftIsHiddenFromWhatFollowsIt(t *testing.T) {
	m := ebb(t, 24*time.Hour, day(time.August, 1), func(at time.Time) float64 {
		return math.Max(0, 0.01*at.Sub(day(time.April, 29)).Hours()/24)
	})
	if m.alerted.IsZero() {
		t.Error("the pinned reference does not alert")
	}
	if m.moved[evaluate.SameHours]+m.moved[evaluate.Previous] > 0 {
		t.Errorf("moved %v: want neither to see it", m.moved)
	}
}

// Three days a week before are not on the grid of three days.
func TestSameHoursOfWindowsThatDoNotDivideAWeek(t *testing.T) {
	m := ebb(t, 72*time.Hour, day(time.June, 20), func(time.Time) float64 { return 0 })
	if len(m.psi[evaluate.SameHours]) == 0 || len(m.psi[evaluate.SameHours]) != len(m.psi[""]) {
		t.Errorf("three days: %d windows against the same hours, %d judged", len(m.psi[evaluate.SameHours]), len(m.psi[""]))
	}
}
