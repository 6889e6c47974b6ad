package dashboards

var features = Board{
	UID: FeaturesUID, Title: "Feature drift",
	About:       "Which inputs and scores moved, when, and how.",
	Variables:   []Variable{modelVariable, versionVariable, featureVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "PSI by series", SQL: "feature_drift", Kind: HeatMap, Unit: Number, Width: 24, Height: 11, Thresholds: psi,
			About: "The population stability index of each series against the reference, by window. Above 0.25 the distribution is plainly another one; what alarms is evidence, which knows how much honest windows differ.",
		},
		{
			Title: "Evidence by series", SQL: "feature_evidence", Kind: HeatMap, Unit: Share, Width: 24, Height: 11, Thresholds: evidence,
			About: "The share of the way to an alert of drift, by series. At 100 % people are told.",
		},
		{
			Title: "Reference and now", SQL: "feature_histogram", Kind: Histogram, Unit: Share, Width: 12, Height: 9,
			About: "The share of rows in each bin of the chosen series: in the reference, and live in the time range above. It is of the version that serves, or of the newest chosen one.",
		},
		{
			Title: "Bins over time", SQL: "feature_bins", Kind: HeatMap, Unit: Share, Width: 12, Height: 9,
			About: "How the rows of the chosen series spread over the reference's bins. What moves shows as a band that climbs or falls; a bright line in null means that the input went missing.",
		},
		{
			Title: "Measures", SQL: "feature_measures", Kind: TimeSeries, Unit: Number, Width: 12, Height: 8,
			About: "Each measure of the chosen series by window, and the effect that is tolerated. Lasting values above the limit become evidence.",
		},
		{
			Title: "Broken values", SQL: "feature_quality", Kind: TimeSeries, Unit: Share, Width: 12, Height: 8,
			About: "By how much the shares of missing values, values of a wrong type, and categories that the reference lacks exceed those of the reference. Above 1 % something upstream changed.",
		},
		{
			Title: "Segments", SQL: "feature_segments", Kind: Table, Width: 12, Height: 8,
			About: "The chosen series by segment: PSI of the newest window and the largest one. One segment above 0.25 alone is a local fault.",
			Columns: []Column{
				{Name: "version", Unit: Text}, {Name: "psi", Unit: Number, Thresholds: psi}, {Name: "largest", Unit: Number, Thresholds: psi},
				{Name: "rows", Unit: Count}, {Name: "until", Unit: Time},
			},
		},
		{
			Title: "Rows behind it", SQL: "feature_rows", Kind: TimeSeries, Unit: Count, Width: 12, Height: 8,
			About: "Rows of each window. Below a few hundred, PSI is mostly chance.",
		},
	},
}
