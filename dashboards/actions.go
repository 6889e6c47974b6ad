package dashboards

var actions = Board{
	UID: ActionsUID, Title: "Actions and audit",
	About:     "What driftd and people did about serving slots, what was refused, and why.",
	Variables: []Variable{modelsVariable},
	Panels: []Panel{
		{
			Title: "Untold", SQL: "actions_untold", Kind: Stat, Unit: Count, Width: 6, Height: 6,
			About:   "Incidents whose newest state was not delivered, and those that are open. Untold for more than a tick means that Slack does not answer.",
			Columns: []Column{{Name: "untold", Thresholds: []Threshold{{1, Notice}}}, {Name: "open_incidents", Title: "open"}},
		},
		{
			Title: "How far actions came", SQL: "actions_stages", Kind: Bar, Unit: Count, Width: 9, Height: 6,
			About: "Actions by the last stage they reached. An intent that stays one was cut short and is resumed at the next tick.",
		},
		{
			Title: "Why nothing was done", SQL: "actions_refusals", Kind: Bar, Unit: Count, Width: 9, Height: 6,
			About: "Incidents that asked for a demotion, by the guard that said no. blocked_observe means that the mode is the only reason.",
		},
		{
			Title: "Actions", SQL: "actions_list", Kind: Table, Width: 24, Height: 9,
			About: "One row an action. Took is the time from the intent to the first prediction of the other version; empty until it is known.",
			Columns: []Column{
				{Name: "decided", Unit: Time}, {Name: "model", Link: &Link{Board: VersionUID, Values: map[string]string{"model": "model"}}},
				{Name: "from_version", Title: "from", Unit: Text}, {Name: "to_version", Title: "to", Unit: Text},
				{Name: "evidence", Unit: Share}, {Name: "labels", Unit: Count}, {Name: "took", Unit: Seconds},
			},
		},
		{
			Title: "Every stage", SQL: "actions_log", Kind: Table, Width: 24, Height: 9,
			About: "The audit: one row a stage, with the term of the replica that wrote it. Two terms at once would show here.",
			Columns: []Column{
				{Name: "at", Unit: Time}, {Name: "from_version", Title: "from", Unit: Text}, {Name: "to_version", Title: "to", Unit: Text}, {Name: "epoch", Unit: Count},
			},
		},
		{
			Title: "What people asked for", SQL: "actions_orders", Kind: Table, Width: 24, Height: 8,
			About:   "Approvals, rollbacks and other orders, and what became of them. One that waits is answered at the next tick.",
			Columns: []Column{{Name: "at", Unit: Time}, {Name: "to_version", Title: "to", Unit: Text}},
		},
		{
			Title: "Holds", SQL: "actions_holds", Kind: Table, Width: 12, Height: 8,
			About:   "Models and versions that people hold, as last seen in the time range: nothing is done there until the hold is released.",
			Columns: []Column{{Name: "seen", Unit: Time}, {Name: "held", Unit: Text}},
		},
		{
			Title: "Slots", SQL: "version_slots", Kind: Table, Width: 12, Height: 8,
			About:   "Who held each serving slot since when, and why that changed.",
			Columns: []Column{{Name: "since", Unit: Time}, {Name: "version", Unit: Text}},
		},
	},
}
