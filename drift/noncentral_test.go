package drift

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Values by mpmath 1.4.1 at 40 digits (Poisson mixture); scipy 1.17.1
// stats.ncx2.sf agrees to 13 digits.
func TestNoncentralSurvival(t *testing.T) {
	for _, c := range []struct{ x, df, noncentrality, want, relative float64 }{
		{20, 9, 0, 0.017912404529843274, 1e-10},
		{150, 9, 100, 0.029630670644134509, 1e-10},
		{130, 9, 100, 0.15221986640976881, 1e-10},
		{60, 9, 9.09, 4.1815655070454752e-5, 1e-10},
		{2200, 9, 2000, 0.018064926810662733, 1e-10},
		{1200, 9, 1000, 0.0018812900157653179, 1e-10},
		{900, 9, 100, 2.2008456939112745e-87, 1e-10},
		{20500, 9, 19990, 0.038857539284705114, 1e-10},
		{21200, 9, 19990, 1.4051145045717674e-5, 1e-10},
		{1, 1, 0.5, 0.42870298961325411, 1e-10},
		// The normal approximation, above 20,000.
		{21000, 9, 20010, 0.00030276764767735042, 1e-3},
		{22500, 9, 20010, 8.2696063176154342e-18, 1e-3},
		{52000, 9, 50000, 5.1548602691631416e-6, 1e-3},
		{101500, 5, 1e5, 0.0092220628037053161, 1e-3},
		{102800, 20, 1e5, 6.304290589452231e-6, 1e-3},
	} {
		got := noncentralSurvival(c.x, c.df, c.noncentrality)
		if math.Abs(got/c.want-1) > c.relative {
			t.Errorf("survival(%v; df %v, nc %v) = %.17g, want %.17g (relative error %.1e)",
				c.x, c.df, c.noncentrality, got, c.want, got/c.want-1)
		}
	}
}

func TestNoncentralSurvivalSpecialCases(t *testing.T) {
	for _, x := range []float64{.01, 1, 9, 80} {
		central := distuv.ChiSquared{K: 9}.Survival(x)
		near(t, "central survival", noncentralSurvival(x, 9, 0), central, 1e-12)
	}
	for name, p := range map[string]float64{
		"no degrees of freedom": noncentralSurvival(5, 0, 1),
		"zero":                  noncentralSurvival(0, 9, 1),
	} {
		if p != 1 {
			t.Errorf("%s: survival %v, want 1", name, p)
		}
	}
	if p := noncentralSurvival(1e6, 9, 10); !(p >= 0 && p < 1e-300) {
		t.Errorf("far tail %v: want next to 0", p)
	}
	last := 1.0
	for x := 0.0; x < 3000; x += 7 {
		p := noncentralSurvival(x, 9, 500)
		if p > last+1e-12 || p < 0 {
			t.Fatalf("survival rises to %v at %v from %v", p, x, last)
		}
		last = p
	}
}

func BenchmarkNoncentralSurvival(b *testing.B) {
	for b.Loop() {
		noncentralSurvival(21200, 9, 19990)
	}
}
