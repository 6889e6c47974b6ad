package performance

import "math"

// RMSE is the root of the mean squared error, in the unit of the outcome: at least 0,
// less is better. The interval is the root of a normal one of the mean.
func (s Errors) RMSE() Estimate {
	e := s.mean("rmse", s.N, s.Square, s.Fourth)
	if e.Undefined != "" {
		return e
	}
	for _, x := range []*float64{&e.Value, &e.Lower, &e.Upper} {
		*x = math.Sqrt(math.Max(0, *x))
	}
	if e.SE > 0 {
		e.SE /= 2 * e.Value // the derivative of the root
	}
	return e
}
