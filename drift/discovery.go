package drift

import (
	"cmp"
	"slices"
)

// BenjaminiHochberg returns the adjusted p-values of p, in p's order: the
// smallest false discovery rate at which each is a discovery,
// min over j ≥ i of m·p_(j)/j, at most 1. The rate holds for p-values that are
// independent or rise and fall together. It orders and lists what moved in a
// window; it does not raise alarms.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	smallest := 1.0
	for rank := len(p); rank >= 1; rank-- {
		i := order[rank-1]
		smallest = min(smallest, p[i]*float64(len(p))/float64(rank))
		adjusted[i] = smallest
	}
	return adjusted
}
