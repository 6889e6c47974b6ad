package decode

import (
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/valyala/fastjson"
)

// Outcome decodes one message of an outcomes topic. recorded is the record's
// Kafka timestamp, zero when it has none. Exactly one of the results is valid:
// the outcome when the reject is nil.
func (d *Decoder) Outcome(message []byte, recorded time.Time) (Outcome, *Reject) {
	v, i, reject := d.parse(message)
	if reject != nil {
		return Outcome{}, reject
	}
	m := d.models[i]
	var id, at, label, value *fastjson.Value
	v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		switch string(key) {
		case "prediction_id":
			id = v
		case "timestamp":
			at = v
		case "label":
			label = v
		case "value":
			value = v
		}
	})
	o := Outcome{Model: m.Name}
	if o.ID, reject = d.id(id, m.Name); reject != nil {
		return Outcome{}, reject
	}
	if o.Time, reject = d.time(at, m.Name, recorded); reject != nil {
		return Outcome{}, reject
	}
	field := "label"
	if m.Task == model.Regression {
		field = "value"
		o.Value, reject = d.number(value, m.Name, field)
	} else {
		o.Label, reject = d.class(label, m.Name, field)
	}
	if reject != nil {
		return Outcome{}, reject
	}
	if o.Label == "" && !o.Value.Valid {
		return Outcome{}, &Reject{Model: m.Name, Reason: NoOutcome, Detail: fmt.Sprintf("%s is missing or empty: %s is a %s model and its outcomes need it", field, m.Name, m.Task)}
	}
	return o, nil
}

// id reads the prediction id. It is not interned: ids do not come again.
func (d *Decoder) id(v *fastjson.Value, model string) (string, *Reject) {
	if v != nil && v.Type() == fastjson.TypeString {
		if b := v.GetStringBytes(); len(b) > 0 && len(b) <= maxID {
			return string(b), nil
		}
	}
	return d.text(v, model, "prediction_id", maxID)
}
