package drift

import (
	"cmp"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func TestPSIOfPublishedCounts(t *testing.T) {
	// Counts of Evidently's chi-square fixture; values to the digits printed.
	six := []Bin{{16, 16}, {18, 16}, {16, 16}, {14, 16}, {12, 16}, {12, 8}}
	near(t, "χ²", chiSquare(six), 1.6224089635854342, 1e-12) // scipy 1.17.1 chi2_contingency
	near(t, "p of χ²", pearson(six), 0.8985262394026607, 1e-12)

	// Shares (.5, .3, .2) against (.6, .4, 0): an empty bin stays finite.
	near(t, "PSI, 100 rows", PSI([]Bin{{50, 60}, {30, 40}, {20, 0}}), 0.777477, 5e-7)
	near(t, "PSI, 10000 rows", PSI([]Bin{{5000, 6000}, {3000, 4000}, {2000, 0}}), 1.705599, 5e-7)
	// Unsmoothed value of the six counts; with n = m = 1e6 times the rows
	// smoothing no longer matters.
	for i := range six {
		six[i].Reference *= 1e6
		six[i].Live *= 1e6
	}
	near(t, "PSI, many rows", PSI(six), 0.0372184, 5e-8)
}

func TestPSIProperties(t *testing.T) {
	random := seeded(t, 4)
	for range 1000 {
		bins := make([]Bin, 1+random.IntN(8))
		swapped := make([]Bin, len(bins))
		for i := range bins {
			bins[i] = Bin{random.Uint64N(50), random.Uint64N(50)}
			swapped[i] = Bin{bins[i].Live, bins[i].Reference}
		}
		if v := PSI(bins); v < 0 || math.IsInf(v, 0) || math.IsNaN(v) {
			t.Fatalf("PSI(%v) = %v: want it finite and at least 0", bins, v)
		}
		near(t, "swapped PSI", PSI(swapped), PSI(bins), 1e-12)
		for i := range bins {
			bins[i].Live = bins[i].Reference
		}
		if PSI(bins) != 0 {
			t.Fatalf("PSI of equal bins %v is not 0", bins)
		}
	}
}

// The observed PSI at which p falls to .001, ten bins, 100,000 reference rows:
// the table from which the documentation quotes.
func TestMinimumEffectThresholds(t *testing.T) {
	for _, c := range []struct{ live, effect, threshold float64 }{
		{200, 0, .140}, {200, .05, .251}, {200, .1, .338},
		{1e3, 0, .028}, {1e3, .05, .113}, {1e3, .1, .181},
		{1e4, 0, .0031}, {1e4, .05, .066}, {1e4, .1, .122},
		{1e5, .05, .057}, {1e5, .1, .109},
	} {
		size := 1e5 * c.live / (1e5 + c.live)
		low, high := 0.0, 1.0
		for range 60 {
			middle := (low + high) / 2
			if noncentralSurvival(size*middle, 9, size*c.effect) > .001 {
				low = middle
			} else {
				high = middle
			}
		}
		// The table is rounded to three decimals, to four below .01.
		tolerance := .0005
		if c.threshold < .01 {
			tolerance = .00005
		}
		near(t, "threshold", low, c.threshold, tolerance)
	}
}

func TestPoolMakesBinsLargeEnough(t *testing.T) {
	bins := []Bin{{1000, 90}, {500, 60}, {40, 1}, {3, 0}, {0, 9}} // 10.3 % of the reference live
	pooled := pool(bins, false)
	if want := []Bin{{500, 60}, {1000, 90}, {43, 10}}; !slices.Equal(pooled, want) {
		t.Errorf("pool = %v, want %v", pooled, want)
	}
	full := pool(bins, true)
	if want := []Bin{{1000, 90}, {543, 70}}; !slices.Equal(full, want) {
		t.Errorf("full pool = %v, want %v", full, want)
	}
}

// The rarest category is renamed: a pool of the old and the new one is as it
// was, yet all of its rows are in a bin that did not exist.
func TestRenamedCategoryIsNoticed(t *testing.T) {
	l := NewCategorical(map[string]uint64{"a": 5000, "b": 3000, "c": 2000})
	reference := l.CountTexts([]string{"a", "b", "c"}, []uint64{5000, 3000, 2000})
	only := NewCategorical(map[string]uint64{"a": 5000})
	for _, m := range distributions(Categorical) {
		c := m.Compare(l, reference, l.CountTexts([]string{"a", "b", "C"}, []uint64{500, 300, 200}), m.Tolerance)
		if c.PEffect > 1e-3 || c.P > 1e-6 || c.Value < m.Tolerance {
			t.Errorf("%s, one of three renamed: %+v", m.Name, c)
		}
		c = m.Compare(only, only.CountTexts([]string{"a"}, []uint64{5000}), only.CountTexts([]string{"A"}, []uint64{300}), m.Tolerance)
		if c.PEffect > 1e-6 || c.P > 1e-6 {
			t.Errorf("%s, the only one renamed: %+v", m.Name, c)
		}
		c = m.Compare(only, only.CountTexts([]string{"a"}, []uint64{5000}), only.CountTexts([]string{"a", "A"}, []uint64{299, 1}), m.Tolerance)
		if c.PEffect < .5 || c.P < 1e-3 {
			t.Errorf("%s, one row of a new one: %+v: want no evidence", m.Name, c)
		}
	}
}

func TestNewCategoryIsNoticed(t *testing.T) {
	l := NewCategorical(map[string]uint64{"a": 500, "b": 300, "c": 200})
	reference := l.CountTexts([]string{"a", "b", "c"}, []uint64{500, 300, 200})
	live := l.CountTexts([]string{"a", "b", "c", "new"}, []uint64{450, 270, 180, 100})
	c := psi.Compare(l, reference, live, .1)
	if c.Reason != "" || c.PEffect > 1e-3 || c.P > 1e-3 || c.Value < .3 {
		t.Errorf("a tenth of new rows: %+v: want a large effect and small p-values", c)
	}
	moves := Moved(l, reference, live)
	top := slices.MaxFunc(moves, func(a, b Move) int { return cmp.Compare(a.Contribution, b.Contribution) })
	if top.Bin != "unseen categories" || top.Before != 0 || top.After != .1 {
		t.Errorf("largest contribution %+v: want that of the unseen categories, 0 to 0.1", top)
	}
}

// A few rows of a new category are a large PSI next to a large reference, but
// not much evidence.
func TestFewNewRowsAreNoEvidence(t *testing.T) {
	l := NewCategorical(map[string]uint64{"a": 60000, "b": 40000})
	reference := l.CountTexts([]string{"a", "b"}, []uint64{60000, 40000})
	c := psi.Compare(l, reference, l.CountTexts([]string{"a", "b", "new"}, []uint64{116, 78, 6}), .1)
	if c.Value < .15 || c.PEffect < .05 || c.PEffect < c.P {
		t.Errorf("six new rows in 200: %+v: want a large value, but a p-value of the effect above .05", c)
	}
}

// multinomial draws rows into bins of the given shares.
func multinomial(random *rand.Rand, rows int, shares []float64) []uint64 {
	counts := make([]uint64, len(shares))
	left, mass := rows, 1.0
	for i, p := range shares {
		k := left
		if i < len(shares)-1 {
			k = binomial(random, left, math.Min(1, p/mass))
		}
		counts[i] = uint64(k)
		left -= k
		mass -= p
	}
	return counts
}

func binomial(random *rand.Rand, n int, p float64) int {
	return int(distuv.Binomial{N: float64(n), P: p, Src: random}.Rand())
}

// The share of false p-values at no drift, and at a true PSI of exactly what
// is tolerated. Five bins of a tenth lose and five gain.
func TestPSISize(t *testing.T) {
	runs, live := 4000, []int{500, 2000}
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs, live = 40000, []int{200, 500, 1000, 5000, 10000}
	}
	random := seeded(t, 5)
	flat := slices.Repeat([]float64{.1}, 10)
	for _, effect := range []float64{0, .1} {
		// d such that 5·2d·ln((.1+d)/(.1-d)) = effect.
		low, high := 0.0, .0999
		for range 60 {
			d := (low + high) / 2
			if 5*d*math.Log((.1+d)/.1)-5*d*math.Log((.1-d)/.1) < effect {
				low = d
			} else {
				high = d
			}
		}
		moved := slices.Clone(flat)
		for i := range moved {
			moved[i] += low * float64(1-2*(i%2))
		}
		for _, m := range live {
			n := 10 * m
			var at05, at01 float64
			for range runs {
				bins := pairBins(multinomial(random, n, flat), multinomial(random, m, moved))
				p := pearson(pool(bins, true))
				if effect > 0 {
					p = noncentralSurvival(effectiveSize(bins)*PSI(bins), 9, effectiveSize(bins)*effect)
				}
				if p <= .05 {
					at05++
				}
				if p <= .01 {
					at01++
				}
			}
			at05, at01 = at05/float64(runs), at01/float64(runs)
			t.Logf("true PSI %.1f, %5d live rows: size %.4f at .05, %.4f at .01 (%d runs)", effect, m, at05, at01, runs)
			// Within [.8, 1.3] of nominal, plus three standard errors of the
			// share at this number of runs.
			noise := 3 * math.Sqrt(.05*.95/float64(runs))
			if m >= 500 && (at05 < .8*.05-noise || at05 > 1.3*.05+noise) {
				t.Errorf("true PSI %.1f, %d live rows: size %.4f at .05", effect, m, at05)
			}
			noise = 3 * math.Sqrt(.01*.99/float64(runs))
			if m >= 500 && (at01 < .8*.01-noise || at01 > 1.3*.01+noise) {
				t.Errorf("true PSI %.1f, %d live rows: size %.4f at .01", effect, m, at01)
			}
		}
	}
}

// What is tolerated of rare bins is the share at which they alone make the
// tolerated PSI: there the p-value is about one half, beyond it falls.
func TestRareBinsAreHeldToTheTolerance(t *testing.T) {
	d := divergence{of: PSI, scale: 1}
	bins := func(rare uint64) []Bin { return []Bin{{0, rare}, {100000, 10000 - rare}} }
	for _, tolerance := range []float64{.02, .1, .5} {
		at := uint64(0)
		for PSI(bins(at)) <= tolerance {
			at++
		}
		p := func(rare uint64) float64 { return d.rareEffect(bins(rare), Bin{0, rare}, tolerance) }
		if at < 15 || math.Abs(p(at)-.5) > .1 {
			t.Errorf("tolerance %v: p %v for %d rare rows of 10,000, want about one half", tolerance, p(at), at)
		}
		if p(2*at) > .01 || p(at/2) < .9 {
			t.Errorf("tolerance %v: p %v for twice as many, %v for half", tolerance, p(2*at), p(at/2))
		}
	}
}
