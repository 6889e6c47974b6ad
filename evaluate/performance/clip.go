package performance

import (
	"math"
	"slices"
)

// clipQuantile is the quantile of a reference's losses above which a loss counts as
// this one for the evidence: it must be bounded, and one wild row must not decide.
const clipQuantile = 0.999

// meanLoss is the mean of losses of at least 0, which may be reordered, with a normal
// interval and, with Clip, a Baseline.
func meanLoss(metric string, losses []float64) Estimate {
	e := Estimate{Metric: metric, N: len(losses)}
	if e.N == 0 {
		e.Undefined = NoRows
		return e
	}
	var m moments
	for _, l := range losses {
		m.add(l, 1)
	}
	e.Value = m.mean
	e.SE = m.standardError()
	e.Lower, e.Upper = math.Max(0, e.Value-z95*e.SE), e.Value+z95*e.SE
	e.clip(losses)
	return e
}

// clip sets Clip and Baseline from the losses, which it sorts.
func (e *Estimate) clip(losses []float64) {
	slices.Sort(losses)
	e.Clip = losses[int(math.Ceil(clipQuantile*float64(len(losses))))-1]
	if e.Clip == 0 {
		return
	}
	var m moments
	for _, l := range losses {
		m.add(math.Min(1, l/e.Clip), 1)
	}
	cut := Estimate{Value: m.mean, SE: m.standardError()}
	if m.n < fewRows || cut.SE == 0 {
		cut.conservative(m.n, true)
	} else {
		cut.normal(true)
	}
	e.Baseline = cut.Baseline * e.Clip
}
