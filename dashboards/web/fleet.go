package web

import "time"

// PageSize is how many lines of the fleet are shown at once.
const PageSize = 100

// Fleet is how all models stand, the worst first.
type Fleet struct {
	Now      time.Time      `json:"now"`
	States   map[string]int `json:"states"` // versions by state, whatever the filter
	Models   int            `json:"models"`
	Filter   Filter         `json:"-"`
	Matching int            `json:"matching"` // versions that the filter selects
	Page     int            `json:"page"`     // from 1
	Pages    int            `json:"pages"`
	Versions []Standing     `json:"versions"` // of this page
}

// Standing is how one version of one model stands.
type Standing struct {
	Model    string        `json:"model"`
	Version  string        `json:"version"` // "" of a model that was never judged
	Serving  bool          `json:"serving"`
	Slot     string        `json:"slot"`
	State    string        `json:"state"` // healthy, inconclusive, errored, warning, critical or unknown
	Reason   string        `json:"reason,omitempty"`
	Why      string        `json:"why"`
	Since    *time.Time    `json:"since,omitempty"`         // since when it is unwell
	Page     *float64      `json:"share_of_page,omitempty"` // of the way to a page, 1 is the whole
	Demotion *float64      `json:"share_of_demotion,omitempty"`
	Metric   *Metric       `json:"metric,omitempty"` // of the detector that leads
	Drift    Part          `json:"drift"`
	Data     Part          `json:"data"`
	Live     Part          `json:"performance"`
	Judged   *time.Time    `json:"tick,omitempty"`
	Watched  bool          `json:"watched"`                 // it was judged at its model's newest tick
	Due      *time.Time    `json:"overdue_since,omitempty"` // it should have been judged again
	Mode     string        `json:"mode"`
	Owner    string        `json:"owner,omitempty"`
	Open     []IncidentRef `json:"open_incidents"`
	Done     *Action       `json:"last_action,omitempty"` // of the model
}

// Part is one side of a version's health.
type Part struct {
	State  string     `json:"state"` // "" where it was never judged
	Reason string     `json:"reason,omitempty"`
	Why    string     `json:"why,omitempty"`
	To     *time.Time `json:"to,omitempty"` // end of the data it was judged on
	// Of drift and data: what stands for something, how many are watched, and how
	// far the furthest is on the way to an alert.
	Raised  []string `json:"raised,omitempty"`
	Count   uint64   `json:"raised_count"`
	Watched uint64   `json:"watched,omitempty"`
	Alert   *float64 `json:"share_of_alert,omitempty"`
}

// Metric is a live metric over its last window, and what it is held to.
type Metric struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`              // absolute, floor, paired; "" when it is held to nothing
	Against string     `json:"against,omitempty"` // the other version of a paired comparison
	Value   *float64   `json:"value,omitempty"`   // of paired ones the mean loss beyond the other's
	Lower   *float64   `json:"lower,omitempty"`   // 95 % interval
	Upper   *float64   `json:"upper,omitempty"`
	Limit   *float64   `json:"limit,omitempty"`
	Rows    uint64     `json:"rows"`
	From    *time.Time `json:"from,omitempty"`
	To      *time.Time `json:"to,omitempty"`
	State   string     `json:"state,omitempty"`
	Why     string     `json:"why,omitempty"`
}

// IncidentRef is an incident in one line.
type IncidentRef struct {
	ID       string     `json:"id"`
	Model    string     `json:"model"`
	Version  string     `json:"version"`
	Class    string     `json:"class"`
	State    string     `json:"state"`  // open or resolved
	Status   string     `json:"status"` // warning or critical
	Headline string     `json:"headline"`
	Opened   time.Time  `json:"opened"`
	Closed   *time.Time `json:"closed,omitempty"`
	Blocked  string     `json:"blocked,omitempty"` // why nothing was moved
}

// Action is a move of a slot, as far as it came.
type Action struct {
	ID        string     `json:"id"`
	From      string     `json:"from_version"`
	To        string     `json:"to_version"`
	Stage     string     `json:"stage"`
	At        time.Time  `json:"at"`
	Decided   time.Time  `json:"tick"`
	Effective *time.Time `json:"effective,omitempty"`
	Why       string     `json:"why"`
	Detector  string     `json:"detector"`
	Evidence  float64    `json:"log_m"`
	Threshold float64    `json:"threshold"`
	Labels    uint64     `json:"labels"`
	By        string     `json:"by,omitempty"`
	Text      string     `json:"text"` // the stage in a sentence
}

// Total is the number of versions, whatever the filter.
func (f Fleet) Total() int {
	n := 0
	for _, count := range f.States {
		n += count
	}
	return n
}
