package dashboards

var features = Board{
	UID: FeaturesUID, Title: "Feature drift",
	About:       "Which inputs and scores moved, when, and how.",
	Variables:   []Variable{modelVariable, versionVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "PSI", About: "The population stability index of each series against the reference, by window. Above 0.25 the distribution is plainly another one; what alarms is evidence, which knows how much honest windows differ.",
			SQL: "feature_drift", Kind: HeatMap, Unit: Number, Width: 24, Height: 12, Thresholds: []Threshold{{0.1, Notice}, {0.25, Alarm}},
		},
	},
}
