package drift

import (
	"math"
	"sort"
)

// divergence is a measure D of two lists of shares that is 0 when they are
// equal and next to that a multiple of Pearson's form, scale·D ≈ Σ (q-p)²/p.
// That holds for every smooth f-divergence, with scale 2/f"(1), and gives all of
// them the same law: for N = nm/(n+m), N·scale·D follows chi-square with B-1
// degrees of freedom without drift, and the noncentral chi-square with
// noncentrality N·scale·t where the true D is t.
//
// P is that of [homogeneity], whatever D is: it tests the same hypothesis, and
// its law is reached with fewer rows. PEffect is the tail of the noncentral law,
// with bins in which fewer than five live rows are expected pooled, and never
// below Pearson's: in a bin that the reference hardly has, one live row can be a
// large effect. The rare bins are therefore heard on their own, too: no more
// than a D of t means no more than some share of live rows in them, because
// merging bins never raises D. The smaller of both p-values counts, twice
// (Bonferroni).
type divergence struct {
	of    func(bins []Bin) float64
	scale float64
	root  bool // people are shown √D, a distance
}

func (d divergence) compare(l Layout, reference, live Counts, tolerance float64) Comparison {
	bins := pairBins(l.Bins(reference), l.Bins(live))
	size := effectiveSize(bins) * d.scale
	of := d.of(bins)
	c := Comparison{
		Value:     of,
		Corrected: math.Max(0, of-float64(len(bins)-1)/size),
		P:         homogeneity(bins),
	}
	if d.root {
		c.Value, c.Corrected = math.Sqrt(c.Value), math.Sqrt(c.Corrected)
		tolerance *= math.Max(0, tolerance)
	}
	if tolerance <= 0 {
		c.PEffect = c.P
		return c
	}
	pooled := pool(bins, false)
	c.PEffect = max(pearson(pool(bins, true)), noncentralSurvival(size*d.of(pooled), float64(len(pooled)-1), size*tolerance))
	if rare, ok := rarest(bins); ok {
		c.PEffect = min(1, 2*min(c.PEffect, d.rareEffect(bins, rare, tolerance)))
	}
	return c
}

// rareEffect returns the p-value of "the live share of the rare bins is at most
// the one at which D, of them against the rest, is the tolerance".
func (d divergence) rareEffect(bins []Bin, rare Bin, tolerance float64) float64 {
	var all Bin
	for _, b := range bins {
		all.Reference += b.Reference
		all.Live += b.Live
	}
	least := uint64(float64(all.Live) * ratio(Share{rare.Reference, all.Reference})) // where D is 0
	rows := least + uint64(sort.Search(int(all.Live-least), func(x int) bool {
		live := least + uint64(x)
		return d.of([]Bin{{rare.Reference, live}, {all.Reference - rare.Reference, all.Live - live}}) > tolerance
	}))
	margin := ratio(Share{rows, all.Live}) - ratio(Share{rare.Reference, all.Reference})
	return riseP(Share{rare.Reference, all.Reference}, Share{rare.Live, all.Live}, margin)
}
