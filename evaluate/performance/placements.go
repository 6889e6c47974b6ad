package performance

import (
	"cmp"
	"slices"
)

// placements returns, row by row, the share of the other class that the row is
// on the right side of, ties half: of a positive row the negatives that score
// lower, of a negative row the positives that score higher. Their mean over a
// class is the AUC.
func placements(score []float64, positive []bool) []float64 {
	order := make([]int, len(score))
	var p, n float64
	for i := range order {
		order[i] = i
		if positive[i] {
			p++
		} else {
			n++
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	placed := make([]float64, len(score))
	var positives, negatives float64 // with lower scores
	for from := 0; from < len(order); {
		to, tied := from, [2]float64{}
		for ; to < len(order) && score[order[to]] == score[order[from]]; to++ {
			tied[class(positive[order[to]])]++
		}
		for _, i := range order[from:to] {
			if positive[i] {
				placed[i] = (negatives + tied[0]/2) / n
			} else {
				placed[i] = (p - positives - tied[1]/2) / p
			}
		}
		negatives, positives, from = negatives+tied[0], positives+tied[1], to
	}
	return placed
}
