package performance

import (
	"math"
	"slices"
	"testing"
)

// precisions averages precision over the positive rows, as the definition says.
func precisions(score []float64, positive []bool) float64 {
	var sum, positives float64
	for i, s := range score {
		if !positive[i] {
			continue
		}
		positives++
		var above, right float64
		for j, other := range score {
			if other >= s {
				above++
				if positive[j] {
					right++
				}
			}
		}
		sum += right / above
	}
	return sum / positives
}

func TestAveragePrecisionEqualsBruteForce(t *testing.T) {
	random := seeded(t, 48)
	for range 300 {
		score, positive := scored(random, 1+random.IntN(80), random.Float64())
		digits := math.Pow(10, float64(random.IntN(4)))
		for i := range score {
			score[i] = math.Round(score[i]*digits) / digits
		}
		if e := AveragePrecision(score, positive); e.Undefined == "" {
			near(t, "average precision", e.Value, precisions(score, positive), 1e-12)
		} else if slices.Contains(positive, true) {
			t.Fatalf("positives, but %+v", e)
		}
	}
}

// From counts it is never further from the rows' than its bound.
func TestBinnedAveragePrecisionWithinItsBound(t *testing.T) {
	random := seeded(t, 49)
	differs, largest := 0, 0.
	for range 300 {
		score, positive := scored(random, 2+random.IntN(2000), .05+.3*random.Float64())
		if random.IntN(2) == 0 { // crowd the scores into few bins
			for i := range score {
				score[i] = .5 + (score[i]-.5)*.01
			}
		}
		rows, bins := AveragePrecision(score, positive), CountScores(score, positive).AveragePrecision()
		if rows.Undefined != "" {
			continue
		}
		d := math.Abs(rows.Value - bins.Value)
		if d > bins.Bound+1e-12 {
			t.Fatalf("%v from rows, %v from counts: more than %v apart", rows.Value, bins.Value, bins.Bound)
		}
		if d > 0 {
			differs++
			largest = math.Max(largest, d/bins.Bound)
		}
	}
	t.Logf("binning mattered %d times, at most %.2f of the bound", differs, largest)
	if differs == 0 {
		t.Error("binning never mattered: the bound was not tested")
	}
	// Worst and best order in one bin: the bound is reached.
	counts := CountScores([]float64{.50001, .50002}, []bool{false, true})
	if best := AveragePrecision([]float64{.50001, .50002}, []bool{false, true}).Value; math.Abs(best-counts.AveragePrecision().Value) > counts.AveragePrecision().Bound {
		t.Errorf("%v is beyond %+v", best, counts.AveragePrecision())
	}
}
