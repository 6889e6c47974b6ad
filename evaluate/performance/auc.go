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
	var wins, unordered, below float64 // pairs won, pairs within bins, negatives in the groups before
	for _, g := range groups {
		gp, gn := float64(g.positive), float64(g.negative)
		wins += gp * (below + gn/2)
		if !g.exact {
			unordered += gp * gn
		}
		below += gn
	}
	e.Value, e.Bound = wins/(p*n), unordered/(2*p*n)
	variance := delong(groups, e.Value, p, n)
	e.SE = math.Sqrt(variance)
	if math.Min(p, n) < fewRows || variance == 0 {
		e.conservative(math.Min(p, n), false)
		return e
	}
	e.normal(false)
	return e
}

// delong returns S10/P + S01/N, the sample variances (divisors P-1 and N-1) of
// the placements: of a positive row the share of negatives below it, of a
// negative row the share of positives above it, ties half. A class of one row
// contributes nothing.
func delong(groups []group, auc, p, n float64) float64 {
	var s10, s01, negatives, positives float64 // the latter two: in groups before
	for _, g := range groups {
		gp, gn := float64(g.positive), float64(g.negative)
		v10 := (negatives + gn/2) / n
		v01 := (p - positives - gp/2) / p
		s10 += gp * (v10 - auc) * (v10 - auc)
		s01 += gn * (v01 - auc) * (v01 - auc)
		negatives += gn
		positives += gp
	}
	var variance float64
	if p > 1 {
		variance += s10 / (p - 1) / p
	}
	if n > 1 {
		variance += s01 / (n - 1) / n
	}
	return variance
}
