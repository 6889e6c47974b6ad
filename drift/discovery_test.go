package drift

import (
	"os"
	"slices"
	"testing"
)

// The fifteen p-values of Benjamini & Hochberg (1995), with the adjusted
// values of R's p.adjust as scipy and statsmodels test them.
func TestBenjaminiHochberg(t *testing.T) {
	p := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	want := []float64{.0015, .003, .0095, .035625, .0603, .06385714, .06385714, .0645, .0765, .486, .58118182, .714875, .75323077, .81321429, 1}
	adjusted := BenjaminiHochberg(p)
	discoveries := 0
	for i := range p {
		near(t, "adjusted", adjusted[i], want[i], 5e-9)
		if adjusted[i] <= .05 {
			discoveries++
		}
	}
	if discoveries != 4 {
		t.Errorf("%d discoveries at .05, want 4", discoveries)
	}
	slices.Reverse(p)
	slices.Reverse(adjusted)
	if !slices.Equal(BenjaminiHochberg(p), adjusted) {
		t.Error("the result depends on the order of p-values")
	}
	if got := BenjaminiHochberg(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// With nothing drifted the chance of any discovery is the rate asked for.
func TestDiscoveryRateUnderTheNull(t *testing.T) {
	runs := 4000
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs = 100000
	}
	random := seeded(t, 11)
	var windows float64
	p := make([]float64, 200)
	for range runs {
		for i := range p {
			p[i] = random.Float64()
		}
		if slices.Min(BenjaminiHochberg(p)) <= .05 {
			windows++
		}
	}
	rate := windows / float64(runs)
	t.Logf("200 features, q .05: %.4f of windows have a discovery (%d runs)", rate, runs)
	near(t, "rate", rate, .05, .0105) // three standard errors of 4,000 runs
}
