package evaluate

import (
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/internal/model"
)

// Policy is how one model is judged. internal/config builds it from a model's
// section; every duration is positive and divides a day or is a multiple of one.
type Policy struct {
	Model    string
	Task     model.Task
	Positive string // label that counts as 1 (binary)
	Features []Feature
	Scored   []string      // classes whose scores are stored (multiclass)
	Segments []string      // keys by whose values drift is judged, too
	Bucket   time.Duration // aligned stretch of event time that is counted once
	Lateness time.Duration // how long after its end a bucket stays open
	Maturity time.Duration // age at which a label counts as known; 0 = no labels expected
	// AbsentNegative takes a prediction without an outcome by maturity for one of the
	// negative class (binary).
	AbsentNegative bool
	// Sample is how many predictions stand for one whose label is read, chosen by a hash
	// of their ids: 0 and 1 read all. A long reference sets it, no configuration does.
	Sample  uint64
	Source  ReferenceSource
	Drift   DriftPolicy
	Quality QualityPolicy
	Live    LivePolicy
	Budgets Budgets
}

// Feature is a declared input.
type Feature struct {
	Name string
	Kind drift.Kind
	Age  bool // a number: how many days before the prediction the feature's moment was
}

// ReferenceSource says where a version's reference comes from: the reference
// of another version, the version's baseline, the stated window if the version
// made enough predictions in it, else its own first days.
type ReferenceSource struct {
	From, To  time.Time // zero when none is stated
	FirstDays int       // days of its own matured predictions; default 14
	// Version is the version whose reference is taken instead, ServingVersion
	// the one that serves; "" when each has its own.
	Version string
	// IgnoreBaseline passes over what was stored with the version.
	IgnoreBaseline bool
}

// DriftPolicy is the drift part.
type DriftPolicy struct {
	Window   time.Duration      // tumbling, aligned; AutoWindow: each reference chooses
	Measures []string           // names in drift.Catalog
	Tolerate map[string]float64 // minimum effect by measure
	Compare  []string           // SameHours, Previous: shown beside the reference, never judged
}

// QualityPolicy is the data-quality part; its windows are those of drift.
type QualityPolicy struct {
	Checks   []string           // names in drift.Catalog, of the quality of data, and in drift.Stream
	Tolerate map[string]float64 // minimum effect by check
}

// LivePolicy is the live-performance part.
type LivePolicy struct {
	Metrics   []string      // accuracy, auc, brier
	Block     time.Duration // closed stretch of matured labels, a day by default
	MinLabels int           // a block is extended until it holds as many
	// Coverage is the share of matured predictions whose outcome must have come, 0-1; 0,
	// where an absent one is negative, stands for half of what it was in the reference.
	Coverage float64
	Tolerate map[string]float64 // margin below the baseline (and of the paired difference) by metric
	Floor    map[string]float64 // absolute bounds by metric
	Absolute bool               // absolute evidence may demote (an explicit choice)
}

// Budgets are rates per model and year.
type Budgets struct {
	Demotions   float64 // false demotions
	Pages       float64 // false pages
	DriftAlerts float64 // false drift alerts
	DataAlerts  float64 // false data-quality alerts
}
