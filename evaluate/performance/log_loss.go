package performance

import "math"

// leastProbability is what a score of 0 or 1 is taken for: no loss is infinite.
const leastProbability = 1e-15

// LogLoss is the mean of -ln of the probability that the score gave to the label: in
// [0, 34.5], less is better, ln 2 for scores of one half. Scores are cut to
// [1e-15, 1-1e-15]. Both columns have one value per row; rows whose score is not in
// [0, 1] are excluded. The interval is normal; see [Estimate.Clip] for Baseline.
func LogLoss(score []float64, positive []bool) Estimate {
	losses := make([]float64, 0, len(score))
	excluded := 0
	for i, s := range score {
		if !usable(s) {
			excluded++
			continue
		}
		losses = append(losses, RowLogLoss(s, positive[i]))
	}
	e := meanLoss("log_loss", losses)
	e.Excluded = excluded
	return e
}

// RowLogLoss is the log loss of one row whose score is in [0, 1].
func RowLogLoss(score float64, positive bool) float64 {
	if !positive {
		score = 1 - score
	}
	return -math.Log(math.Min(math.Max(score, leastProbability), 1-leastProbability))
}
