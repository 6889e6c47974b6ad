package drift

import "math"

// linf is the largest change of any bin's share,
//
//	max_i |q_i - p_i|,
//
// over the bins of [Layout.Bins]. It is in [0, 1], symmetric, and does not add
// up the noise of many small bins, which is why it suits series of many
// categories.
//
// P is that of [homogeneity]. PEffect is the smallest p-value of [riseP], in either
// direction, of any bin alone against the tolerance, times the number of bins
// (Bonferroni); bins in which fewer than five live rows are expected are pooled
// for both.
var linf = Measure{
	Name:      "linf",
	Tolerance: 0.1,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	rows:      Counts.Total,
	compare:   compareLInf,
}

func compareLInf(l Layout, reference, live Counts, tolerance float64) Comparison {
	bins := pairBins(l.Bins(reference), l.Bins(live))
	pooled := pool(bins, false)
	n, m := reference.Total(), live.Total()
	smallest := 1.0
	for _, b := range pooled {
		// At most one direction can exceed the tolerance.
		smallest = min(smallest,
			riseP(Share{b.Reference, n}, Share{b.Live, m}, math.Max(0, tolerance)),
			riseP(Share{n - b.Reference, n}, Share{m - b.Live, m}, math.Max(0, tolerance)))
	}
	value, noise := largestChange(bins)
	c := Comparison{Value: value, Corrected: math.Max(0, value-noise), P: homogeneity(bins)}
	c.PEffect = max(c.P, math.Min(1, smallest*float64(len(pooled))))
	return c
}

// largestChange returns the largest change of a share and the standard error
// of the bin in which it is, without drift.
func largestChange(bins []Bin) (value, noise float64) {
	n, m := totals(bins)
	for _, b := range bins {
		if d := math.Abs(float64(b.Live)/m - float64(b.Reference)/n); d > value {
			s := float64(b.Reference+b.Live) / (n + m)
			value, noise = d, math.Sqrt(s*(1-s)/effectiveSize(bins))
		}
	}
	return value, noise
}
