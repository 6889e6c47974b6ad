package drift

import (
	"cmp"
	"slices"
)

// minExpected is the smallest expected number of live rows of a bin that
// stands alone in a p-value.
const minExpected = 5

// Bin is the rows of one bin on both sides.
type Bin struct{ Reference, Live uint64 }

// pairBins leaves out bins without rows on either side.
func pairBins(reference, live []uint64) []Bin {
	var bins []Bin
	for i := range reference {
		if reference[i]+live[i] > 0 {
			bins = append(bins, Bin{reference[i], live[i]})
		}
	}
	return bins
}

func totals(bins []Bin) (n, m float64) {
	for _, b := range bins {
		n += float64(b.Reference)
		m += float64(b.Live)
	}
	return n, m
}

// effectiveSize returns nm/(n+m).
func effectiveSize(bins []Bin) float64 {
	n, m := totals(bins)
	return n * m / (n + m)
}

// pool merges the bins in which the reference lets fewer than minExpected live
// rows be expected. What is expected, not what is there, decides: pooling must
// not depend on the live rows. If full is set, the pool takes in the rarest
// other bins until it, too, has enough.
func pool(bins []Bin, full bool) []Bin {
	sorted, expected := byRarity(bins)
	var rest Bin
	i := 0
	for i < len(sorted) && (expected(sorted[i]) < minExpected || full && i > 0 && expected(rest) < minExpected) {
		rest.Reference += sorted[i].Reference
		rest.Live += sorted[i].Live
		i++
	}
	if i == 0 {
		return sorted
	}
	return append(sorted[i:], rest)
}

// rarest returns the bins that pool merges for being rare, as one. It is false
// when there are none, or no others.
func rarest(bins []Bin) (Bin, bool) {
	sorted, expected := byRarity(bins)
	if len(sorted) == 0 || expected(sorted[0]) >= minExpected || expected(sorted[len(sorted)-1]) < minExpected {
		return Bin{}, false
	}
	pooled := pool(bins, false)
	return pooled[len(pooled)-1], true
}

// byRarity sorts bins by reference rows; expected returns the live rows that
// these let be expected in a bin.
func byRarity(bins []Bin) (sorted []Bin, expected func(Bin) float64) {
	n, m := totals(bins)
	sorted = slices.Clone(bins)
	slices.SortFunc(sorted, func(a, b Bin) int { return cmp.Compare(a.Reference, b.Reference) })
	return sorted, func(b Bin) float64 { return m * float64(b.Reference) / n }
}
