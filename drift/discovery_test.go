package drift

import (
	"math"
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

// By definition: the k largest e-values, for the largest k with e_(k) ≥ m/(qk).
func TestEBenjaminiHochbergIsItsDefinition(t *testing.T) {
	random := seeded(t, 46)
	for range 500 {
		logE := make([]float64, 1+random.IntN(30))
		for i := range logE {
			logE[i] = 8*random.Float64() - 3
		}
		sorted := slices.Clone(logE)
		slices.Sort(sorted)
		slices.Reverse(sorted)
		adjusted := EBenjaminiHochberg(logE)
		for _, q := range []float64{.01, .05, .1, .5} {
			rejected := 0
			for k := 1; k <= len(sorted); k++ {
				if math.Exp(sorted[k-1]) >= float64(len(sorted))/(q*float64(k)) {
					rejected = k
				}
			}
			for i := range logE {
				want := rejected > 0 && logE[i] >= sorted[rejected-1]
				if got := adjusted[i] <= q; got != want {
					t.Fatalf("q %v: ln e %v of %v is rejected: %v, want %v", q, logE[i], logE, got, want)
				}
			}
		}
	}
	if got := EBenjaminiHochberg([]float64{800, -800}); got[0] != 0 || got[1] != 1 {
		t.Errorf("beyond what a float holds: %v", got)
	}
}

// Any dependence at all: e-values of one series repeated, p-values that exclude
// each other. The false discovery rate stays below q.
func TestDiscoveryRateUnderDependence(t *testing.T) {
	random := seeded(t, 47)
	const runs, m, q = 4000, 20, .1
	var by, ebh float64
	for range runs {
		u := random.Float64()
		p, logE := make([]float64, m), make([]float64, m)
		for i := range p {
			// Spread evenly around a circle: a small one keeps the others away.
			p[i] = math.Mod(u+float64(i)/m, 1)
			logE[i] = -math.Log(2 * math.Sqrt(u)) // ∫ 1/(2√u) = 1: an e-value
		}
		if slices.Min(BenjaminiYekutieli(p)) <= q {
			by++
		}
		if slices.Min(EBenjaminiHochberg(logE)) <= q {
			ebh++
		}
	}
	t.Logf("q %v: BY %.4f, e-BH %.4f of windows have a false discovery (%d runs)", q, by/runs, ebh/runs, runs)
	// Three standard errors of 4,000 runs at .1.
	if most := q + .0143; by/runs > most || ebh/runs > most {
		t.Errorf("more false discoveries than %v", most)
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
