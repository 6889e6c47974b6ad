package drift

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// psi is the population stability index
//
//	PSI = Σ_i (q_i - p_i) ln(q_i/p_i)
//
// over the bins of [Layout.Bins], p the reference's shares and q the live ones,
// natural logarithm, shares of all rows including missing ones. It is in
// [0, ∞), symmetric, 0 for equal shares, and finite because both sides are
// smoothed by Jeffreys' rule: (count + ½)/(rows + B/2) over the B bins that
// have rows on either side.
//
// Without drift N·PSI, N = nm/(n+m), follows chi-square with B-1 degrees of
// freedom (Yurdakul & Naranjo), so Corrected is PSI - (B-1)/N. When the true
// PSI is t it follows the noncentral chi-square with noncentrality N·t, which
// gives PEffect, which is never below P. Bins in which fewer than five live rows
// are expected are pooled for both.
var psi = Measure{
	Name:      "psi",
	Tolerance: 0.1,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      func(_ Layout, c Counts) uint64 { return c.Total() },
	compare:   comparePSI,
}

// minExpected is the smallest expected number of live rows of a bin that
// stands alone in a p-value.
const minExpected = 5

func comparePSI(l Layout, reference, live Counts, tolerance float64) Comparison {
	bins := pairBins(l.Bins(reference), l.Bins(live))
	size := effectiveSize(bins)
	value := PSI(bins)
	c := Comparison{
		Value:     value,
		Corrected: math.Max(0, value-float64(len(bins)-1)/size),
		P:         pearson(pool(bins, true)),
	}
	if tolerance <= 0 {
		c.PEffect = c.P
		return c
	}
	// In a bin that the reference hardly has, one live row can be a large
	// effect; the p-value of no effect knows how little a row means.
	pooled := pool(bins, false)
	c.PEffect = max(c.P, noncentralSurvival(size*PSI(pooled), float64(len(pooled)-1), size*tolerance))
	return c
}

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

// PSI returns the population stability index of the given bins with Jeffreys'
// smoothing. It is 0 for fewer than two bins.
func PSI(bins []Bin) float64 {
	var value float64
	n, m := totals(bins)
	for _, b := range bins {
		value += psiTerm(b, n, m, len(bins))
	}
	return value
}

// psiTerm is one bin's contribution to PSI, at least 0.
func psiTerm(b Bin, n, m float64, bins int) float64 {
	p := (float64(b.Reference) + 0.5) / (n + 0.5*float64(bins))
	q := (float64(b.Live) + 0.5) / (m + 0.5*float64(bins))
	return (q - p) * math.Log(q/p)
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
	n, m := totals(bins)
	expected := func(b Bin) float64 { return m * float64(b.Reference) / n }
	sorted := slices.Clone(bins)
	slices.SortFunc(sorted, func(a, b Bin) int { return cmp.Compare(a.Reference, b.Reference) })
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

// pearson returns the p-value of Pearson's chi-square test of homogeneity of
// two samples; 1 for fewer than two bins.
func pearson(bins []Bin) float64 {
	if len(bins) < 2 {
		return 1
	}
	return distuv.ChiSquared{K: float64(len(bins) - 1)}.Survival(chiSquare(bins))
}

func chiSquare(bins []Bin) float64 {
	n, m := totals(bins)
	var statistic float64
	for _, b := range bins {
		// Both rows of the 2×B table at once: (x_i·n - a_i·m)²/(nm·(a_i+x_i)).
		d := float64(b.Live)*n - float64(b.Reference)*m
		statistic += d * d / (n * m * float64(b.Reference+b.Live))
	}
	return statistic
}
