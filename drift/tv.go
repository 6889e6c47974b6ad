package drift

import "math"

// tv is the total variation distance
//
//	½ Σ_i |q_i - p_i|,
//
// over the bins of [Layout.Bins]: the share of rows that would have to change
// bins to undo the drift. It is in [0, 1], symmetric, a metric, and merging bins
// never raises it.
//
// P is that of [homogeneity]. PEffect holds for every distribution and sample size: one row
// changes the distance by at most 1/n or 1/m, so by McDiarmid's inequality it
// exceeds its mean by ε with probability at most exp(-2Nε²), and that mean
// exceeds the true distance by at most ½√((B-1)/N), N = nm/(n+m). Bins in which
// fewer than five live rows are expected are pooled for both.
var tv = Measure{
	Name:      "tv",
	Tolerance: 0.1,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   compareTV,
}

func compareTV(l Layout, reference, live Counts, tolerance float64) Comparison {
	bins := pairBins(l.Bins(reference), l.Bins(live))
	pooled := pool(bins, false)
	size := effectiveSize(bins)
	bias := math.Sqrt(float64(len(pooled)-1)/size) / 2
	excess := math.Max(0, totalVariation(pooled)-math.Max(0, tolerance)-bias)
	c := Comparison{
		Value:     totalVariation(bins),
		Corrected: math.Max(0, totalVariation(bins)-meanVariation(bins)),
		P:         homogeneity(bins),
	}
	c.PEffect = max(c.P, math.Exp(-2*size*excess*excess))
	return c
}

func totalVariation(bins []Bin) float64 {
	n, m := totals(bins)
	var sum float64
	for _, b := range bins {
		sum += math.Abs(float64(b.Live)/m-float64(b.Reference)/n) / 2
	}
	return math.Min(1, sum)
}

// meanVariation returns about the mean without drift: of each bin, the mean of
// an absolute normal deviation.
func meanVariation(bins []Bin) float64 {
	n, m := totals(bins)
	var sum float64
	for _, b := range bins {
		s := float64(b.Reference+b.Live) / (n + m)
		sum += math.Sqrt(s*(1-s)*2/math.Pi/effectiveSize(bins)) / 2
	}
	return sum
}
