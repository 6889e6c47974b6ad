package performance

import "iter"

// ranked is what an AUC and its variance are made of: the AUC, and the sums of squares
// about it of the placements of the positive and of the negative rows. The placement of
// a positive row is the share of negatives below it, of a negative row the share of
// positives above it, ties half (DeLong, DeLong & Clarke-Pearson, Biometrics 44, 1988; in
// midranks Sun & Xu 2014).
type ranked struct{ auc, s10, s01 float64 }

// rank goes through groups of tied rows, positive and negative ones, ascending by score,
// p and n in all.
func rank(groups iter.Seq2[float64, float64], p, n float64) ranked {
	var r ranked
	var positives, negatives float64 // in the groups before
	for gp, gn := range groups {
		r.auc += gp * (negatives + gn/2)
		negatives += gn
	}
	r.auc /= p * n
	negatives = 0
	for gp, gn := range groups {
		v10 := (negatives + gn/2) / n
		v01 := (p - positives - gp/2) / p
		r.s10 += gp * (v10 - r.auc) * (v10 - r.auc)
		r.s01 += gn * (v01 - r.auc) * (v01 - r.auc)
		positives, negatives = positives+gp, negatives+gn
	}
	return r
}

// tied are the rows of the groups, as [rank] takes them.
func tied(groups []group) iter.Seq2[float64, float64] {
	return func(yield func(positive, negative float64) bool) {
		for _, g := range groups {
			if !yield(float64(g.positive), float64(g.negative)) {
				return
			}
		}
	}
}
