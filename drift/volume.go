package drift

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// volume is the logarithm of the accepted rows over what earlier weeks had in
// the same hours,
//
//	ln(rows + ½) - mean of ln(rows_w + ½),
//
// in (-∞, ∞): -0.69 is half, +0.69 is double. P and PEffect are for both
// directions: tails of Student's t with W-1 degrees of freedom, where s, the
// standard deviation over the W weeks, is at least that of a Poisson count, and
// the distance beyond the tolerance is divided by s√(1+1/W).
var volume = StreamCheck{
	Name:      Volume,
	Tolerance: 0.7, // half or double
	compare: func(weeks []Flow, now Flow, tolerance float64) Comparison {
		earlier := make([]uint64, len(weeks))
		for i, week := range weeks {
			earlier[i] = sum(week.Accepted)
		}
		d, tail := against(earlier, sum(now.Accepted))
		both := func(effect float64) float64 {
			return math.Min(1, tail(math.Abs(d)-effect)+tail(math.Abs(d)+effect))
		}
		return Comparison{Value: d, Corrected: math.Abs(d), P: both(0), PEffect: both(tolerance)}
	},
}

// against returns how far now lies from earlier counts, in logarithms, and the
// upper tail of such a distance for a further count of their kind.
func against(earlier []uint64, now uint64) (distance float64, tail func(float64) float64) {
	logs := make([]float64, len(earlier))
	for i, n := range earlier {
		logs[i] = math.Log(float64(n) + 0.5)
	}
	v := describe(logs)
	// A Poisson count of e^mean has about this variance of its logarithm.
	scale := math.Sqrt(math.Max(v.SD*v.SD, math.Exp(-v.Mean)) * (1 + 1/float64(v.K)))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(v.K - 1)}
	return math.Log(float64(now)+0.5) - v.Mean, func(d float64) float64 { return t.Survival(d / scale) }
}
