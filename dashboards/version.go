package dashboards

var version = Board{
	UID: VersionUID, Title: "Version health",
	About:       "How the versions of a model do: state, evidence, live metrics and what they are held to.",
	Variables:   []Variable{modelVariable, versionVariable, metricVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "State", SQL: "version_state", Kind: StateTimeline, Unit: State, Width: 24, Height: 6,
			About: "The worst state of each version in each stretch. Critical means that evidence crossed the budget of demotions.",
		},
		{
			Title: "Evidence", SQL: "version_evidence", Kind: TimeSeries, Unit: Share, Width: 24, Height: 9, Thresholds: evidence,
			About: "The share of the way that each detector has come to what it leads to; of drift and data quality the one that is furthest. At 100 % the alert, the page or the demotion follows.",
		},
		{
			Title: "Live metric", SQL: "version_metric", Kind: TimeSeries, Unit: Number, Width: 24, Height: 9,
			About: "The metric by the time of the predictions, as their labels matured, with its 95 % interval and the limit it is held to. A value beyond its limit is evidence, not yet an alarm.",
		},
		{
			Title: "Expected and measured", SQL: "version_expected", Kind: TimeSeries, Unit: Number, Width: 12, Height: 8,
			About: "The metric as scores alone let it be expected, before any label, and as it was measured. Where they part, labels depend on scores in another way than they did: the model needs a look.",
		},
		{
			Title: "Predictions", SQL: "version_rows", Kind: TimeSeries, Unit: Count, Width: 12, Height: 8, Stacked: true,
			About: "Predictions of each version that has a reference. A version that serves and has none gets no traffic.",
		},
		{
			Title: "Label coverage", SQL: "version_coverage", Kind: TimeSeries, Unit: Share, Width: 12, Height: 7,
			About: "The share of predictions that got a label in time. Below the limit nothing is concluded from labels.",
		},
		{
			Title: "Labels are waited for", SQL: "version_waiting", Kind: TimeSeries, Unit: Seconds, Width: 12, Height: 7,
			About: "The age of the youngest prediction whose labels were judged. It is the maturity of labels and up to a block; more means that labels come late or not at all.",
		},
		{
			Title: "Inputs and scores", SQL: "version_features", Kind: Table, Width: 24, Height: 9,
			About: "Which series are furthest on the way to an alert of drift now, with the PSI of their newest window.",
			Columns: []Column{
				{Name: "feature", Link: &Link{Board: FeaturesUID, Values: map[string]string{"version": "version", "feature": "feature"}}},
				{Name: "version", Unit: Text}, {Name: "share", Title: "to alert", Unit: Share, Thresholds: evidence},
				{Name: "psi", Unit: Number, Thresholds: psi}, {Name: "rows", Unit: Count}, {Name: "until", Unit: Time},
			},
		},
		{
			Title: "Incidents", SQL: "incidents_of_model", Kind: Table, Width: 14, Height: 8,
			About:   "What people were told about the model, the newest first. Until is empty while an incident is open.",
			Columns: []Column{{Name: "opened", Unit: Time}, {Name: "until", Unit: Time}, {Name: "version", Unit: Text}},
		},
		{
			Title: "Slot", SQL: "version_slots", Kind: Table, Width: 10, Height: 8,
			About:   "Who held the serving slot since when, and why that changed.",
			Columns: []Column{{Name: "since", Unit: Time}, {Name: "version", Unit: Text}},
		},
	},
}
