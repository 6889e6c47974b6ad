package drift

import (
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The share of false p-values of the effect when the truth is exactly what is
// tolerated, and of P when nothing moved. Ten bins of a tenth, half of which
// lose what the others gain; for wasserstein a normal series that moved as a
// whole. psi has its own test.
func TestEffectSize(t *testing.T) {
	runs, rows := 1500, []int{1000}
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs, rows = 20000, []int{200, 500, 1000, 5000, 20000}
	}
	random := seeded(t, 44)
	flat := slices.Repeat([]float64{.1}, 10)
	letters := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	l := NewCategorical(map[string]uint64{"a": 10, "b": 9, "c": 8, "d": 7, "e": 6, "f": 5, "g": 4, "h": 3, "i": 2, "j": 1})
	normal := freeze(t, linspace(0, 1, 20001, 0)[1:20000])
	base := make([]float64, len(normal.Knots))
	for i, u := range normal.Knots {
		base[i] = distuv.UnitNormal.Quantile(u)
	}
	normal.Knots = base
	for _, name := range []string{"js", "chi2", "hellinger", "tv", "linf", "wasserstein"} {
		m, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		moved := atTolerance(m, flat)
		for _, live := range rows {
			var null, effect, effect01 float64
			for range runs {
				counts := func(rows int, shares []float64, shift float64) (Layout, Counts) {
					if m.Applies(Categorical) {
						return l, l.CountTexts(letters, multinomial(random, rows, shares))
					}
					x := make([]float64, rows)
					for i := range x {
						x[i] = random.NormFloat64() + shift
					}
					return normal, normal.CountNumbers(x, nil)
				}
				layout, reference := counts(10*live, flat, 0)
				_, same := counts(live, flat, 0)
				_, at := counts(live, moved, m.Tolerance)
				if m.Compare(layout, reference, same, m.Tolerance).P <= .05 {
					null++
				}
				if p := m.Compare(layout, reference, at, m.Tolerance).PEffect; p <= .05 {
					effect++
					if p <= .01 {
						effect01++
					}
				}
			}
			null, effect, effect01 = null/float64(runs), effect/float64(runs), effect01/float64(runs)
			t.Logf("%-11s %5d live rows: P %.4f at .05; effect exactly tolerated %.4f at .05, %.4f at .01 (%d runs)", name, live, null, effect, effect01, runs)
			// 1.3 times nominal, plus three standard errors of the share.
			noise := func(p float64) float64 { return 3 * math.Sqrt(p*(1-p)/float64(runs)) }
			if live >= 500 && (null > 1.3*.05+noise(.05) || effect > 1.3*.05+noise(.05) || effect01 > 1.3*.01+noise(.01)) {
				t.Errorf("%s, %d live rows: false p-values beyond their level", name, live)
			}
		}
	}
}

// atTolerance moves half of the shares up and half down until the measure of
// very many rows is its default tolerance.
func atTolerance(m Measure, flat []float64) []float64 {
	if !m.Applies(Categorical) {
		return flat
	}
	const rows = 1e9
	letters, l, reference := make([]string, len(flat)), map[string]uint64{}, make([]uint64, len(flat))
	for i := range flat {
		letters[i] = string(rune('a' + i))
		l[letters[i]] = 1
		reference[i] = uint64(flat[i] * rows)
	}
	layout := NewCategorical(l)
	low, high := 0.0, .0999
	moved := slices.Clone(flat)
	for range 40 {
		d := (low + high) / 2
		live := make([]uint64, len(flat))
		for i := range flat {
			moved[i] = flat[i] + d*float64(1-2*(i%2))
			// A thousandth of the rows: next to so large a reference, as live windows are.
			live[i] = uint64(moved[i] * rows / 10)
		}
		if m.Compare(layout, layout.CountTexts(letters, reference), layout.CountTexts(letters, live), m.Tolerance).Value < m.Tolerance {
			low = d
		} else {
			high = d
		}
	}
	return moved
}

// riseP's size is exact: every outcome is weighed by its probability. In the
// tail that alarms use it must not be too small either.
func TestRiseSize(t *testing.T) {
	const n, m = 1500, 250
	for _, p := range []float64{.0005, .005, .05, .5, .9} {
		for _, margin := range []float64{0, .01, .05} {
			x := distuv.Binomial{N: n, P: p}
			y := distuv.Binomial{N: m, P: p + margin}
			var size [3]float64
			levels := [3]float64{.05, .001, 1e-5}
			for i := range n + 1 {
				px := x.Prob(float64(i))
				if px < 1e-12 {
					continue
				}
				// p falls as y rises: the first y below a level decides all above.
				first := [3]int{m + 1, m + 1, m + 1}
				for j := m; j >= 0; j-- {
					got := riseP(Share{uint64(i), n}, Share{uint64(j), m}, margin)
					for k, level := range levels {
						if got <= level {
							first[k] = j
						}
					}
					if got > levels[0] {
						break
					}
				}
				for k := range levels {
					if first[k] <= m {
						size[k] += px * y.Survival(float64(first[k])-.5)
					}
				}
			}
			t.Logf("share %.4f, margin %.2f: size %.4f at .05, %.1e at .001, %.1e at 1e-5", p, margin, size[0], size[1], size[2])
			for k, level := range levels {
				if size[k] > level {
					t.Errorf("share %v, margin %v: size %v at %v", p, margin, size[k], level)
				}
			}
		}
	}
}
