package evidence

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func seeded(t testing.TB, seed uint64) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func tally(t testing.TB, span Span, k, n uint64) Block {
	t.Helper()
	b, err := Tally(span, k, n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func step(t testing.TB, d Detector, s State, b Block) State {
	t.Helper()
	next, err := d.Step(s, b)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// Worked example of the process for rates, m = .94: the single alternative
// q = .92 and the mean over the grid.
func TestRateWorkedExample(t *testing.T) {
	d := Detector{Form: Rate, Bound: .94, Prior: 1}
	near(t, "third point of the grid", d.Grid()[2], .92, 1e-12)
	var s State
	for i, c := range []struct {
		k            uint64
		single, mean float64
	}{{90, .941262, .419272}, {94, .975172, .272634}, {85, 3.782376, 4.110235}} {
		s = step(t, d, s, tally(t, day(i), c.k, 100))
		near(t, "ln M of q = .92", s.LogM[2], c.single, 5e-7)
		near(t, "ln M of the grid", s.Evidence(), c.mean, 5e-7)
	}
}

// Worked example of bets, m = .9, λ = 5: M = 1.5, 1.25, 4.5.
func TestMeanWorkedExample(t *testing.T) {
	d := Detector{Form: Mean, Bound: .9, Prior: 1}
	near(t, "sixth bet of the grid", d.Grid()[5], 5, 1e-12)
	var s State
	for i, c := range []struct{ x, m float64 }{{.8, 1.5}, {1, 1.25}, {.7, 4.5}} {
		b, err := d.Sum(day(i), []float64{c.x})
		if err != nil {
			t.Fatal(err)
		}
		s = step(t, d, s, b)
		near(t, "M of λ = 5", math.Exp(s.LogM[5]), c.m, 1e-12)
	}
}

func TestPairedRewardsABetterFallback(t *testing.T) {
	d := Detector{Form: Paired, Bound: .01, Prior: 1}
	better := append(make([]float64, 80), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1)
	b, err := d.Sum(day(0), better)
	if err != nil {
		t.Fatal(err)
	}
	// λ = .2/1.01: 12 rows at 1, 2 at -1, 80 at 0, each less the tolerance.
	l := .2 / 1.01
	near(t, "log factor", b.Sums[3], 12*math.Log1p(l*.99)+2*math.Log1p(-l*1.01)+80*math.Log1p(-l*.01), 1e-12)
	if s := step(t, d, State{}, b); s.Evidence() < 1 {
		t.Errorf("a fallback ahead by a tenth: ln M %v", s.Evidence())
	}
	for i := range better {
		better[i] = -better[i]
	}
	if b, err = d.Sum(day(0), better); err != nil {
		t.Fatal(err)
	}
	if s := step(t, d, State{}, b); s.Evidence() > 0 {
		t.Errorf("a fallback behind by a tenth: ln M %v", s.Evidence())
	}
}

// The expectation of a block's e-value at the boundary of the hypothesis, by
// summing over all outcomes, is 1, and tempering only lowers it.
func TestRateIsAnEValue(t *testing.T) {
	d := Detector{Form: Rate, Bound: .8}
	const n = 50
	for _, temper := range []float64{1, 3} {
		for i := range d.Grid() {
			var expectation float64
			for k := 0; k <= n; k++ {
				choose, _ := math.Lgamma(n + 1)
				a, _ := math.Lgamma(float64(k) + 1)
				b, _ := math.Lgamma(float64(n-k) + 1)
				logP := choose - a - b + float64(k)*math.Log(.8) + float64(n-k)*math.Log(.2)
				logE, err := d.logE(d.Grid(), tally(t, day(0), uint64(k), n))
				if err != nil {
					t.Fatal(err)
				}
				expectation += math.Exp(logP + logE[i]/temper)
			}
			if temper == 1 {
				near(t, "expectation", expectation, 1, 1e-10)
			} else if expectation > 1 {
				t.Errorf("tempered expectation %v", expectation)
			}
		}
	}
}

func TestCapMakesThreeBlocksTheLeast(t *testing.T) {
	threshold := Threshold(3, 365, .01)
	d := Detector{Form: Rate, Bound: .94, Cap: threshold / 3, Prior: 1}
	var s State
	blocks := 0
	for s.Evidence() < threshold {
		s = step(t, d, s, tally(t, day(blocks), 0, 100000)) // all wrong
		blocks++
	}
	if blocks != 3 {
		t.Errorf("alarm after %d blocks, want 3", blocks)
	}
}

func TestRefusedBlocksChangeNothing(t *testing.T) {
	d := Detector{Form: Rate, Bound: .94}
	s := step(t, d, State{}, tally(t, day(4), 90, 100))
	s = step(t, d, s, tally(t, day(5), 95, 100))
	long := tally(t, Span{ID: "both", From: day(5).From, To: day(7).To}, 90, 100)
	for name, c := range map[string]struct {
		d    Detector
		b    Block
		want error
	}{
		"the same again":             {d, tally(t, day(5), 95, 100), ErrRepeated},
		"the same, revised":          {d, tally(t, day(5), 5, 100), ErrRepeated},
		"an earlier one":             {d, tally(t, day(4), 90, 100), ErrOutOfOrder},
		"one that overlaps":          {d, long, ErrOutOfOrder},
		"more successes than rows":   {d, Block{Span: day(6), Rows: 1, Successes: 2}, nil},
		"no rows":                    {d, Block{Span: day(6)}, nil},
		"another form":               {Detector{Form: Mean, Bound: .9}, tally(t, day(6), 1, 2), nil},
		"a bound that cannot be had": {Detector{Form: Rate, Bound: 1}, tally(t, day(6), 1, 2), nil},
		"no form":                    {Detector{Bound: .5}, tally(t, day(6), 1, 2), nil},
	} {
		after, err := c.d.Step(s, c.b)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if diff := cmp.Diff(s, after); diff != "" {
			t.Errorf("%s: state changed: %s", name, diff)
		}
	}
}

func TestSumRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		d Detector
		x []float64
	}{
		"a rate":             {Detector{Form: Rate, Bound: .9}, []float64{1}},
		"no rows":            {Detector{Form: Mean, Bound: .9}, nil},
		"below 0":            {Detector{Form: Mean, Bound: .9}, []float64{-.1}},
		"above 1":            {Detector{Form: Paired, Bound: .01}, []float64{1.1}},
		"not a number":       {Detector{Form: Paired, Bound: .01}, []float64{math.NaN()}},
		"negative tolerance": {Detector{Form: Paired, Bound: -.01}, []float64{0}},
		"bound not a number": {Detector{Form: Mean, Bound: math.NaN()}, []float64{0}},
	} {
		if _, err := c.d.Sum(day(0), c.x); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Tally(day(0), 2, 1); err == nil {
		t.Error("two successes in one row: no error")
	}
}

// A restart between any two blocks, with the state through JSON, changes not a
// bit; and a step does not write into the state that it was given.
func TestStateSurvivesJSON(t *testing.T) {
	random := seeded(t, 21)
	d := Detector{Form: Mean, Bound: .9, Cap: 4}
	var kept, restored State
	for i := range 50 {
		x := make([]float64, 20)
		for j := range x {
			x[j] = 1 - .2*random.Float64()
		}
		b, err := d.Sum(day(i), x)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(restored)
		if err != nil {
			t.Fatal(err)
		}
		var back State
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		kept, restored = step(t, d, kept, b), step(t, d, back, b)
		if diff := cmp.Diff(kept, restored); diff != "" {
			t.Fatalf("block %d: %s", i, diff)
		}
	}
	before, _ := json.Marshal(kept)
	step(t, d, kept, Block{Span: day(50), Rows: 1, Sums: make([]float64, len(d.Grid()))})
	if after, _ := json.Marshal(kept); string(before) != string(after) {
		t.Error("a step wrote into the state before it")
	}
}

func TestThreshold(t *testing.T) {
	near(t, "one detector, hourly, .01", Threshold(1, 8760, .01), 13.683, 5e-4)
	near(t, "three detectors, daily, .01", Threshold(3, 365, .01), 11.604, 5e-4)
	if !math.IsInf(Threshold(1, 365, 0), 1) {
		t.Error("a budget of 0 can be reached")
	}
	for _, c := range []struct{ m, want float64 }{{-3, 0}, {0, 0}, {5, .5}, {10, 1}, {20, 2}} {
		if got := Share(c.m, 10); got != c.want {
			t.Errorf("Share(%v, 10) = %v, want %v", c.m, got, c.want)
		}
	}
	// KL(.92‖.94) = .92 ln(.92/.94) + .08 ln(.08/.06) = .0032296.
	near(t, "labels", ExpectedLabels(13.683, .94, .92, 1), 13.683/.0032296, 1)
	near(t, "labels with a design effect", ExpectedLabels(13.683, .94, .92, 3), 3*13.683/.0032296, 3)
	if !math.IsInf(ExpectedLabels(13, .94, .94, 1), 1) {
		t.Error("no drop is noticed")
	}
}

func BenchmarkStep(b *testing.B) {
	d := Detector{Form: Rate, Bound: .94}
	block := tally(b, day(0), 390, 416)
	s := State{}
	for b.Loop() {
		if _, err := d.Step(s, block); err != nil {
			b.Fatal(err)
		}
	}
}
