package drift

import "math"

// psi is the population stability index
//
//	PSI = Σ_i (q_i - p_i) ln(q_i/p_i)
//
// over the bins of [Layout.Bins], p the reference's shares and q the live ones,
// natural logarithm, shares of all rows including missing ones. It is in
// [0, ∞), symmetric, 0 for equal counts (for equal shares of unequal numbers of
// rows next to 0), and finite because both sides are smoothed by Jeffreys' rule:
// (count + ½)/(rows + B/2) over the B bins that have rows on either side. It is a [divergence] of scale 1: without drift
// N·PSI, N = nm/(n+m), follows chi-square with B-1 degrees of freedom
// (Yurdakul & Naranjo).
var psi = Measure{
	Name:      "psi",
	Tolerance: 0.1,
	Most:      math.Inf(1),
	Default:   true,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   divergence{of: PSI, scale: 1}.compare,
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
