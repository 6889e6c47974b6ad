package drift

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// distanceOf freezes a layout from the first sample and measures the second.
func distanceOf(t testing.TB, reference, live []float64) (distance, bound float64) {
	t.Helper()
	l := freeze(t, reference)
	return ksDistance(l.CountNumbers(reference, nil), l.CountNumbers(live, nil))
}

func repeatValue(pairs ...float64) []float64 {
	var out []float64
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, slices.Repeat(pairs[i:i+1], int(pairs[i+1]))...)
	}
	return out
}

func linspace(from, to float64, n int, shift float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/float64(n-1) + shift
	}
	return out
}

// Fixtures of scipy's test_stats.py for ks_2samp (BSD-3-Clause), two-sided.
func TestKSDistanceOfPublishedSamples(t *testing.T) {
	for _, c := range []struct {
		name            string
		reference, live []float64
		want            float64
	}{
		{"third", []float64{1.01, 2.01}, []float64{1, 2, 3}, 1. / 3},
		{"two thirds", []float64{.99, 1.99}, []float64{1, 2, 3}, 2. / 3},
		{"three quarters", []float64{.99, 1.99}, []float64{1, 2, 3, 4}, .75},
		{"100 v 100", linspace(1, 100, 100, 0), linspace(1, 100, 100, 2.1), .03},
		{"100 v 110", linspace(1, 100, 100, 0), linspace(1, 100, 110, 20.1), 232. / 1100},
		{"ties", repeatValue(2, 3, 3, 4, 5, 5, 6, 4), repeatValue(3, 3, 4, 4, 6, 5, 7, 4), 5. / 16},
		{"more ties", repeatValue(2, 3, 3, 4, 5, 10, 6, 4), repeatValue(3, 10, 4, 2, 6, 10, 7, 4), 190. / 546},
		{"one tie", []float64{1, 2, 3}, []float64{1, 1, 3}, 1. / 3},
		{"sizes differ", []float64{2, 3, 4}, []float64{1, 5}, .5},
	} {
		got, bound := distanceOf(t, c.reference, c.live)
		near(t, c.name, got, c.want, 1e-15)
		if bound != 0 {
			t.Errorf("%s: bound %v though every reference value is a knot", c.name, bound)
		}
	}
}

// gonum is the oracle: it compares every row of both samples.
func TestKSDistanceEqualsBruteForce(t *testing.T) {
	random := seeded(t, 6)
	for trial := range 20000 {
		draw := func(scale float64) []float64 {
			sample := make([]float64, 1+random.IntN(30))
			for i := range sample {
				sample[i] = math.Round(random.NormFloat64()*scale) / 2
			}
			slices.Sort(sample)
			return sample
		}
		reference, live := draw(4), draw(5)
		got, bound := distanceOf(t, reference, live)
		want := stat.KolmogorovSmirnov(reference, nil, live, nil)
		if math.Abs(got-want) > 1e-12 || bound != 0 { // gonum adds 1/n in floats
			t.Fatalf("trial %d: %v and %v: D = %v ± %v, want %v", trial, reference, live, got, bound, want)
		}
	}
}

// Of a reference with more distinct values than knots D may fall short, by at
// most the bound, which is at most a thousandth.
func TestKSDistanceBetweenKnots(t *testing.T) {
	random := seeded(t, 7)
	short := 0
	for range 30 {
		reference, live := make([]float64, 20000), make([]float64, 3000)
		for i := range reference {
			reference[i] = random.NormFloat64()
		}
		for i := range live {
			live[i] = .05*random.Float64() + random.NormFloat64()
		}
		slices.Sort(reference)
		slices.Sort(live)
		got, bound := distanceOf(t, reference, live)
		want := stat.KolmogorovSmirnov(reference, nil, live, nil)
		if got > want+1e-12 || want > got+bound+1e-12 || bound > 1./permilles {
			t.Fatalf("D = %v, bound %v, but by rows %v", got, bound, want)
		}
		if want > got+1e-9 {
			short++
		}
	}
	if short == 0 {
		t.Error("D was always exact: the case that the bound is for was not met")
	}
}

func TestKSDistanceInIntegers(t *testing.T) {
	// Equal shares of one and three million rows: floats would give 5e-11.
	a := Counts{Cells: []int32{1, 3, 5}, N: []uint64{333333, 333333, 333334}}
	b := Counts{Cells: []int32{1, 3, 5}, N: []uint64{999999, 999999, 1000002}}
	if d, _ := ksDistance(a, b); d != 0 {
		t.Errorf("equal shares: D = %v, want exactly 0", d)
	}
	// Products beyond 64 bits.
	a = Counts{Cells: []int32{1, 3}, N: []uint64{3e12, 1e12}}
	b = Counts{Cells: []int32{1, 3}, N: []uint64{1e12, 1e12}}
	if d, _ := ksDistance(a, b); d != .25 {
		t.Errorf("a million million rows: D = %v, want 0.25", d)
	}
}

func TestKSLeavesOutMissingAndKeepsInfinities(t *testing.T) {
	l := freeze(t, []float64{1, 2})
	reference := l.CountNumbers([]float64{1, 2, math.NaN()}, []uint64{100, 100, 500})
	live := l.CountNumbers([]float64{math.Inf(-1), 1, 2}, []uint64{100, 50, 50})
	live.Add(Counts{Cells: []int32{Null}, N: []uint64{77}})
	got := ks.Compare(l, reference, live, .05)
	if got.Reason != "" || got.Value != .5 || got.Reference != 200 || got.Live != 200 {
		t.Errorf("%+v: want D 0.5 from 200 rows each", got)
	}
}

func TestKolmogorovSurvival(t *testing.T) {
	for x, want := range map[float64]float64{ // scipy 1.17.1 special.kolmogorov
		.2: 0.999999999999495, .5: 0.9639452436648751, .9: 0.3927307079406543, .999: 0.27107316411506394,
		1: 0.26999967167735456, 1.001: 0.26892926629862707, 1.3581: 0.0499996304316674,
		1.9495: 0.0009998019790258981, 3.5: 4.579469691291106e-11, 0: 1, -1: 1,
	} {
		near(t, "survival", kolmogorovSurvival(x), want, 1e-14)
	}
	// 100 against 110 rows, D = 232/1100: exact p .0157392, Stephens .0158804.
	size := math.Sqrt(100 * 110 / 210.)
	near(t, "Stephens", kolmogorovSurvival((size+.12+.11/size)*232/1100), .0158804, 5e-8)
}

func TestKSEffectIsTheAlphaOfItsMargin(t *testing.T) {
	// n = 100,000, m = 10,000, α = .001: margin .02680 above the tolerance.
	margin := math.Sqrt(math.Log(4/.001)/2e5) + math.Sqrt(math.Log(4/.001)/2e4)
	near(t, "margin", margin, .02680, 5e-6)
	near(t, "p at the margin", ksEffect(.05+margin, .05, 1e5, 1e4), .001, 1e-12)
	if p := ksEffect(.05, .05, 1e5, 1e4); p != 1 {
		t.Errorf("p at the tolerance = %v, want 1", p)
	}
}
