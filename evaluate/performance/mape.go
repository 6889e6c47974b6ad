package performance

import "math"

// MAPE is the mean of |error/outcome|: at least 0, less is better, .1 is ten per cent.
// Rows whose outcome is nearer to 0 than 1e-9 cannot be divided by and are excluded.
// The interval is normal.
func (s Errors) MAPE() Estimate {
	e := s.mean("mape", s.Divided, s.Relative, s.Relative2)
	if e.Undefined != "" && s.N > 0 {
		e.Undefined = NearZero
	}
	e.Excluded += int(s.N - s.Divided)
	e.Lower = math.Max(0, e.Lower)
	return e
}
