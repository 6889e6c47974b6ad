package performance

import "math"

// share is the rate of k among n rows, with Wilson's interval; none says why it is
// undefined without rows.
func share(metric string, k, n int, none Reason) Estimate {
	e := Estimate{Metric: metric, N: n}
	switch {
	case n == 0:
		e.Undefined = none
		return e
	case k < 0 || k > n:
		e.Undefined = BadCounts
		return e
	}
	e.Value = float64(k) / float64(n)
	e.SE = math.Sqrt(e.Value * (1 - e.Value) / float64(n))
	e.Lower, e.Upper = Wilson(k, n, z95)
	e.Baseline, _ = Wilson(k, n, z999)
	return e
}
