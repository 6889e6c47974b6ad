package dashboards

import "regexp"

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
	versionVariable = Variable{Name: "version", Title: "Versions", About: "Versions of the model, those that served last first.", SQL: "variable_version", Multi: true}
)

// Boards lists all boards in the order in which they are shown.
func Boards() []Board { return []Board{fleet, version, features} }

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

// Uses lists the variables of a query of sql, each once, in the order of their first use.
func Uses(name string) []string {
	var names []string
	seen := map[string]bool{}
	for _, match := range used.FindAllStringSubmatch(Query(name), -1) {
		if !seen[match[1]] {
			seen[match[1]] = true
			names = append(names, match[1])
		}
	}
	return names
}
