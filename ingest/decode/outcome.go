package decode

import (
	"fmt"

	"github.com/driftd/driftd/internal/model"
)

// outcome makes the outcome of a row.
func (d *Decoder) outcome() (reject *Reject) {
	m := &d.models[d.model]
	o := Outcome{Model: m.Name}
	if o.ID, reject = d.id(m.Name); reject != nil {
		return reject
	}
	if o.Time, reject = d.when(m.Name); reject != nil {
		return reject
	}
	field := "label"
	if m.Task == model.Regression {
		field = "value"
		o.Value, reject = d.number(d.lookup(d.plan.value), m.Name, field)
	} else {
		o.Label, reject = d.class(d.lookup(d.plan.label), m.Name, field)
	}
	if reject != nil {
		return reject
	}
	if o.Label == "" && !o.Value.Valid {
		return &Reject{Model: m.Name, Reason: NoOutcome, Detail: fmt.Sprintf("%s is missing or empty: %s is a %s model and its outcomes need it", field, m.Name, m.Task)}
	}
	d.outcomes = append(d.outcomes, o)
	return nil
}
