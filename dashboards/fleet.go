package dashboards

// Thresholds that several panels share.
var (
	evidence = []Threshold{{0.5, Notice}, {1, Alarm}} // a share of the way to an alarm
	psi      = []Threshold{{0.1, Notice}, {0.25, Alarm}}
	late     = []Threshold{{6 * 3600, Notice}, {24 * 3600, Alarm}} // seconds
)

// toVersion leads from a row to the version that it is about.
var toVersion = &Link{Board: VersionUID, Values: map[string]string{"model": "model", "version": "version"}}

var fleet = Board{
	UID: FleetUID, Title: "Fleet",
	About:     "Which models are unwell, why, since when, and what was done.",
	Variables: []Variable{modelsVariable},
	Panels: []Panel{
		{
			Title: "States", SQL: "fleet_states", Kind: Stat, Unit: Count, Width: 24, Height: 4,
			About: "How many serving versions are in which state now. Above 0, critical and warning ask for a look below; errored and inconclusive say that nothing can be told.",
			Columns: []Column{
				{Name: "critical", Thresholds: []Threshold{{1, Alarm}}},
				{Name: "warning", Thresholds: []Threshold{{1, Notice}}},
				{Name: "errored", Thresholds: []Threshold{{1, Unknown}}},
				{Name: "inconclusive", Thresholds: []Threshold{{1, Unknown}}},
			},
		},
		{
			Title: "Serving versions", SQL: "fleet_models", Kind: Table, Width: 24, Height: 12,
			About: "What serves now, the worst first, with its open incident. Evidence is the share of the way to a demotion, a page and an alert of drift or data quality: at 100 % the budget is crossed.",
			Columns: []Column{
				{Name: "model", Link: toVersion},
				{Name: "version", Unit: Text},
				{Name: "state", Unit: State},
				{Name: "since", Unit: Time},
				{Name: "share_of_demotion", Title: "to demotion", Unit: Share, Thresholds: evidence},
				{Name: "share_of_page", Title: "to page", Unit: Share, Thresholds: evidence},
				{Name: "share_of_alert", Title: "to alert", Unit: Share, Thresholds: evidence},
				{Name: "labels_to", Title: "labels up to", Unit: Time},
				{Name: "checked", Unit: Time},
			},
		},
		{
			Title: "Models unwell", SQL: "fleet_unwell", Kind: TimeSeries, Unit: Count, Width: 12, Height: 8,
			About: "Models whose serving version was in a state in each stretch. Many at once is rarely the models: look for what they share.",
		},
		{
			Title: "States over time", SQL: "fleet_timeline", Kind: StateTimeline, Unit: State, Width: 12, Height: 8,
			About: "The worst state of the serving version in each stretch, of the twenty models that are worst now.",
		},
		{
			Title: "Open incidents", SQL: "incidents_open", Kind: Table, Width: 24, Height: 8,
			About: "What people have been told and is not over. Blocked says why nothing was done about it.",
			Columns: []Column{
				{Name: "model", Link: toVersion}, {Name: "version", Unit: Text}, {Name: "opened", Unit: Time},
			},
		},
		{
			Title: "Actions", SQL: "actions_stages", Kind: Bar, Unit: Count, Width: 8, Height: 8,
			About: "Actions by how far they came. An intent that stays one was cut short; failed ones are tried again.",
		},
		{
			Title: "Last checked", SQL: "fleet_stale", Kind: Table, Width: 16, Height: 8,
			About: "The serving versions that were judged longest ago. Unchecked beyond twice the schedule means that driftd does not run for them; uncounted beyond that, that no predictions come.",
			Columns: []Column{
				{Name: "model", Link: toVersion}, {Name: "version", Unit: Text}, {Name: "checked", Unit: Time},
				{Name: "unchecked", Unit: Seconds, Thresholds: late}, {Name: "uncounted", Unit: Seconds, Thresholds: late}, {Name: "unlabelled", Unit: Seconds},
			},
		},
	},
}
