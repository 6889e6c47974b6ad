package gate

import (
	"fmt"
	"strings"

	"github.com/driftd/driftd/evaluate/performance"
)

// Status is how a rule, or all of them, came out.
type Status string

// The statuses. The first three are values of the tag validation_status.
const (
	Passed        Status = "passed"
	Failed        Status = "failed"
	Pending       Status = "pending"
	NotApplicable Status = "not_applicable"
)

// Decision is the outcome of the gate.
type Decision struct {
	Status     Status    `json:"status"` // failed if a rule failed, else pending if one is, else passed
	Candidate  Measured  `json:"candidate"`
	Production *Measured `json:"production,omitempty"` // nil: nothing to compare with
	Paired     bool      `json:"paired"`               // both were measured on the same requests
	Confidence float64   `json:"confidence"`           // of the intervals
	Rules      []Result  `json:"rules"`
}

// Measured is one version on its labelled rows.
type Measured struct {
	Version   string               `json:"version"`
	Predicted uint64               `json:"predicted"` // predictions, labelled or not
	Labels    int                  `json:"labels"`
	Accuracy  performance.Estimate `json:"accuracy"`
	AUC       performance.Estimate `json:"auc"`
}

// Result is the outcome of one rule: of a threshold the candidate's value, of an
// improvement its value less production's; at least Limit is wanted.
type Result struct {
	Rule   string   `json:"rule"`
	Status Status   `json:"status"`
	Value  *float64 `json:"value,omitempty"`
	Lower  *float64 `json:"lower,omitempty"`
	Upper  *float64 `json:"upper,omitempty"`
	Limit  float64  `json:"limit"`
	Labels int      `json:"labels"`
	Reason string   `json:"reason,omitempty"` // why it is pending or not applicable
}

// Metrics are the decision's numbers as a run keeps them. What was not measured
// or not decided is absent: a 0 would be read as one.
func (d Decision) Metrics() map[string]float64 {
	metrics := map[string]float64{}
	measured := func(prefix string, m Measured) {
		for _, e := range []performance.Estimate{m.Accuracy, m.AUC} {
			if e.Undefined == "" {
				metrics[prefix+e.Metric] = e.Value
			}
		}
	}
	measured("val_", d.Candidate)
	if d.Production != nil {
		measured("prod_", *d.Production)
	}
	for _, r := range d.Rules {
		switch r.Status {
		case Passed:
			metrics["validation_"+r.Rule] = 1
		case Failed:
			metrics["validation_"+r.Rule] = 0
		}
	}
	return metrics
}

// Summary says how each rule came out. It has no numbers: it changes only when
// the outcome of a rule does.
func (d Decision) Summary() string {
	parts := make([]string, len(d.Rules))
	for i, r := range d.Rules {
		parts[i] = r.Rule + " " + strings.ReplaceAll(string(r.Status), "_", " ")
		if r.Reason != "" {
			parts[i] += fmt.Sprintf(" (%s)", r.Reason)
		}
	}
	return strings.Join(parts, ", ")
}
