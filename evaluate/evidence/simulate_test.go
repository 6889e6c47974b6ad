package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// The simulations measure what the package promises. They are small by
// default; DRIFTD_SIMULATE=1 makes them large. Both print what they measured.

func runs(small, large int) int {
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		return large
	}
	return small
}

func binomial(random *rand.Rand, n int, p float64) uint64 {
	return uint64(distuv.Binomial{N: float64(n), P: p, Src: random}.Rand())
}

// hour returns the span of the i-th hour.
func hour(i int) Span {
	from := dayZero.Add(time.Duration(i) * time.Hour)
	return Span{ID: from.Format(time.RFC3339), From: from, To: from.Add(time.Hour)}
}

const (
	hoursAYear = 8760
	labels     = 416 // an hour's, of 10,000 a day
)

// alarms runs a detector over blocks and returns how often it reached logC.
func alarms(t testing.TB, d Detector, blocks int, logC float64, next func(i int) Block) int {
	t.Helper()
	var s State
	count := 0
	for i := range blocks {
		s = step(t, d, s, next(i))
		if s.Evidence() >= logC {
			count++
			s = s.Reset()
		}
	}
	return count
}

// False alarms stay within the budget at the very boundary of the hypothesis,
// and there are none where the rate has not dropped at all.
func TestSimulateFalseAlarms(t *testing.T) {
	random := seeded(t, 31)
	years := runs(25, 400)
	d := Detector{Form: Rate, Bound: .94, Prior: 1}
	for _, c := range []struct{ rate, mean float64 }{{1, .94}, {.1, .94}, {1, .95}} {
		logC := Threshold(1, hoursAYear, c.rate)
		count := 0
		for range years {
			count += alarms(t, d, hoursAYear, logC, func(i int) Block {
				return tally(t, hour(i), binomial(random, labels, c.mean), labels)
			})
		}
		observed := float64(count) / float64(years)
		t.Logf("budget %.2f a year, true rate %.2f, bound .94: %.3f alarms a year (%d years)", c.rate, c.mean, observed, years)
		// Three standard errors of a count at its budget.
		if limit := c.rate + 3*math.Sqrt(c.rate/float64(years)); observed > limit {
			t.Errorf("%.3f alarms a year: want at most %.3f", observed, limit)
		}
		if c.mean == .95 && count > 0 {
			t.Errorf("%d alarms though nothing dropped", count)
		}
	}
}

// Blocks that depend on each other keep the promise as long as the mean given
// the past is at the bound or above: here an AR(1) keeps it .0 to .06 above.
func TestSimulateAutocorrelatedBlocks(t *testing.T) {
	random := seeded(t, 32)
	years := runs(15, 300)
	d := Detector{Form: Rate, Bound: .94, Prior: 1}
	logC := Threshold(1, hoursAYear, 1)
	count := 0
	for range years {
		var level float64
		count += alarms(t, d, hoursAYear, logC, func(i int) Block {
			level = .95*level + .01*random.NormFloat64()
			mean := .94 + math.Min(.06, math.Max(0, level))
			return tally(t, hour(i), binomial(random, labels, mean), labels)
		})
	}
	observed := float64(count) / float64(years)
	t.Logf("budget 1 a year, AR(.95) above the bound: %.3f alarms a year (%d years)", observed, years)
	if limit := 1 + 3/math.Sqrt(float64(years)); observed > limit {
		t.Errorf("%.3f alarms a year: want at most %.3f", observed, limit)
	}
}

// Hours until a drop is noticed at a budget of .01 a year.
func TestSimulateDelay(t *testing.T) {
	random := seeded(t, 33)
	n := runs(401, 4001)
	d := Detector{Form: Rate, Bound: .94, Prior: 1}
	logC := Threshold(1, hoursAYear, .01)
	for _, c := range []struct{ mean, median, p90 float64 }{
		{.93, 41, 68}, {.92, 11, 17}, {.91, 6, 9}, {.90, 4, 5}, {.85, 1, 2}, {.80, 1, 1},
	} {
		delays := make([]float64, n)
		for i := range delays {
			var s State
			for s.Evidence() < logC {
				s = step(t, d, s, tally(t, hour(s.Blocks), binomial(random, labels, c.mean), labels))
			}
			delays[i] = float64(s.Blocks)
		}
		slices.Sort(delays)
		median, p90, p99 := delays[n/2], delays[n*9/10], delays[n*99/100]
		rule := ExpectedLabels(logC, .94, c.mean, 1)/labels + 1
		t.Logf("to %.2f: %.0f / %.0f / %.0f hours (median, 90 %%, 99 %%); rule of thumb %.1f", c.mean, median, p90, p99, rule)
		// 15 %, and a block either way.
		if math.Abs(median-c.median) > math.Max(1, .15*c.median) || math.Abs(p90-c.p90) > math.Max(1, .15*c.p90) {
			t.Errorf("to %.2f: median %v and 90 %% %v, want %v and %v", c.mean, median, p90, c.median, c.p90)
		}
		if rule > 2*median+1 || rule < .5*median {
			t.Errorf("to %.2f: the rule of thumb says %.1f hours, the median is %v", c.mean, rule, median)
		}
	}
}

