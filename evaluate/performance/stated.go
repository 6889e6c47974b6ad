package performance

import "math"

// Stated is a metric in [0, 1] that somebody else measured on n rows, with its
// 95 % interval. Baseline is derived: the interval's distance from the value on
// the bad side, on the logit scale, grows from the 97.5 % to the 99.9 % quantile
// of the normal distribution. Where an end is 0 or 1 that scale has none, and
// Baseline is that of a rate over n rows (Wilson), which no mean of values in
// [0, 1] exceeds. loss says that less is better.
func Stated(metric string, value, lower, upper float64, n int, loss bool) Estimate {
	e := Estimate{Metric: metric, N: n}
	if n <= 0 {
		e.Undefined = NoRows
		return e
	}
	bad := lower
	if loss {
		bad = upper
	}
	if e.Value = value; inside(value) && inside(bad) {
		e.Baseline = expit(logit(value) + z999/z95*(logit(bad)-logit(value)))
	} else {
		e.conservative(float64(n), loss)
	}
	e.Lower, e.Upper, e.SE = lower, upper, (upper-lower)/(2*z95)
	return e
}

func inside(p float64) bool { return p > 0 && p < 1 }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
