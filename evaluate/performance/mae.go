package performance

import "math"

// MAE is the mean absolute error, in the unit of the outcome: at least 0, less is
// better. The interval is normal.
func (s Errors) MAE() Estimate {
	e := s.mean("mae", s.N, s.Absolute, s.Square)
	e.Lower = math.Max(0, e.Lower)
	return e
}

// MAE is [Errors.MAE] from rows, with Clip and Baseline. Both columns have one value per
// row; rows in which one is not finite are excluded.
func MAE(y, predicted []float64) Estimate {
	losses := make([]float64, 0, len(y))
	for i := range y {
		if e := math.Abs(predicted[i] - y[i]); !math.IsNaN(e) && !math.IsInf(e, 0) {
			losses = append(losses, e)
		}
	}
	e := meanLoss("mae", losses)
	e.Excluded = len(y) - len(losses)
	return e
}
