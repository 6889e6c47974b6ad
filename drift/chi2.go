package drift

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// chi2 is Cohen's effect size of Pearson's chi-square test of homogeneity,
//
//	w = √(χ²/N), χ² = N Σ_i (q_i - p_i)²/s_i, N = nm/(n+m),
//
// over the bins of [Layout.Bins], p the reference's shares, q the live ones and
// s = (np + mq)/(n+m) those of both together. Unlike χ² itself it does not grow
// with the rows. It is in [0, (n+m)/√(nm)], so that it has no upper end next to
// a large reference; 0 for equal shares, symmetric, and finite: a bin with live
// rows has s > 0. w² is a [divergence] of scale 1: P is the classical p-value where
// no bin is rare.
var chi2 = Measure{
	Name:      "chi2",
	Tolerance: 0.3,
	Most:      math.Inf(1),
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   divergence{of: contingency, scale: 1, root: true}.compare,
}

// contingency returns χ²/N.
func contingency(bins []Bin) float64 { return chiSquare(bins) / effectiveSize(bins) }

// homogeneity returns the p-value of "both sides have the same shares":
// Pearson's, and where bins are so rare that fewer than five live rows are
// expected in each, also that of a rise of the share of all of them. A pool
// large enough for chi-square takes in a common bin and can hide that its rows
// went to a new one, as when a category is renamed. The smaller p-value counts,
// twice (Bonferroni).
func homogeneity(bins []Bin) float64 {
	p := pearson(pool(bins, true))
	rare, ok := rarest(bins)
	if !ok {
		return p
	}
	n, m := totals(bins)
	return min(1, 2*min(p, riseP(Share{rare.Reference, uint64(n)}, Share{rare.Live, uint64(m)}, 0)))
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