// Looking every minute, every five or every hour, with blocks delivered again
// at each look and late ones out of order, decides the same to the last bit.
func TestSimulateAnySchedule(t *testing.T) {
	random := seeded(t, 34)
	const blocks = 24 * 14
	stream := make([]Block, blocks)
	for i := range stream {
		mean := .95
		if i > 200 {
			mean = .90
		}
		stream[i] = tally(t, hour(i), binomial(random, labels, mean), labels)
	}
	d := Detector{Form: Rate, Bound: .94}
	logC := Threshold(1, hoursAYear, .01)
	type decision struct {
		Block string
		State State
	}
	watch := func(every time.Duration) []byte {
		var s State
		var decisions []decision
		refused := 0
		for now := dayZero; !now.After(stream[blocks-1].To); now = now.Add(every) {
			closed := int(now.Sub(dayZero) / time.Hour)
			// The last blocks again, and once a day an old one as if late.
			for i := max(0, closed-3); i < closed; i++ {
				next, err := d.Step(s, stream[i])
				if err != nil {
					if !errors.Is(err, ErrRepeated) && !errors.Is(err, ErrOutOfOrder) {
						t.Fatal(err)
					}
					refused++
					continue
				}
				s = next
				if s.Evidence() >= logC {
					decisions = append(decisions, decision{s.ID, s})
					s = s.Reset()
				}
			}
			if closed > 48 && closed%24 == 0 {
				if late, err := d.Step(s, stream[closed-40]); !errors.Is(err, ErrOutOfOrder) || late.Blocks != s.Blocks {
					t.Fatalf("a late block was not refused: %v", err)
				}
			}
		}
		if refused == 0 {
			t.Fatal("no block was delivered twice")
		}
		text, err := json.Marshal(append(decisions, decision{"end", s}))
		if err != nil {
			t.Fatal(err)
		}
		if len(decisions) == 0 {
			t.Fatal("the drop was not noticed")
		}
		return text
	}
	want := watch(time.Minute)
	for _, every := range []time.Duration{5 * time.Minute, time.Hour} {
		if got := watch(every); !bytes.Equal(got, want) {
			t.Errorf("every %v: %s\nevery minute: %s", every, got, want)
		}
	}
}

