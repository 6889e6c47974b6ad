package performance

import "math"

// leastMagnitude is the least |y| that a relative error is taken of.
const leastMagnitude = 1e-9

// Errors are sums over labelled rows of a regression: of the outcome y and the error
// e, predicted less y. Errors with one origin add up over disjoint rows.
type Errors struct {
	// Origin is subtracted from y, so that sums of squares keep their digits: the
	// mean of the reference, or any other typical y.
	Origin float64
	N      float64 // rows

	Error, Absolute, Square, Fourth float64 // Σe, Σ|e|, Σe², Σe⁴
	Y, Y2, Y3, Y4                   float64 // Σz … Σz⁴ of z = y - Origin
	SquareY, SquareY2               float64 // Σe²z, Σe²z²

	Relative, Relative2 float64 // Σ|e/y|, Σ(e/y)² where |y| ≥ 1e-9
	Divided             float64 // rows of these
	Excluded            float64 // rows in which y or the prediction is not finite
}

// Count adds a number of rows.
func (s *Errors) Count(y, predicted, rows float64) {
	e := predicted - y
	if math.IsNaN(e) || math.IsInf(e, 0) {
		s.Excluded += rows
		return
	}
	z, square := y-s.Origin, e*e
	s.N += rows
	s.Error += rows * e
	s.Absolute += rows * math.Abs(e)
	s.Square += rows * square
	s.Fourth += rows * square * square
	s.Y += rows * z
	s.Y2 += rows * z * z
	s.Y3 += rows * z * z * z
	s.Y4 += rows * z * z * z * z
	s.SquareY += rows * square * z
	s.SquareY2 += rows * square * z * z
	if math.Abs(y) >= leastMagnitude {
		r := math.Abs(e / y)
		s.Relative += rows * r
		s.Relative2 += rows * r * r
		s.Divided += rows
	}
}

// Add adds the rows of other, which has the same origin.
func (s *Errors) Add(other Errors) {
	s.N += other.N
	s.Error += other.Error
	s.Absolute += other.Absolute
	s.Square += other.Square
	s.Fourth += other.Fourth
	s.Y += other.Y
	s.Y2 += other.Y2
	s.Y3 += other.Y3
	s.Y4 += other.Y4
	s.SquareY += other.SquareY
	s.SquareY2 += other.SquareY2
	s.Relative += other.Relative
	s.Relative2 += other.Relative2
	s.Divided += other.Divided
	s.Excluded += other.Excluded
}

// mean is the estimate of a mean from its sum and that of squares, with a normal
// interval, which has no width where one row does not tell.
func (s Errors) mean(metric string, n, sum, squares float64) Estimate {
	e := Estimate{Metric: metric, N: int(n), Excluded: int(s.Excluded)}
	if n == 0 {
		e.Undefined = NoRows
		return e
	}
	e.Value = sum / n
	if n > 1 {
		e.SE = math.Sqrt(math.Max(0, squares/n-e.Value*e.Value) / (n - 1))
	}
	e.Lower, e.Upper = e.Value-z95*e.SE, e.Value+z95*e.SE
	return e
}
