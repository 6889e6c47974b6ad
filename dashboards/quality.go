package dashboards

var quality = Board{
	UID: QualityUID, Title: "Data quality and pipeline",
	About:       "Whether events come, can be read, and are what they were. Lag and rates of ingest are metrics of the process: see /metrics.",
	Variables:   []Variable{modelVariable, versionVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "Stream", SQL: "quality_stream", Kind: TimeSeries, Unit: Number, Width: 12, Height: 8,
			About: "By how much volume (logarithm of the ratio to the usual), silence and rejects differ from weeks before. Volume below -0.7 is half of what is usual.",
		},
		{
			Title: "Predictions", SQL: "quality_rows", Kind: TimeSeries, Unit: Count, Width: 12, Height: 8,
			About: "Predictions counted. A drop to 0 is an outage upstream, or of ingest.",
		},
		{
			Title: "Broken values by series", SQL: "quality_features", Kind: HeatMap, Unit: Share, Width: 24, Height: 10, Thresholds: []Threshold{{0.01, Notice}, {0.1, Alarm}},
			About: "By how much shares of missing, invalid and unseen values exceed those of the reference: the twenty largest of the time range. Above 1 % something upstream changed.",
		},
		{
			Title: "How far versions are", SQL: "quality_watermarks", Kind: Table, Width: 24, Height: 8,
			About: "Up to when predictions were counted, windows judged and labels matured, with what was said. A watermark that stands still is the place to look.",
			Columns: []Column{
				{Name: "version", Unit: Text}, {Name: "counted_to", Title: "counted up to", Unit: Time}, {Name: "drift_to", Title: "drift up to", Unit: Time},
				{Name: "labels_to", Title: "labels up to", Unit: Time}, {Name: "checked", Unit: Time},
			},
		},
		{
			Title: "Label coverage", SQL: "version_coverage", Kind: TimeSeries, Unit: Share, Width: 12, Height: 8,
			About: "The share of predictions that got a label in time. Below the limit nothing is concluded from labels.",
		},
		{
			Title: "Rejected messages", SQL: "quality_rejects", Kind: Bar, Unit: Count, Width: 12, Height: 8,
			About: "Messages of the last day of the time range that could not be read, by reason, of all topics. driftd rejects shows them and replays what can be read by now.",
		},
		{
			Title: "Data and pipeline incidents", SQL: "incidents_of_data", Kind: Table, Width: 12, Height: 8,
			About:   "What people were told about data and about judging itself. While one is open, drift and performance of the model are not told.",
			Columns: []Column{{Name: "opened", Unit: Time}, {Name: "until", Unit: Time}, {Name: "version", Unit: Text}},
		},
		{
			Title: "Storage", SQL: "quality_storage", Kind: Table, Width: 12, Height: 8,
			About:   "What ClickHouse holds. Beyond 300 parts in a table, inserts are too small or merges too slow.",
			Columns: []Column{{Name: "table_rows", Title: "rows", Unit: Count}, {Name: "bytes", Unit: Bytes}, {Name: "parts", Unit: Count, Thresholds: []Threshold{{300, Notice}}}, {Name: "written", Unit: Time}},
		},
	},
}
