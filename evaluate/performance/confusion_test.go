package performance

import (
	"math"
	"testing"
)

// Holding F1 to f by the share of true positives is the linear form E[W] ≥ 0.
func TestF1ShareIsTheLinearForm(t *testing.T) {
	random := seeded(t, 46)
	for range 2000 {
		c := Confusion{TP: random.IntN(50), FP: random.IntN(50), FN: random.IntN(50), TN: random.IntN(50)}
		f := random.Float64()
		value := c.F1()
		if value.Undefined != "" || math.Abs(value.Value-f) < 1e-9 {
			continue
		}
		w := float64(c.TP)*(2-2*f) - f*float64(c.FP+c.FN)
		share := float64(c.TP) / float64(c.TP+c.FP+c.FN)
		if (w >= 0) != (value.Value >= f) || (share >= F1Share(f)) != (value.Value >= f) {
			t.Fatalf("%+v: F1 %v against %v, E[W] %v, share %v against %v", c, value.Value, f, w, share, F1Share(f))
		}
	}
}

func TestConfusionsAddUp(t *testing.T) {
	var whole, a, b Confusion
	for i := range 100 {
		part := &a
		if i%3 == 0 {
			part = &b
		}
		for _, c := range []*Confusion{&whole, part} {
			c.Count(i%2 == 0, i%5 < 2, 1+i%4)
		}
	}
	if a.Add(b); a != whole || a.Rows() != 250 {
		t.Errorf("%+v and %+v, want %+v with 250 rows", a, b, whole)
	}
}

// The interval of F1 holds the truth as often as it says.
func TestF1Coverage(t *testing.T) {
	random := seeded(t, 47)
	const runs, rows = 4000, 300
	// P(called | positive) = .7, P(called | negative) = .1, 30 % positive.
	truth := Confusion{TP: 210, FN: 90, FP: 70, TN: 630}.F1().Value
	var inside, beyond float64
	for range runs {
		var c Confusion
		for range rows {
			positive := random.Float64() < .3
			called := random.Float64() < map[bool]float64{true: .7, false: .1}[positive]
			c.Count(called, positive, 1)
		}
		e := c.F1()
		if e.Lower <= truth && truth <= e.Upper {
			inside += 1. / runs
		}
		if e.Baseline > truth {
			beyond += 1. / runs
		}
	}
	near(t, "coverage", inside, .95, .005+3*math.Sqrt(.95*.05/runs))
	if limit := .001 + 3*math.Sqrt(.001/runs); beyond > limit {
		t.Errorf("the baseline misses in %.5f of runs, want at most %.5f", beyond, limit)
	}
}
