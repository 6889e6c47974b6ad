package dashboards

var version = Board{
	UID: VersionUID, Title: "Version health",
	About:       "How a model's versions do: state, live metrics and what they are held to.",
	Variables:   []Variable{modelVariable, versionVariable},
	Annotations: true,
	Panels: []Panel{
		{
			Title: "State", About: "The worst state of each version in each stretch. Critical means that evidence crossed the budget of demotions.",
			SQL: "version_state", Kind: StateTimeline, Unit: State, Width: 24, Height: 6,
		},
		{
			Title: "Live metrics", About: "Each metric by the time of the predictions, as their labels matured, with its interval and the limit it is held to. A value beyond its limit is evidence, not yet an alarm.",
			SQL: "version_metrics", Kind: TimeSeries, Unit: Number, Width: 24, Height: 10,
		},
	},
}
