package drift

// missing is the rise of the share of rows without a usable value: null, not a
// number, or of another type. Value is live less reference, in [-1, 1]. It is
// measured when every value is missing, which is when it is needed.
var missing = Measure{
	Name:      "missing",
	Tolerance: 0.01,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	gaps:      true,
	floor:     shareFloor,
	rows:      Counts.Total,
	compare: func(_ Layout, reference, live Counts, tolerance float64) Comparison {
		return compareShares(Share{reference.Missing(), reference.Total()}, Share{live.Missing(), live.Total()}, tolerance)
	},
}
