package dashboards

import (
	"regexp"
	"slices"
)

// Board is one screen.
type Board struct {
	UID         string // stable: links of people and of messages hold it
	Title       string
	About       string // what it answers
	Variables   []Variable
	Panels      []Panel
	Annotations bool // marks what happened to the chosen model on all time axes
}

// Variable is something that people choose above a board.
type Variable struct {
	Name  string // in queries
	Title string
	About string
	SQL   string // file in sql: columns value and text, in the order to be shown
	Multi bool   // several may be chosen, or All
}

// The variables. Their values have each backslash doubled, because Grafana escapes
// quotes alone; [Scope] holds them as they are, as the column text does.
var (
	modelVariable   = Variable{Name: "model", Title: "Model", About: "A model of the configuration.", SQL: "variable_model"}
	modelsVariable  = Variable{Name: "model", Title: "Models", About: "Models of the configuration.", SQL: "variable_model", Multi: true}
	versionVariable = Variable{Name: "version", Title: "Versions", About: "Versions of the model, the serving one first.", SQL: "variable_version", Multi: true}
	featureVariable = Variable{Name: "feature", Title: "Series", About: "An input, the score or the predicted class.", SQL: "variable_feature"}
	metricVariable  = Variable{Name: "metric", Title: "Metric", About: "A live metric.", SQL: "variable_metric"}
)

// Mark is something that happened, shown on the time axes of boards about one model:
// columns time, perhaps timeEnd, text and tags.
type Mark struct {
	Title string
	SQL   string
	Mood  Mood
}

// Marks lists all marks.
var Marks = []Mark{
	{"Versions", "annotation_versions", Unknown},
	{"Slot", "annotation_slots", Calm},
	{"Incidents", "annotation_incidents", Notice},
	{"Demotions", "annotation_demotions", Alarm},
}

// Rule is an alert about driftd itself. Those about models are driftd's own.
type Rule struct {
	UID     string
	Title   string
	About   string // what to do
	SQL     string // time and one number
	Above   float64
	Minutes int // for which it holds
}

// Rules lists all rules.
var Rules = []Rule{
	{"driftd-ingest-stopped", "driftd counts no predictions", "No bucket of predictions was counted for six hours, of any model. See the lag and the errors of ingest on /metrics, and the logs of driftd.", "alert_ingest", 6 * 3600, 15},
	{"driftd-checks-stale", "driftd evaluates nothing", "No version of any model was judged for two hours. See whether driftd runs, and driftd_evaluate_runs_total on /metrics. Raise the limit if your schedules are rarer.", "alert_checks", 2 * 3600, 15},
	{"driftd-errors", "driftd could not measure", "A serving version is errored: driftd could not measure it. driftd status says why.", "alert_errors", 0, 30},
}

// Boards lists all boards in the order in which they are shown.
func Boards() []Board { return []Board{fleet, version, features, performance, quality, actions} }

// UIDs of boards, for links.
const (
	FleetUID       = "driftd-fleet"
	VersionUID     = "driftd-version"
	FeaturesUID    = "driftd-features"
	PerformanceUID = "driftd-performance"
	QualityUID     = "driftd-quality"
	ActionsUID     = "driftd-actions"
)

var used = regexp.MustCompile(`\$\{(\w+)[:}]`)

// Uses lists the variables of SQL, each once, in the order of their first use.
func Uses(sql string) []string {
	var names []string
	for _, match := range used.FindAllStringSubmatch(sql, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return names
}
