package drift

import "math"

// hellinger is the Hellinger distance
//
//	√(½ Σ_i (√p_i - √q_i)²)
//
// over the bins of [Layout.Bins]. It is in [0, 1], 1 when no bin has rows of
// both sides, symmetric, a metric, and needs no smoothing. Its square is a
// [divergence] of scale 8.
var hellinger = Measure{
	Name:      "hellinger",
	Tolerance: 0.1,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   divergence{of: squaredHellinger, scale: 8, root: true}.compare,
}

func squaredHellinger(bins []Bin) float64 {
	n, m := totals(bins)
	var sum float64
	for _, b := range bins {
		d := math.Sqrt(float64(b.Reference)/n) - math.Sqrt(float64(b.Live)/m)
		sum += d * d / 2
	}
	return math.Min(1, sum)
}
