package performance

import "testing"

// statsmodels 0.15.0, proportion_confint(method="wilson").
func TestWilson(t *testing.T) {
	const z99 = 2.5758293035489004
	for _, c := range []struct {
		k, n            int
		z, lower, upper float64
	}{
		{3, 10, z95, 0.10779126740630104, 0.6032218525388546},
		{3, 10, z99, 0.07956631652306578, 0.6799753207988974},
		{0, 10, z95, 0, 0.27753279986288926},
		{10, 10, z95, 0.7224672001371106, 1},
		{19, 38, z95, 0.348499283643951, 0.651500716356049},
		{0, 0, z95, 0, 1},
	} {
		lower, upper := Wilson(c.k, c.n, c.z)
		near(t, "lower", lower, c.lower, 1e-14)
		near(t, "upper", upper, c.upper, 1e-14)
	}
	for n := 1; n < 2000; n += 37 { // to the ends, not beyond
		if lower, _ := Wilson(0, n, z95); lower != 0 {
			t.Errorf("0 of %d: lower %v", n, lower)
		}
		if _, upper := Wilson(n, n, z95); upper != 1 {
			t.Errorf("%d of %d: upper %v", n, n, upper)
		}
	}
}

func TestAccuracy(t *testing.T) {
	e := Accuracy(950, 1000)
	if e.Value != .95 || e.N != 1000 {
		t.Errorf("%+v", e)
	}
	near(t, "SE", e.SE, 0.006892024376045111, 1e-15)           // √(.95·.05/1000)
	near(t, "baseline", e.Baseline, 0.9241232000489011, 1e-14) // statsmodels, wilson, alpha .002
}
