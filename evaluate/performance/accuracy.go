package performance

import "math"

// Accuracy is the share of correct rows among n, with Wilson's interval.
func Accuracy(correct, n int) Estimate {
	e := Estimate{Metric: "accuracy", N: n}
	switch {
	case n == 0:
		e.Undefined = NoRows
		return e
	case correct < 0 || correct > n:
		e.Undefined = BadCounts
		return e
	}
	e.Value = float64(correct) / float64(n)
	e.SE = math.Sqrt(e.Value * (1 - e.Value) / float64(n))
	e.Lower, e.Upper = Wilson(correct, n, z95)
	e.Baseline, _ = Wilson(correct, n, z999)
	return e
}
