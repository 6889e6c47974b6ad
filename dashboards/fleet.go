package dashboards

// evidence colours a share of the way to an alarm.
var evidence = []Threshold{{0.5, Notice}, {1, Alarm}}

var fleet = Board{
	UID: FleetUID, Title: "Fleet",
	About:     "Which models are unwell, why, and since when.",
	Variables: []Variable{modelsVariable},
	Panels: []Panel{
		{
			Title: "States", About: "How many serving versions are in which state. Look at the table where critical or warning is not 0; errored and inconclusive say that nothing can be told.",
			SQL: "fleet_states", Kind: Stat, Unit: Count, Width: 24, Height: 4,
			Columns: []Column{
				{Name: "critical", Thresholds: []Threshold{{1, Alarm}}},
				{Name: "warning", Thresholds: []Threshold{{1, Notice}}},
				{Name: "errored", Thresholds: []Threshold{{1, Unknown}}},
				{Name: "inconclusive", Thresholds: []Threshold{{1, Unknown}}},
			},
		},
		{
			Title: "Serving versions", About: "The worst come first. Evidence is the share of the way to a demotion, a page and an alert of drift: at 100 % the budget is crossed.",
			SQL: "fleet_models", Kind: Table, Width: 24, Height: 12,
			Columns: []Column{
				{Name: "model", Link: &Link{Board: VersionUID, Values: map[string]string{"model": "model", "version": "version"}}},
				{Name: "version", Unit: Text},
				{Name: "state", Unit: State},
				{Name: "share_of_demotion", Title: "to demotion", Unit: Share, Thresholds: evidence},
				{Name: "share_of_page", Title: "to page", Unit: Share, Thresholds: evidence},
				{Name: "share_of_alert", Title: "to drift alert", Unit: Share, Thresholds: evidence},
				{Name: "labels_to", Title: "labels up to", Unit: Time},
				{Name: "checked", Unit: Time},
			},
		},
	},
}
