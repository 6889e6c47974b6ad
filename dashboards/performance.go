package dashboards

var score = map[string]string{"feature": "(score)"}

var performance = Board{
	UID: PerformanceUID, Title: "Predictions and performance",
	About:       "What the model says, and how right it is.",
	Variables:   []Variable{modelVariable, versionVariable, metricVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "Newest metrics", SQL: "performance_newest", Kind: Table, Unit: Number, Width: 24, Height: 9,
			About: "Every live metric of each version in its newest block, with its interval and limit. A value without limit is shown and never held to anything.",
			Columns: []Column{
				{Name: "version", Unit: Text}, {Name: "rows", Unit: Count}, {Name: "until", Unit: Time},
			},
		},
		{
			Title: "Metric", SQL: "version_metric", Kind: TimeSeries, Unit: Number, Width: 12, Height: 9,
			About: "The chosen metric by block of labels, with its interval and limit.",
		},
		{
			Title: "Champion against challenger", SQL: "performance_paired", Kind: TimeSeries, Unit: Number, Width: 12, Height: 9,
			About: "By how much the serving version is worse than its fallback on the same requests. Above the limit, with the whole interval, block after block, it is demoted.",
		},
		{
			Title: "Scores, reference and now", SQL: "feature_histogram", Fixed: score, Kind: Histogram, Unit: Share, Width: 12, Height: 9,
			About: "The share of scores in each bin: in the reference, and live in the time range above.",
		},
		{
			Title: "Drift of scores", SQL: "feature_measures", Fixed: score, Kind: TimeSeries, Unit: Number, Width: 12, Height: 9,
			About: "Measures of the scores by window. Scores that move while no input does mean that inputs moved together.",
		},
		{
			Title: "Calibration", SQL: "performance_calibration", Kind: Histogram, Unit: Share, Width: 12, Height: 9,
			About: "Of labelled rows by score: the mean score, how many were positive in truth, and which share of all rows that is. Where the first two part in a bin with many rows, probabilities cannot be taken as such. Binary models.",
		},
		{
			Title: "Positives", SQL: "performance_rates", Kind: TimeSeries, Unit: Share, Width: 12, Height: 9,
			About: "The share of rows that were labelled positive, that the model called positive, and the mean score. The first alone moving means that the world changed. Binary models.",
		},
		{
			Title: "Confusion", SQL: "performance_confusion", Kind: TimeSeries, Unit: Share, Width: 12, Height: 9, Stacked: true,
			About: "Labelled rows by what the model called them and what they were, as shares. Which of the two errors grows says what people will feel. Binary models.",
		},
		{
			Title: "Metric by segment", SQL: "performance_segments", Kind: Table, Unit: Number, Width: 12, Height: 9,
			About:   "The chosen metric of each segment in its newest block of labels. An interval that is wide says that the segment is small; one that lies apart from the whole is worth driftd explain. Labelled is the share of its predictions that have a label.",
			Columns: []Column{{Name: "version", Unit: Text}, {Name: "rows", Unit: Count}, {Name: "labelled", Unit: Share}, {Name: "until", Unit: Time}},
		},
		{
			Title: "Scores by segment", SQL: "feature_segments", Fixed: score, Kind: Table, Width: 12, Height: 9,
			About: "PSI of the scores by segment: newest window and largest. One segment above 0.25 alone is a local fault.",
			Columns: []Column{
				{Name: "version", Unit: Text}, {Name: "psi", Unit: Number, Thresholds: psi}, {Name: "largest", Unit: Number, Thresholds: psi},
				{Name: "rows", Unit: Count}, {Name: "until", Unit: Time},
			},
		},
	},
}
