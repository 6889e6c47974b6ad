package evidence

import (
	"cmp"
	"math"
	"slices"
)

// rarerRows is how many rows of the rarer class a sub-block has on average:
// larger ones waste power, because the bets on their AUC are bounded, smaller
// ones often lack a class.
const rarerRows = 5

// AUCs returns the rows of a [Mean] detector of the AUC: the block is split by
// the 64-bit hash id of each prediction into sub-blocks with about five rows
// of the rarer class, and each yields its own AUC, in [0, 1]. Each is unbiased,
// so no approximation enters. Sub-blocks without both classes are skipped; rows
// whose score is not finite are left out and counted in dropped. The columns
// have one value per row.
func AUCs(id []uint64, score []float64, positive []bool) (x []float64, dropped int) {
	groups, dropped := subBlocks(id, positive, score)
	for _, rows := range groups {
		if a, ok := auc(rows, score, positive); ok {
			x = append(x, a)
		}
	}
	return x, dropped
}

// PairedAUCs returns the rows of a [Paired] detector of the AUC: per sub-block,
// as in [AUCs], the AUC of the fallback's scores less that of the live ones,
// in [-1, 1], on the same rows.
func PairedAUCs(id []uint64, live, fallback []float64, positive []bool) (x []float64, dropped int) {
	groups, dropped := subBlocks(id, positive, live, fallback)
	for _, rows := range groups {
		a, ok := auc(rows, live, positive)
		if !ok {
			continue
		}
		b, _ := auc(rows, fallback, positive)
		x = append(x, b-a)
	}
	return x, dropped
}

// subBlocks groups the rows that have finite scores by a mix of their id.
func subBlocks(id []uint64, positive []bool, scores ...[]float64) (groups [][]int, dropped int) {
	var rows []int
	var positives int
	for i := range id {
		finite := true
		for _, score := range scores {
			finite = finite && !math.IsNaN(score[i]) && !math.IsInf(score[i], 0)
		}
		if !finite {
			dropped++
			continue
		}
		rows = append(rows, i)
		if positive[i] {
			positives++
		}
	}
	count := max(1, min(positives, len(rows)-positives)/rarerRows)
	groups = make([][]int, count)
	for _, i := range rows {
		g := mix(id[i]) % uint64(count)
		groups[g] = append(groups[g], i)
	}
	return groups, dropped
}

// mix spreads ids that are not hashes (splitmix64's finalizer).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// auc returns the share of pairs of a positive and a negative row in which the
// positive one scores higher, ties half. It is false without both classes.
// It orders rows in place.
func auc(rows []int, score []float64, positive []bool) (float64, bool) {
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	var wins, positives, negatives float64 // wins in halves
	for i := 0; i < len(rows); {
		var p, n float64 // of rows with this score
		j := i
		for ; j < len(rows) && score[rows[j]] == score[rows[i]]; j++ {
			if positive[rows[j]] {
				p++
			} else {
				n++
			}
		}
		wins += p * (2*negatives + n)
		positives += p
		negatives += n
		i = j
	}
	if positives == 0 || negatives == 0 {
		return 0, false
	}
	return wins / (2 * positives * negatives), true
}
