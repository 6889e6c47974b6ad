package performance

import (
	"math"
	"testing"
)

func TestClipIsTheQuantileOfTheRows(t *testing.T) {
	y, predicted := make([]float64, 2000), make([]float64, 2000)
	for i := range y {
		predicted[i] = float64(i + 1)
	}
	e := MAE(y, predicted)
	if e.Value != 1000.5 || e.Clip != 1998 {
		t.Errorf("mean %v, clip %v: want 1000.5 and 1998", e.Value, e.Clip)
	}
	// One wild row moves the mean, not what is held against.
	predicted[1999] = 1e12
	wild := MAE(y, predicted)
	if wild.Clip != e.Clip || wild.Baseline != e.Baseline || !(wild.Value > 1e8) {
		t.Errorf("with a wild row %+v, without %+v", wild, e)
	}
	if e = MAE(y, y); e.Clip != 0 || e.Baseline != 0 || e.Value != 0 {
		t.Errorf("without an error: %+v, want no clip", e)
	}
}

// The baseline of a clipped loss lies below the truth about once in a thousand: up to
// three times as often, as absolute errors are skewed.
func TestClippedBaseline(t *testing.T) {
	random := seeded(t, 50)
	const runs, rows = 3000, 400
	var beyond float64
	for range runs {
		y, predicted := make([]float64, rows), make([]float64, rows)
		for i := range y {
			predicted[i] = random.NormFloat64()
		}
		// E min(|e|, c) = √(2/π)(1 - exp(-c²/2)) + 2c(1 - Φ(c)).
		e := MAE(y, predicted)
		c := e.Clip
		truth := math.Sqrt(2/math.Pi)*(1-math.Exp(-c*c/2)) + c*math.Erfc(c/math.Sqrt2)
		if e.Baseline < truth {
			beyond += 1. / runs
		}
	}
	if limit := .003 + 3*math.Sqrt(.003/runs); beyond > limit {
		t.Errorf("the baseline misses in %.5f of runs, want at most %.5f", beyond, limit)
	}
}
