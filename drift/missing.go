package drift

// missing is the rise of the share of rows without a usable value: null, not a
// number, or of another type. Value is live less reference, in [-1, 1]. It is
// measured when every value is missing, which is when it is needed.
var missing = Measure{
	Name:      "missing",
	Tolerance: 0.01,
	Most:      1,
	Default:   true,
	Kinds:     []Kind{Numeric, Categorical},
	gaps:      true,
	floor:     shareFloor,
	bad:       missingRows,
	rows:      Counts.Total,
	compare: func(l Layout, reference, live Counts, tolerance float64) Comparison {
		return compareShares(missingRows(l, reference), missingRows(l, live), tolerance)
	},
}
