package drift

// invalid is the rise of the share of rows whose value has another type than
// the series. It is measured of all rows, also when none has a usable value.
var invalid = Measure{
	Name:      "invalid",
	Tolerance: 0.001,
	Most:      1,
	Default:   true,
	Kinds:     []Kind{Numeric, Categorical},
	gaps:      true,
	floor:     shareFloor,
	bad:       invalidRows,
	rows:      Counts.Total,
	compare: func(l Layout, reference, live Counts, tolerance float64) Comparison {
		return compareShares(invalidRows(l, reference), invalidRows(l, live), tolerance)
	},
}
