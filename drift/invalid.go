package drift

// invalid is the rise of the share of rows whose value has another type than
// the series. It is measured of all rows, also when none has a usable value.
var invalid = Measure{
	Name:      "invalid",
	Tolerance: 0.001,
	Most:      1,
	Kinds:     []Kind{Numeric, Categorical},
	gaps:      true,
	floor:     shareFloor,
	rows:      Counts.Total,
	compare: func(_ Layout, reference, live Counts, tolerance float64) Comparison {
		return compareShares(Share{reference.At(Invalid), reference.Total()}, Share{live.At(Invalid), live.Total()}, tolerance)
	},
}
