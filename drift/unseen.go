package drift

// unseen is the rise of the share of rows whose category the reference does not
// have, of all rows with a value. Value is live less reference, in [-1, 1].
//
// A reference never has rows of the kind, yet some are to be expected of it: by
// Good and Turing (Good 1953) the chance that a further row is of a new
// category is about the share of rows whose category came once. That share is
// taken for the reference's, so that identifiers, of which every day brings new
// ones, are not an incident every day.
var unseen = Measure{
	Name:      "unseen",
	Tolerance: 0.01,
	Most:      1,
	Default:   true,
	Kinds:     []Kind{Categorical},
	floor:     shareFloor,
	bad:       unseenRows,
	rows:      valued,
	compare: func(l Layout, reference, live Counts, tolerance float64) Comparison {
		// Part of a reference can have fewer rows than categories came once.
		expected := Share{min(l.Once, valued(reference)), valued(reference)}
		return compareShares(expected, Share{unknown(reference, live), valued(live)}, tolerance)
	},
}

// unknown returns the live rows in cells that have no rows of the reference.
// Next to a whole reference that is the cell of unseen categories; next to the
// rest of one, also those that came in this block only.
func unknown(reference, live Counts) uint64 {
	rows := valued(live)
	for i := firstCell(live); i < len(live.Cells); i++ {
		if reference.At(live.Cells[i]) > 0 {
			rows -= live.N[i]
		}
	}
	return rows
}
