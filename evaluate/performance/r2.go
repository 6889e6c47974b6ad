package performance

import "math"

// R2 is the coefficient of determination, 1 - Σe²/Σ(y-ȳ)²: at most 1, 0 for predicting
// the mean, below it for worse. Where all outcomes are equal it is undefined. The
// interval is normal, of the ratio by the delta method.
func (s Errors) R2() Estimate {
	e := Estimate{Metric: "r2", N: int(s.N), Excluded: int(s.Excluded)}
	if s.N == 0 {
		e.Undefined = NoRows
		return e
	}
	// Central moments of y, and of y with the squared error a.
	mean := s.Y / s.N
	y2, y3, y4 := s.Y2/s.N, s.Y3/s.N, s.Y4/s.N
	a, ay, ay2 := s.Square/s.N, s.SquareY/s.N, s.SquareY2/s.N
	spread := y2 - mean*mean
	if spread <= y2*1e-14 { // rounding alone leaves as much
		e.Undefined = Constant
		return e
	}
	fourth := y4 - 4*mean*y3 + 6*mean*mean*y2 - 3*mean*mean*mean*mean
	with := ay2 - 2*mean*ay + mean*mean*a
	ratio := a / spread
	e.Value = 1 - ratio
	// A row moves the ratio by (e² - ratio·(y-ȳ)²)/spread.
	e.SE = math.Sqrt(math.Max(0, s.Fourth/s.N-2*ratio*with+ratio*ratio*fourth)/s.N) / spread
	e.Lower, e.Upper = e.Value-z95*e.SE, math.Min(1, e.Value+z95*e.SE)
	return e
}
