package web

import "time"

// Model is all versions of a model over a span of time.
type Model struct {
	Name      string        `json:"model"`
	Task      string        `json:"task"`
	Slot      string        `json:"slot"`
	Mode      string        `json:"mode"`
	Owner     string        `json:"owner,omitempty"`
	Schedule  string        `json:"schedule"`
	Span      Span          `json:"span"`
	Versions  []Standing    `json:"versions"`
	Health    []Track       `json:"health"` // a version each
	Holders   []Holder      `json:"slots"`
	Incidents []IncidentRef `json:"incidents"`
	Actions   []Action      `json:"actions"` // a stage each, the newest first
}

// Track is one line of a timeline.
type Track struct {
	Name string `json:"name"`
	Runs []Run  `json:"runs"`
}

// Run is a stretch of a track.
type Run struct {
	Span
	State   string `json:"state"`
	Serving bool   `json:"serving"`
}

// Holder is who held the slot for a while.
type Holder struct {
	Version string     `json:"version"` // "" while nobody did
	Also    []string   `json:"also,omitempty"`
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to,omitempty"` // nil: still
	Why     string     `json:"why"`
	Action  string     `json:"action,omitempty"`
}

// Version is one version of a model in full.
type Version struct {
	Standing
	Span      Span          `json:"span"`
	Siblings  []string      `json:"versions"` // of the same model
	Reference *Reference    `json:"reference,omitempty"`
	FirstSeen *time.Time    `json:"first_prediction,omitempty"`
	Detectors []Detector    `json:"detectors"` // of performance
	Faults    []Fault       `json:"faults"`    // of data
	Health    []Track       `json:"health"`
	Evidence  Chart         `json:"evidence"`
	Metrics   []Chart       `json:"metrics"`
	Labels    Chart         `json:"labels"`
	Series    []Series      `json:"series"`
	Incidents []IncidentRef `json:"incidents"`
	Actions   []Action      `json:"actions"`
}

// Reference is what a version is compared with.
type Reference struct {
	ID     string     `json:"id"`
	Source string     `json:"source"`
	From   *time.Time `json:"from,omitempty"`
	To     *time.Time `json:"to,omitempty"`
	Rows   uint64     `json:"rows"`
	Pinned time.Time  `json:"pinned_at"`
	Note   string     `json:"note,omitempty"`
}

// Detector is an evidence process about performance.
type Detector struct {
	Metric
	Level    string     `json:"level"` // none, paged or proven
	Since    *time.Time `json:"since,omitempty"`
	Onset    *time.Time `json:"onset,omitempty"`
	Page     *float64   `json:"share_of_page,omitempty"`
	Demotion *float64   `json:"share_of_demotion,omitempty"`
	LogM     float64    `json:"log_m"`
	Labels   uint64     `json:"labels"`
	Blocks   int        `json:"blocks"`
}

// Fault is a detector of data quality that stands for something.
type Fault struct {
	Series string     `json:"series"`
	Check  string     `json:"check"`
	Now    string     `json:"now"`
	Before string     `json:"before"`
	Level  string     `json:"level"`
	Alert  *float64   `json:"share_of_alert,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
	Detail string     `json:"detail,omitempty"`
}

// Series is an input, the score or the class of a version, and how it drifted.
type Series struct {
	Name    string     `json:"name"`
	Level   string     `json:"level"` // moved, warn or quiet
	Share   float64    `json:"share_of_alert"`
	Onset   *time.Time `json:"onset,omitempty"`
	Since   *time.Time `json:"since,omitempty"` // when the alert was raised
	Before  string     `json:"before,omitempty"`
	After   string     `json:"after,omitempty"`
	Check   string     `json:"check,omitempty"` // the loudest measure
	Value   *float64   `json:"value,omitempty"`
	Limit   *float64   `json:"limit,omitempty"`
	Listed  bool       `json:"differs_in_last_window"`
	Windows []Window   `json:"windows"`
}

// Window is what the loudest measure said of a series in one window.
type Window struct {
	To    time.Time `json:"to"`
	Check string    `json:"check"`
	Value *float64  `json:"value,omitempty"`
	P     float64   `json:"p"`
}

// Incident is one thing that people were told about.
type Incident struct {
	IncidentRef
	Slot      string        `json:"slot"`
	Mode      string        `json:"mode"`
	Owner     string        `json:"owner,omitempty"`
	Updated   time.Time     `json:"updated"`
	Reference string        `json:"reference_id,omitempty"`
	Facts     []Fact        `json:"facts"`
	Detectors []Detector    `json:"detectors"`
	Moved     []Series      `json:"moved"`
	Chart     Chart         `json:"chart"`
	Timeline  []Entry       `json:"timeline"`
	Actions   []Action      `json:"actions"` // a stage each, the oldest first
	Advice    []Advice      `json:"advice"`
	Related   []IncidentRef `json:"related"`
	Span      Span          `json:"span"` // the incident and a quarter on each side
}

// Fact is a label and its value.
type Fact struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Entry is a line of an incident's timeline.
type Entry struct {
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
	Reach string    `json:"reach"` // thread, channel or owner
	Table string    `json:"table,omitempty"`
}

// Advice is something that a person can do.
type Advice struct {
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
}
