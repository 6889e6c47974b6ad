package performance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// AveragePrecision is the mean, over the positive rows, of the precision among the rows
// that score at least as high: in [0, 1], the share of positives for scores that tell
// nothing. Both columns have one value per row; rows whose score is not in [0, 1] are
// excluded.
//
// The interval is normal on the logit scale with as many rows as there are positives
// (Boyd, Eng & Page, ECML 2013), Wilson's with fewer than thirty. Without positives it
// is undefined.
func AveragePrecision(score []float64, positive []bool) Estimate {
	groups, excluded := groupsOf(score, positive)
	e := averagePrecision(groups)
	e.Excluded = excluded
	return e
}

// AveragePrecision is [AveragePrecision] from counts, rows of one bin being tied. Bound
// is what the order within bins can make: most where the positives of a bin are all
// tied before its negatives, least where each comes alone, after them.
func (c ScoreCounts) AveragePrecision() Estimate {
	if c.Check() != nil {
		return Estimate{Metric: "average_precision", Undefined: BadCounts}
	}
	e := averagePrecision(c.groups())
	e.Excluded = int(c.Excluded)
	return e
}

func averagePrecision(groups []group) Estimate {
	p, n := classes(groups)
	e := Estimate{Metric: "average_precision", N: int(p + n)}
	switch {
	case p+n == 0:
		e.Undefined = NoRows
		return e
	case p == 0:
		e.Undefined = NoPositives
		return e
	}
	var most, least, tp, fp float64
	for i := len(groups) - 1; i >= 0; i-- {
		gp, gn := float64(groups[i].positive), float64(groups[i].negative)
		tied := precisionOf(gp, tp+gp, fp+gn)
		e.Value += tied / p
		if groups[i].exact || gp == 0 {
			most, least = most+tied/p, least+tied/p
		} else {
			most += precisionOf(gp, tp+gp, fp) / p
			least += (gp - harmonic(tp, gp, fp+gn)) / p
		}
		tp, fp = tp+gp, fp+gn
	}
	e.Value = math.Min(1, e.Value) // shares may round beyond
	e.Bound = math.Max(0, math.Max(most-e.Value, e.Value-least))
	e.SE = math.Sqrt(e.Value * (1 - e.Value) / p)
	if p < fewRows || e.SE == 0 {
		e.conservative(p, false)
		return e
	}
	e.normal(false)
	return e
}

// precisionOf is the precision at tp and fp, once for each of the rows.
func precisionOf(rows, tp, fp float64) float64 {
	if rows == 0 {
		return 0
	}
	return rows * tp / (tp + fp)
}

// harmonic is Σ fp/(tp+i+fp) over i = 1 … rows: what the precision of each lacks.
func harmonic(tp, rows, fp float64) float64 {
	if fp == 0 {
		return 0
	}
	return fp * (mathext.Digamma(tp+rows+fp+1) - mathext.Digamma(tp+fp+1))
}
