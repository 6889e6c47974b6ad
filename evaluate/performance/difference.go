package performance

import "math"

// Quantile returns the normal quantile of a two-sided interval: 1.96 for .95.
func Quantile(confidence float64) float64 { return math.Sqrt2 * math.Erfinv(confidence) }

// AUCAt returns the AUC of the rows with its interval at the normal quantile z
// instead of 1.96.
func AUCAt(score []float64, positive []bool, z float64) Estimate {
	e := AUC(score, positive)
	if e.Undefined != "" {
		return e
	}
	p, n := 0, 0
	for i, s := range score {
		switch {
		case !usable(s):
		case positive[i]:
			p++
		default:
			n++
		}
	}
	if rarer := min(p, n); rarer < fewRows || e.SE == 0 {
		e.Lower, e.Upper = wilson(e.Value*float64(rarer), float64(rarer), z)
		return e
	}
	spread := e.SE / (e.Value * (1 - e.Value))
	e.Lower, e.Upper = expit(logit(e.Value)-z*spread), expit(logit(e.Value)+z*spread)
	return e
}

// AccuracyDifference is how much more often a is right than b on the same rows,
// in [-1, 1]; both columns have one value per row. The interval is Wald's with
// half a row added to each of the four ways in which two can be right (Agresti &
// Min, Statistics in Medicine 24, 2005): it has a width where they always agree.
func AccuracyDifference(a, b []bool, z float64) Estimate {
	e := Estimate{Metric: "accuracy", N: len(a)}
	if len(a) == 0 {
		e.Undefined = NoRows
		return e
	}
	var better, worse float64
	for i := range a {
		switch {
		case a[i] && !b[i]:
			better++
		case b[i] && !a[i]:
			worse++
		}
	}
	n := float64(len(a))
	e.Value = (better - worse) / n
	better, worse, n = better+0.5, worse+0.5, n+2
	middle := (better - worse) / n
	e.SE = math.Sqrt((better+worse)/n-middle*middle) / math.Sqrt(n)
	e.Lower, e.Upper = math.Max(-1, middle-z*e.SE), math.Min(1, middle+z*e.SE)
	return e
}

// RateDifference is the difference of two rates on different rows, rightA of
// nA and rightB of nB, with Newcombe's interval from Wilson's (Statistics in
// Medicine 17, 1998, method 10).
func RateDifference(rightA, nA, rightB, nB int, z float64) Estimate {
	e := Estimate{Metric: "accuracy", N: min(nA, nB)}
	if e.N == 0 {
		e.Undefined = NoRows
		return e
	}
	a, b := float64(rightA)/float64(nA), float64(rightB)/float64(nB)
	lowA, highA := Wilson(rightA, nA, z)
	lowB, highB := Wilson(rightB, nB, z)
	e.Value = a - b
	e.SE = math.Sqrt(a*(1-a)/float64(nA) + b*(1-b)/float64(nB))
	e.Lower, e.Upper = e.Value-math.Hypot(a-lowA, highB-b), e.Value+math.Hypot(highA-a, b-lowB)
	return e
}

// AUCDifference is how much larger the AUC of scores a is than that of b on the
// same rows, with the normal interval of DeLong, DeLong & Clarke-Pearson
// (Biometrics 44, 1988): the variance is that of the differences of placements.
// Rows of which either score is not in [0, 1] are excluded. With fewer than
// thirty rows of a class the interval is [-1, 1]: it says nothing.
func AUCDifference(a, b []float64, positive []bool, z float64) Estimate {
	var x, y []float64
	var truth []bool
	for i := range a {
		if usable(a[i]) && usable(b[i]) {
			x, y, truth = append(x, a[i]), append(y, b[i]), append(truth, positive[i])
		}
	}
	first := AUC(x, truth)
	e := Estimate{Metric: "auc", N: len(x), Excluded: len(a) - len(x), Undefined: first.Undefined}
	if e.Undefined != "" {
		return e
	}
	e.Value = first.Value - AUC(y, truth).Value
	var rows [2]sums // of negatives, of positives
	placedX, placedY := placements(x, truth), placements(y, truth)
	for i, isPositive := range truth {
		rows[class(isPositive)].add(placedX[i] - placedY[i])
	}
	e.SE = math.Sqrt(rows[0].varianceOfMean() + rows[1].varianceOfMean())
	e.normalDifference(min(rows[0].n, rows[1].n), z)
	return e
}

// AUCApart is the difference of two AUCs on different rows: DeLong's variances
// add up. rarer is the smallest number of rows of a class in either.
func AUCApart(a, b Estimate, rarer int, z float64) Estimate {
	e := Estimate{Metric: "auc", N: min(a.N, b.N), Excluded: a.Excluded + b.Excluded, Undefined: a.Undefined}
	if e.Undefined == "" {
		e.Undefined = b.Undefined
	}
	if e.Undefined != "" {
		return e
	}
	e.Value, e.SE = a.Value-b.Value, math.Hypot(a.SE, b.SE)
	e.normalDifference(float64(rarer), z)
	return e
}

func (e *Estimate) normalDifference(rarer, z float64) {
	e.Lower, e.Upper = math.Max(-1, e.Value-z*e.SE), math.Min(1, e.Value+z*e.SE)
	if rarer < fewRows {
		e.Lower, e.Upper = -1, 1
	}
}

// sums are those of a column whose variance is wanted.
type sums struct{ n, x, xx float64 }

func (s *sums) add(x float64) { s.n, s.x, s.xx = s.n+1, s.x+x, s.xx+x*x }

// varianceOfMean is 0 of fewer than two values.
func (s sums) varianceOfMean() float64 {
	if s.n < 2 {
		return 0
	}
	mean := s.x / s.n
	return math.Max(0, s.xx/s.n-mean*mean) / (s.n - 1)
}

func class(positive bool) int {
	if positive {
		return 1
	}
	return 0
}
