package performance

import (
	"math"
	"testing"
)

func TestBrierOfPublishedScores(t *testing.T) {
	e := Brier([]float64{.1, .9, .8, .3}, []bool{false, true, true, false}) // scikit-learn's example
	near(t, "Brier", e.Value, .0375, 1e-15)
	// Losses .01, .01, .04, .09: variance of the mean (Σx² - nx̄²)/(n-1)/n.
	near(t, "SE", e.SE, math.Sqrt((.0099-4*.0375*.0375)/3/4), 1e-15)
}

func TestBrierOfPerfectScores(t *testing.T) {
	score, positive := make([]float64, 100), make([]bool, 100)
	e := Brier(score, positive)
	if e.Value != 0 || e.Lower != 0 || e.Upper < .01 || e.Baseline < e.Upper {
		t.Errorf("%+v: want 0 with an interval of some width", e)
	}
}

func TestBinnedBrierWithinItsBound(t *testing.T) {
	random := seeded(t, 46)
	for range 200 {
		score, positive := scored(random, 1+random.IntN(2000), .3)
		for i := range score {
			if random.IntN(10) == 0 {
				score[i] = math.Round(score[i])
			}
		}
		rows, bins := Brier(score, positive), CountScores(score, positive).Brier()
		if d := math.Abs(rows.Value - bins.Value); d > bins.Bound+1e-12 || bins.Bound > 1e-3+1e-6 {
			t.Fatalf("Brier %v from rows, %v from counts, bound %v", rows.Value, bins.Value, bins.Bound)
		}
		near(t, "SE", bins.SE, rows.SE, 2e-3)
	}
	// A positive at the lower end of the first bin is the worst case: the bound
	// is reached.
	worst, one := []float64{1e-12}, []bool{true}
	e := CountScores(worst, one).Brier()
	near(t, "bound", e.Bound, Brier(worst, one).Value-e.Value, 1e-11)
	for i, score := range []float64{0, 1} { // hard predictions are not binned
		e := CountScores([]float64{score, score}, []bool{true, false}).Brier()
		if e.Bound != 0 || e.Value != .5 {
			t.Errorf("%d: %+v", i, e)
		}
	}
}
