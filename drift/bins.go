package drift

import (
	"math"
	"slices"
	"strconv"
)

// Bins sums cells into the bins of PSI: for a numeric layout the deciles, cut
// further by the atoms, for a categorical one its categories, OTHER and
// UNSEEN; then Null, NaN, -Inf, +Inf and Invalid. The length depends on the layout
// alone; bins without rows are 0. Cells that the layout does not have are left
// out: see [Layout.Check].
func (l Layout) Bins(c Counts) []uint64 {
	starts := l.binStarts()
	bins := make([]uint64, len(starts)+len(specials))
	at := 0 // the bin of the cell: both ascend
	for i, cell := range c.Cells {
		switch {
		case cell >= Invalid && cell < 0:
			bins[len(starts)+slices.Index(specials[:], cell)] += c.N[i]
		case cell >= 0 && int(cell) < l.Cells():
			for at+1 < len(starts) && starts[at+1] <= cell {
				at++
			}
			bins[at] += c.N[i]
		}
	}
	return bins
}

// binStarts returns the first cell of every bin, ascending.
func (l Layout) binStarts() []int32 {
	starts := []int32{0}
	if l.Kind == Categorical {
		for cell := 1; cell < l.Cells(); cell++ {
			starts = append(starts, int32(cell))
		}
		return starts
	}
	for _, k := range l.Edges { // right-closed: the next bin starts above the knot
		starts = append(starts, int32(2*k+2))
	}
	for _, k := range l.Atoms {
		starts = append(starts, int32(2*k+1), int32(2*k+2))
	}
	slices.Sort(starts)
	return slices.Compact(starts)
}

// Labels names the bins of [Layout.Bins] for people, in the same order.
func (l Layout) Labels() []string {
	var labels []string
	if l.Kind == Categorical {
		labels = append(slices.Clone(l.Categories), "other categories", "unseen categories")
	} else {
		spans := l.Spans()
		for _, s := range spans[:len(spans)-len(specials)] {
			labels = append(labels, l.interval(s.First, s.Last))
		}
	}
	return append(labels, "null", "NaN", "-Inf", "+Inf", "wrong type")
}

// interval writes the numbers covered by the cells first to last.
func (l Layout) interval(first, last int32) string {
	knot := func(k int32) string { return plainly(l.Knots[k]) }
	top := int32(l.Cells() - 1)
	switch {
	case first == 0 && last == top:
		return "any number"
	case first == last && first%2 == 1:
		return "= " + knot(first/2)
	case first == 0 && last%2 == 1:
		return "≤ " + knot(last/2)
	case first == 0:
		return "< " + knot(last/2)
	case last == top: // cuts only ever leave an interval at the start
		return "> " + knot(first/2-1)
	}
	closing := ")"
	upper := last / 2
	if last%2 == 1 {
		closing = "]"
	}
	return "(" + knot(first/2-1) + ", " + knot(upper) + closing
}

// plainly writes a number with at most six significant digits, without an
// exponent where people would not use one.
func plainly(x float64) string {
	short := strconv.FormatFloat(x, 'g', 6, 64)
	rounded, _ := strconv.ParseFloat(short, 64)
	if size := math.Abs(rounded); size >= 1e15 || size > 0 && size < 1e-4 {
		return short
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
