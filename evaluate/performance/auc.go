package performance

import "math"

// AUC is the probability that a positive row scores higher than a negative
// one, ties counting half, from rows: in [0, 1], .5 for scores that tell
// nothing. Both columns have one value per row; rows whose score is not in
// [0, 1] are excluded.
//
// SE is DeLong's (Biometrics 44, 1988; the midrank form of Sun & Xu 2014), the
// interval normal on the logit scale. With fewer than thirty rows of a class,
// or where all rows agree, it is Wilson's with as many rows as the rarer class
// has, because the variance of an AUC is at most A(1-A)/min(P, N) (Birnbaum &
// Klose 1957). Without both classes the AUC is undefined.
func AUC(score []float64, positive []bool) Estimate {
	groups, excluded := groupsOf(score, positive)
	e := aucOf(groups)
	e.Excluded = excluded
	return e
}

// AUC is [AUC] from counts, rows of one bin being tied. Bound is
// Σ_b P_b·N_b/(2PN) over the bins with a width: what the order within bins can
// make at most.
func (c ScoreCounts) AUC() Estimate {
	if c.Check() != nil {
		return Estimate{Metric: "auc", Undefined: BadCounts}
	}
	e := aucOf(c.groups())
	e.Excluded = int(c.Excluded)
	return e
}

func classes(groups []group) (positives, negatives float64) {
	for _, g := range groups {
		positives += float64(g.positive)
		negatives += float64(g.negative)
	}
	return positives, negatives
}

// aucOf computes the estimate from groups in ascending order of score.
func aucOf(groups []group) Estimate {
	p, n := classes(groups)
	e := Estimate{Metric: "auc", N: int(p + n)}
	switch {
	case p+n == 0:
		e.Undefined = NoRows
		return e
	case p == 0 || n == 0:
		e.Undefined = SingleClass
		return e
	}
	var unordered float64 // pairs within bins
	for _, g := range groups {
		if !g.exact {
			unordered += float64(g.positive) * float64(g.negative)
		}
	}
	r := rank(tied(groups), p, n)
	e.Value, e.Bound = r.auc, unordered/(2*p*n)
	// The sample variances of the placements have divisors P-1 and N-1; a class of one
	// row contributes nothing.
	var variance float64
	if p > 1 {
		variance += r.s10 / (p - 1) / p
	}
	if n > 1 {
		variance += r.s01 / (n - 1) / n
	}
	e.SE = math.Sqrt(variance)
	if math.Min(p, n) < fewRows || variance == 0 {
		e.conservative(math.Min(p, n), false)
		return e
	}
	e.normal(false)
	return e
}
