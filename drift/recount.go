package drift

// Recount counts rows that were counted over another layout into this one, for
// comparing two references. Values equal to a knot of the other layout are
// exact; those between two knots are taken at the middle, those beyond the outer
// ones at the outer one: at most the share of one such interval moves to a wrong
// cell, 1/[MaxKnots] of a continuous series. Texts that the other layout had not
// seen are not known any more and count as new here.
func (l Layout) Recount(other Layout, c Counts) Counts {
	byCell := make(map[int32]uint64)
	for i, cell := range c.Cells {
		switch {
		case cell < 0:
			byCell[cell] += c.N[i]
		case other.Kind == Numeric && l.Kind == Numeric:
			byCell[l.Cell(other.within(cell, 0.5))] += c.N[i]
		case other.Kind == Categorical && l.Kind == Categorical && int(cell) < len(other.Categories):
			byCell[l.CellOf(other.Categories[cell])] += c.N[i]
		case l.Kind == Categorical:
			byCell[l.Unknown()] += c.N[i]
		}
	}
	return NewCounts(byCell)
}
