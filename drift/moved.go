package drift

import "math"

// Move is how one bin changed.
type Move struct {
	Bin          string  // for people: "(12, 14]", "= 0", a category, "null"
	Before       float64 // share of all reference rows, 0-1
	After        float64 // share of all live rows, 0-1
	Contribution float64 // part of PSI that the bin accounts for, at least 0
	Special      bool    `json:",omitempty"` // not a value of the series: null, NaN, an infinity or of another type
}

// Moved describes what moved: every bin with rows on either side, in the order of
// [Layout.Bins]; the contributions add up to PSI. It is empty when either side has
// no rows.
func Moved(l Layout, reference, live Counts) []Move {
	before, after := l.Bins(reference), l.Bins(live)
	bins := pairBins(before, after)
	n, m := totals(bins)
	if n == 0 || m == 0 {
		return nil
	}
	var moves []Move
	labels := l.Labels()
	for i, label := range labels {
		b := Bin{before[i], after[i]}
		if b.Reference+b.Live == 0 {
			continue
		}
		moves = append(moves, Move{
			Bin:          label,
			Before:       float64(b.Reference) / n,
			After:        float64(b.Live) / m,
			Contribution: psiTerm(b, n, m, len(bins)),
			Special:      i >= len(labels)-len(specials),
		})
	}
	return moves
}

// QuantileMove is how one quantile of a numeric series changed.
type QuantileMove struct {
	Q             float64 // 0-1
	Before, After float64 // in the series' own unit
	// Beyond is 1 when the quantile of the live rows lies above the largest number
	// of the reference, which After then is, -1 when it lies below the smallest,
	// else 0: how far beyond was not counted.
	Beyond int `json:",omitempty"`
}

// MovedQuantiles tells how far the given quantiles, each in (0, 1], of the finite
// numbers on both sides are apart, from knots. It is empty when either side has
// none, or the series is categorical.
func MovedQuantiles(l Layout, reference, live Counts, quantiles ...float64) []QuantileMove {
	var moves []QuantileMove
	for _, q := range quantiles {
		before, known := l.Quantile(reference, q)
		after, alive := l.Quantile(live, q)
		if !known || !alive {
			return nil
		}
		moves = append(moves, QuantileMove{q, before, after, l.beyond(live, q)})
	}
	return moves
}

// beyond says on which side of all knots the q-quantile of c lies: see
// [QuantileMove].
func (l Layout) beyond(c Counts, q float64) int {
	finite := valued(c) - c.At(NegInf) - c.At(PosInf)
	rank := uint64(math.Max(1, math.Ceil(q*float64(finite))))
	switch {
	case rank <= c.At(0):
		return -1
	case rank > finite-c.At(int32(l.Cells()-1)):
		return 1
	}
	return 0
}

// Quantile returns the q-quantile, 0 < q ≤ 1, of the finite numbers in c by
// nearest rank. A rank at a knot gives the knot; within an interval between
// knots the value is interpolated; beyond the outer knots it is the outer
// knot. It is false when c has no finite number or l is not numeric.
func (l Layout) Quantile(c Counts, q float64) (float64, bool) {
	first := firstCell(c)
	var total uint64
	for _, n := range c.N[first:] {
		total += n
	}
	if total == 0 || len(l.Knots) == 0 || !(q > 0 && q <= 1) {
		return 0, false
	}
	rank := math.Max(1, math.Ceil(q*float64(total)))
	var before float64
	for i := first; i < len(c.Cells); i++ {
		n := float64(c.N[i])
		if before+n >= rank {
			return l.within(c.Cells[i], (rank-before)/(n+1)), true
		}
		before += n
	}
	return l.Knots[len(l.Knots)-1], true
}

// within returns the value at a fraction of the way through a cell.
func (l Layout) within(cell int32, fraction float64) float64 {
	k := int(cell / 2)
	switch {
	case cell%2 == 1:
		return l.Knots[k]
	case k == 0:
		return l.Knots[0]
	case k >= len(l.Knots):
		return l.Knots[len(l.Knots)-1]
	}
	return l.Knots[k-1] + fraction*(l.Knots[k]-l.Knots[k-1])
}
