package drift

import "math"

// js is the Jensen-Shannon distance to base 2,
//
//	√(½ Σ_i p_i log₂(p_i/s_i) + ½ Σ_i q_i log₂(q_i/s_i)), s = (p+q)/2,
//
// over the bins of [Layout.Bins]. It is in [0, 1], 1 when no bin has rows of
// both sides, symmetric, a metric, and needs no smoothing: an empty bin adds 0
// (0·log 0 = 0). Its square is a [divergence] of scale 8 ln 2.
var js = Measure{
	Name:      "js",
	Tolerance: 0.1,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   divergence{of: jensenShannon, scale: 8 * math.Ln2, root: true}.compare,
}

// jensenShannon returns the divergence in bits.
func jensenShannon(bins []Bin) float64 {
	n, m := totals(bins)
	var bits float64
	for _, b := range bins {
		p, q := float64(b.Reference)/n, float64(b.Live)/m
		bits += (surprise(p, (p+q)/2) + surprise(q, (p+q)/2)) / 2
	}
	return math.Min(1, math.Max(0, bits)) // rounding can leave either end by 1e-16
}

// surprise returns p·log₂(p/s), 0 for p = 0.
func surprise(p, s float64) float64 {
	if p == 0 {
		return 0
	}
	return p * math.Log2(p/s)
}
