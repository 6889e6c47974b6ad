package drift

// outside is the rise of the share of rows beyond the reference's smallest and
// largest value, infinite ones among them, of all rows with a value. Value is
// live less reference, in [-1, 1].
var outside = Measure{
	Name:      "range",
	Tolerance: 0.01,
	Most:      1,
	Kinds:     []Kind{Numeric},
	floor:     shareFloor,
	rows:      valued,
	compare: func(l Layout, reference, live Counts, tolerance float64) Comparison {
		return compareShares(l.outside(reference), l.outside(live), tolerance)
	},
}

// outside returns the rows below the first knot or above the last one.
func (l Layout) outside(c Counts) Share {
	s := Share{valued(c), valued(c)}
	for i := firstCell(c); i < len(c.Cells); i++ {
		if cell := int(c.Cells[i]); cell > 0 && cell < l.Cells()-1 {
			s.Of -= c.N[i]
		}
	}
	return s
}