// shock draws the paired block of one day: 960 requests of which a tenth are
// judged differently by the two versions, net the given difference plus a
// shock that all rows of the day share.
func shock(t testing.TB, random *rand.Rand, d Detector, i int, net, shared float64) Block {
	t.Helper()
	const rows, discordance = 960, .10
	net = math.Min(discordance, math.Max(-discordance, net+shared))
	differ := binomial(random, rows, discordance)
	ahead := int(binomial(random, int(differ), (1+net/discordance)/2))
	x := make([]float64, rows)
	for j := range int(differ) {
		x[j] = -1
		if j < ahead {
			x[j] = 1
		}
	}
	b, err := d.Sum(day(i), x)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Days that share shocks: the tempered, capped process keeps its budget at the
// boundary, the plain one does not, and lasting drops are still noticed.
func TestSimulateSharedShocks(t *testing.T) {
	random := seeded(t, 35)
	years, trials := runs(8, 300), runs(61, 401)
	logC := Threshold(3, 365, .01)
	tempered := Detector{Form: Paired, Bound: .01, Cap: logC / 3}
	// Limits and medians are from 300 years and 401 drops (seed 35).
	for _, c := range []struct {
		effect, ar          float64
		falseAlarms, median float64 // most a year; days to notice a net drop of .05, 0 = not compared
	}{{1, 0, .02, 5}, {3, 0, .02, 6}, {7, 0, .02, 7}, {13, 0, .04, 9}, {30, 0, .08, 20}, {7, .5, .15, 0}} {
		sd := math.Sqrt((c.effect - 1) * .10 / 960)
		var shared float64
		next := func(d Detector, i int, net float64) Block {
			shared = c.ar*shared + sd*math.Sqrt(1-c.ar*c.ar)*random.NormFloat64()
			return shock(t, random, d, i, net, shared)
		}
		count := 0
		for range years {
			count += alarms(t, tempered, 365, logC, func(i int) Block { return next(tempered, i, .01) })
		}
		observed := float64(count) / float64(years)
		days := make([]float64, trials)
		for j := range days {
			var s State
			for s.Evidence() < logC && s.Blocks < 400 {
				s = step(t, tempered, s, next(tempered, s.Blocks, .05))
			}
			days[j] = float64(s.Blocks)
		}
		slices.Sort(days)
		median := days[trials/2]
		t.Logf("design effect %2.0f, autocorrelation %.1f: %.3f false alarms a year at the boundary (%d years); a net drop of .05 is noticed after %.0f days (median of %d)",
			c.effect, c.ar, observed, years, median, trials)
		// Two alarms more than the rate allows: small counts.
		if limit := c.falseAlarms + 2/float64(years); observed > limit {
			t.Errorf("design effect %v: %.3f false alarms a year, want at most %.3f", c.effect, observed, limit)
		}
		if c.median > 0 && math.Abs(median-c.median) > math.Max(2, .4*c.median) {
			t.Errorf("design effect %v: noticed after %v days, want about %v", c.effect, median, c.median)
		}
	}
}

// What the temper is for: without it ordinary days that share shocks alarm.
func TestSimulateUntempered(t *testing.T) {
	random := seeded(t, 36)
	logC := Threshold(3, 365, .01)
	d := Detector{Form: Paired, Bound: .01}
	sd := math.Sqrt(12 * .10 / 960)
	var plain float64 // a process without temper and cap, by hand
	count := 0
	for i := range 365 {
		b := shock(t, random, d, i, .01, sd*random.NormFloat64())
		m := logAdd(plain, 0) + logSum(b.Sums) - math.Log(float64(len(b.Sums)))
		if plain = m; m >= logC {
			count++
			plain = math.Inf(-1)
		}
	}
	t.Logf("design effect 13, no temper, no cap: %d false alarms in a year", count)
	if count < 5 {
		t.Errorf("%d false alarms: the simulated shocks are too weak to show anything", count)
	}
}

// A drop after many good blocks is noticed too: the step itself hardly enters
// the design effect.
func TestSimulateDropAfterGoodMonths(t *testing.T) {
	random := seeded(t, 37)
	logC := Threshold(3, 365, .01)
	d := Detector{Form: Paired, Bound: .01, Cap: logC / 3}
	trials := runs(15, 200)
	for _, good := range []int{0, 60, 200} {
		days := make([]float64, trials)
		for j := range days {
			var s State
			for i := range good {
				s = step(t, d, s, shock(t, random, d, i, 0, 0))
			}
			for s.Evidence() < logC && s.Blocks < good+400 {
				s = step(t, d, s, shock(t, random, d, s.Blocks, .05, 0))
			}
			days[j] = float64(s.Blocks - good)
		}
		slices.Sort(days)
		t.Logf("%3d good days, then a net drop of .05: noticed after %.0f days (median), %.0f at most, of %d", good, days[trials/2], days[trials-1], trials)
		if days[trials/2] > 15 {
			t.Errorf("after %d good days the drop takes %v days", good, days[trials/2])
		}
	}
}

// Drift evidence from independent windows with uniform p-values keeps its
// budget.
func TestSimulateDriftBudget(t *testing.T) {
	random := seeded(t, 38)
	const series, rate = 20, 2.0
	years := runs(20, 1000)
	logC := Threshold(series, 365, rate)
	count := 0
	for range years {
		states := make([]State, series)
		for i := range 365 {
			for f := range states {
				next, err := Drift{}.Step(states[f], day(i), random.Float64())
				if err != nil {
					t.Fatal(err)
				}
				if states[f] = next; next.Evidence() >= logC {
					count++
					states[f] = next.Reset()
				}
			}
		}
	}
	observed := float64(count) / float64(years)
	t.Logf("20 series, daily, budget 2 a year: %.3f alarms a year (%d years)", observed, years)
	if limit := rate + 3*math.Sqrt(rate/float64(years)); observed > limit {
		t.Errorf("%.3f alarms a year: want at most %.3f", observed, limit)
	}
}
