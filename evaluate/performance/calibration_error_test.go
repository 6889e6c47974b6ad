package performance

import (
	"math"
	"testing"
)

// What chance makes of perfect probabilities is taken away, a true error stays.
func TestCalibrationErrorIsLessChance(t *testing.T) {
	random := seeded(t, 51)
	const runs, rows = 400, 2000
	for _, c := range []struct {
		name  string
		truth func(s float64) float64
		want  float64
	}{
		{"perfect", func(s float64) float64 { return s }, 0},
		{"pulled to one half", func(s float64) float64 { return .25 + s/2 }, .125}, // ∫ |s/2 - 1/4| ds
	} {
		var mean, inside float64
		for range runs {
			score, positive := make([]float64, rows), make([]bool, rows)
			for i := range score {
				score[i] = random.Float64()
				positive[i] = random.Float64() < c.truth(score[i])
			}
			e := CountScores(score, positive).CalibrationError()
			mean += e.Value / runs
			if e.Lower <= c.want && c.want <= e.Upper {
				inside += 1. / runs
			}
		}
		// Uncorrected they are .028 and .133.
		near(t, c.name+": mean", mean, c.want, .006)
		if inside < .93 {
			t.Errorf("%s: the interval holds the truth in %.3f of runs", c.name, inside)
		}
		t.Logf("%s: mean %.4f, the interval holds the truth in %.3f", c.name, mean, inside)
	}
	if e := CountScores([]float64{0, 1}, []bool{false, true}).CalibrationError(); e.Value != 0 || e.Bound != 0 || math.IsNaN(e.Upper) {
		t.Errorf("hard and right: %+v", e)
	}
}
