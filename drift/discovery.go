package drift

import (
	"cmp"
	"math"
	"slices"
)

// BenjaminiHochberg returns the adjusted p-values of p, in p's order: the
// smallest false discovery rate at which each is a discovery,
// min over j ≥ i of m·p_(j)/j, at most 1. The rate holds for p-values that are
// independent or rise and fall together. It orders and lists what moved in a
// window; it does not raise alarms.
func BenjaminiHochberg(p []float64) []float64 { return stepUp(p, 1) }

// BenjaminiYekutieli is [BenjaminiHochberg] for p-values that depend on each
// other in any way, at the price of a factor Σ 1/i for i = 1..m: 5.9 for 200.
func BenjaminiYekutieli(p []float64) []float64 {
	var harmonic float64
	for i := range p {
		harmonic += 1 / float64(i+1)
	}
	return stepUp(p, harmonic)
}

// EBenjaminiHochberg is the like for e-values, given as natural logarithms: the
// smallest rate q at which each is among the k largest with e_(k) ≥ m/(qk)
// (Wang & Ramdas 2022). The rate holds for any dependence, without a price.
func EBenjaminiHochberg(logE []float64) []float64 {
	inverse := make([]float64, len(logE))
	for i, e := range logE {
		inverse[i] = math.Exp(-e) // may be +Inf or 0: order is all that matters
	}
	return stepUp(inverse, 1)
}

// stepUp returns min over j ≥ i of factor·m·p_(j)/j, at most 1, in p's order.
func stepUp(p []float64, factor float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	smallest := 1.0
	for rank := len(p); rank >= 1; rank-- {
		i := order[rank-1]
		smallest = min(smallest, factor*p[i]*float64(len(p))/float64(rank))
		adjusted[i] = smallest
	}
	return adjusted
}
