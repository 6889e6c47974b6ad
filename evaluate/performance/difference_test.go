package performance

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuantile(t *testing.T) {
	near(t, "quantile of .95", Quantile(0.95), z95, 1e-9)
	near(t, "quantile of .998", Quantile(0.998), z999, 1e-9)
}

// lifted draws rows whose positives score higher by lift on average.
func lifted(r *rand.Rand, n int, lift float64) (score []float64, positive []bool) {
	for i := range n {
		isPositive := i%3 == 0
		s := 0.4 + 0.15*r.NormFloat64()
		if isPositive {
			s += lift
		}
		score, positive = append(score, min(1, max(0, math.Round(s*100)/100))), append(positive, isPositive)
	}
	return score, positive
}

func TestAUCAtIsAUCAtTheUsualQuantile(t *testing.T) {
	r := seeded(t, 1)
	for _, n := range []int{3, 30, 300} {
		for _, lift := range []float64{0.1, 3} { // the second separates the classes
			score, positive := lifted(r, n, lift)
			want, got := AUC(score, positive), AUCAt(score, positive, z95)
			near(t, "lower", got.Lower, want.Lower, 1e-12)
			near(t, "upper", got.Upper, want.Upper, 1e-12)
			if wide := AUCAt(score, positive, 3); wide.Lower >= got.Lower || wide.Upper < got.Upper {
				t.Errorf("n %d: at 3 the interval is %g to %g, at 1.96 %g to %g", n, wide.Lower, wide.Upper, got.Lower, got.Upper)
			}
		}
	}
}

// Newcombe's own example: 56 of 70 and 48 of 80.
func TestRateDifference(t *testing.T) {
	e := RateDifference(56, 70, 48, 80, z95)
	near(t, "value", e.Value, 0.2, 1e-12)
	near(t, "lower", e.Lower, 0.0524, 5e-5)
	near(t, "upper", e.Upper, 0.3339, 5e-5)
	if e := RateDifference(1, 1, 0, 0, z95); e.Undefined != NoRows {
		t.Errorf("no rows: %+v", e)
	}
}

// Ten rows on which two always agree are twelve with half a row each way: the
// standard error is 1/12.
func TestAccuracyDifferenceHasAWidthWhereTwoAgree(t *testing.T) {
	agree := make([]bool, 10)
	e := AccuracyDifference(agree, agree, z95)
	near(t, "value", e.Value, 0, 0)
	near(t, "lower", e.Lower, -z95/12, 1e-12)
	near(t, "upper", e.Upper, z95/12, 1e-12)
	if e := AccuracyDifference(nil, nil, z95); e.Undefined != NoRows {
		t.Errorf("no rows: %+v", e)
	}
}

func TestAUCDifference(t *testing.T) {
	score, positive := lifted(seeded(t, 3), 300, 0.2)
	guess := make([]float64, len(score))
	alone := AUC(score, positive)
	e := AUCDifference(score, guess, positive, z95)
	near(t, "value beside guessing", e.Value, alone.Value-0.5, 1e-12)
	near(t, "standard error beside guessing", e.SE, alone.SE, 1e-12) // placements that are all ½ have no variance
	e = AUCDifference(score, score, positive, z95)
	if e.Value != 0 || e.Lower != 0 || e.Upper != 0 {
		t.Errorf("with itself: %+v", e)
	}
	score[0] = math.NaN()
	if e = AUCDifference(score, guess, positive, z95); e.N != 299 || e.Excluded != 1 {
		t.Errorf("a score that is none: %+v", e)
	}
	if e = AUCDifference(score[:30], guess[:30], positive[:30], z95); e.Lower != -1 || e.Upper != 1 {
		t.Errorf("ten positives say something: %+v", e)
	}
}

// The intervals hold the truth as often as they say: 4,000 draws have a standard
// error of .0035, so .015 is more than four of them.
func TestDifferencesCover(t *testing.T) {
	const draws, n = 4000, 400
	r := seeded(t, 20261125)
	rate, area := 0, 0
	truth := 0.0
	for range draws { // the true difference of the AUCs is that of normal scores
		a, b, positive := make([]float64, n), make([]float64, n), make([]bool, n)
		x, y := make([]bool, n), make([]bool, n)
		for i := range n {
			positive[i] = i%4 == 0
			shared, lift := r.NormFloat64(), 0.0
			if positive[i] {
				lift = 1
			}
			a[i] = expit(shared + r.NormFloat64() + 1.2*lift)
			b[i] = expit(shared + r.NormFloat64() + lift)
			easy := r.Float64()
			x[i], y[i] = easy < 0.8 || r.Float64() < 0.5, easy < 0.8 || r.Float64() < 0.4 // .90 and .88
		}
		phi := func(d float64) float64 { return 0.5 * math.Erfc(-d/math.Sqrt2) }
		truth = phi(1.2/2) - phi(1.0/2) // scores have variance 2, differences of two rows 4
		if e := AUCDifference(a, b, positive, z95); e.Lower <= truth && truth <= e.Upper {
			area++
		}
		if e := AccuracyDifference(x, y, z95); e.Lower <= 0.02 && 0.02 <= e.Upper {
			rate++
		}
	}
	near(t, "coverage of the difference of AUCs", float64(area)/draws, 0.95, 0.015)
	near(t, "coverage of the difference of accuracies", float64(rate)/draws, 0.95, 0.015)
}
