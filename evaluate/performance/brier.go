package performance

import "math"

// Brier is the mean squared difference of score and label (1 for positive),
// from rows: in [0, 1], less is better. Both columns have one value per row;
// rows whose score is not in [0, 1] are excluded. The interval is normal on the
// logit scale; with fewer than thirty rows, or where all rows agree, it is
// Wilson's, whose variance no loss in [0, 1] exceeds. As squared errors are
// skewed, Baseline from a few hundred rows misses up to twice as often as .001.
func Brier(score []float64, positive []bool) Estimate {
	var m moments
	excluded := 0
	for i, s := range score {
		if !usable(s) {
			excluded++
			continue
		}
		m.add(squaredError(s, positive[i]), 1)
	}
	e := m.brier()
	e.Excluded = excluded
	return e
}

// Brier is [Brier] from counts, every score taken at the middle of its bin.
func (c ScoreCounts) Brier() Estimate {
	if c.Check() != nil {
		return Estimate{Metric: "brier", Undefined: BadCounts}
	}
	var m moments
	var bound float64
	for i, bin := range c.Bins {
		middle, half := centre(bin)
		for _, side := range []struct {
			positive bool
			rows     uint64
		}{{true, c.Positive[i]}, {false, c.Negative[i]}} {
			n, loss := float64(side.rows), squaredError(middle, side.positive)
			m.add(loss, n)
			// |(s-y)² - (c-y)²| = |s-c|·|s+c-2y| ≤ h·(2|c-y| + h).
			bound += n * half * (2*math.Sqrt(loss) + half)
		}
	}
	e := m.brier()
	e.Excluded = int(c.Excluded)
	if e.Undefined == "" {
		e.Bound = bound / m.n
	}
	return e
}

func squaredError(score float64, positive bool) float64 {
	if positive {
		score = 1 - score
	}
	return score * score
}

// moments adds up losses with their spread (Welford's updates, weighted).
type moments struct{ n, mean, squares float64 }

func (m *moments) add(x, n float64) {
	if n == 0 {
		return
	}
	m.n += n
	d := x - m.mean
	m.mean += d * n / m.n
	m.squares += n * d * (x - m.mean)
}

// standardError is that of the mean; 0 when one row does not tell.
func (m moments) standardError() float64 {
	if m.n <= 1 {
		return 0
	}
	return math.Sqrt(m.squares / (m.n - 1) / m.n)
}

func (m moments) brier() Estimate {
	e := Estimate{Metric: "brier", N: int(m.n)}
	if m.n == 0 {
		e.Undefined = NoRows
		return e
	}
	e.Value = m.mean
	e.SE = m.standardError()
	if m.n < fewRows || e.SE == 0 {
		e.conservative(m.n, true)
		return e
	}
	e.normal(true)
	return e
}
