package drift

// beyond is the rise of the share of rows beyond the reference's smallest and
// largest value, infinite ones among them, of all rows with a value. Value is
// live less reference, in [-1, 1].
var beyond = Measure{
	Name:      "range",
	Tolerance: 0.01,
	Most:      1,
	Kinds:     []Kind{Numeric},
	floor:     shareFloor,
	bad:       beyondRows,
	rows:      valued,
	compare: func(_ Layout, reference, live Counts, tolerance float64) Comparison {
		before, after := outside(reference, live)
		return compareShares(before, after, tolerance)
	},
}

// outside returns the rows of both sides beyond the outermost cells that the
// reference has. Of a whole reference these are its minimum and maximum; of the
// rest of one, next to one of its blocks, they tell how often ordinary blocks
// reach further than all others.
func outside(reference, live Counts) (before, after Share) {
	infinite := func(c Counts) uint64 { return c.At(NegInf) + c.At(PosInf) }
	before, after = Share{infinite(reference), valued(reference)}, Share{valued(live), valued(live)}
	first, last := firstCell(reference), len(reference.Cells)-1
	for first <= last && reference.N[first] == 0 {
		first++
	}
	for first <= last && reference.N[last] == 0 {
		last--
	}
	if first > last {
		return before, after
	}
	for i := firstCell(live); i < len(live.Cells); i++ {
		if live.Cells[i] >= reference.Cells[first] && live.Cells[i] <= reference.Cells[last] {
			after.Of -= live.N[i]
		}
	}
	return before, after
}
