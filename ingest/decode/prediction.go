package decode

import (
	"database/sql"
	"slices"
	"strconv"

	"github.com/driftd/driftd/internal/model"
)

// Served is the role of a prediction that was acted upon.
const Served = "served"

// prediction completes the event, whose features have been read.
func (d *Decoder) prediction() (reject *Reject) {
	p, e := d.plan, d.event
	m := &d.models[d.model]
	if e.ID, reject = d.id(m.Name); reject != nil {
		return reject
	}
	if e.Version, reject = d.text(d.lookup(p.version), m.Name, "version", maxName); reject != nil {
		return reject
	}
	if e.Time, reject = d.when(m.Name); reject != nil {
		return reject
	}
	if reject = d.predicted(m); reject != nil {
		return reject
	}
	e.Role = Served
	if role := d.lookup(p.role); !role.missing() {
		if e.Role, reject = d.text(role, m.Name, "role", maxName); reject != nil {
			return reject
		}
	}
	if reject = d.segments(m); reject != nil {
		return reject
	}
	for _, f := range p.models[d.model].features {
		if v := d.lookup(f.refs); !v.missing() {
			d.feature(f.at, value{}, v)
		}
	}
	d.age()
	return nil
}

// id reads the prediction id. When rows share one, each has its number behind.
func (d *Decoder) id(model string) (string, *Reject) {
	var v value
	shared := false
	for _, r := range d.plan.id {
		if v = d.lookupOne(r); !v.missing() {
			shared = d.several && r.from != inRow && r.from != inColumn && r.from != ofRowName
			break
		}
	}
	b, reject := d.textBytes(v, model, "prediction_id", maxID)
	if reject != nil {
		return "", reject
	}
	if shared {
		d.scratch = append(append(d.scratch[:0], b...), '/')
		b = strconv.AppendInt(d.scratch, int64(d.row), 10)
	}
	return d.keep(b), nil
}

// predicted reads what the model answered. A regression's prediction is its
// score; a multiclass prediction without a score has that of its class.
func (d *Decoder) predicted(m *Model) (reject *Reject) {
	p, e := d.plan, d.event
	e.Class = ""
	if e.Score, reject = d.number(d.lookup(p.score), m.Name, "score"); reject != nil {
		return reject
	}
	class := d.lookup(p.class)
	if m.Task == model.Regression {
		if !e.Score.Valid {
			e.Score, reject = d.number(class, m.Name, "prediction")
		}
		return reject
	}
	if e.Class, reject = d.class(class, m.Name, "prediction"); reject != nil {
		return reject
	}
	if m.Task == model.Multiclass && (!e.Score.Valid || len(m.Classes) > 0) {
		reject = d.scores(m)
	}
	return reject
}

// scores reads the object of scores by class, and those that stand elsewhere: those of
// the declared classes, and that of the predicted one where the event has no score
// beside it.
func (d *Decoder) scores(m *Model) (reject *Reject) {
	e, lacks := d.event, !d.event.Score.Valid
	keep := func(at int, predicted bool, v value, field string) {
		var score sql.NullFloat64
		score, reject = d.number(v, m.Name, field)
		if predicted {
			e.Score = score
		}
		if at >= 0 {
			e.Scores[at] = score
		}
	}
	if scores := d.lookup(d.plan.scores); scores.kind == object {
		d.members(scores, func(name, v value) {
			class := d.bytes(name)
			predicted, at := lacks && string(class) == e.Class, slices.IndexFunc(m.Classes, func(c string) bool { return c == string(class) })
			if (predicted || at >= 0) && reject == nil {
				keep(at, predicted, v, "scores")
			}
		})
	}
	for _, s := range d.plan.models[d.model].scores {
		if v := d.lookup(s.refs); !v.missing() && reject == nil {
			keep(s.at, lacks && m.Classes[s.at] == e.Class, v, "scores."+m.Classes[s.at])
		}
	}
	return reject
}

// segments reads the declared keys of the segment object, and those that stand
// elsewhere.
func (d *Decoder) segments(m *Model) (reject *Reject) {
	e := d.event
	if len(d.plan.segment) > 0 {
		v := d.lookup(d.plan.segment)
		if !v.missing() && v.kind != object {
			return d.bad(v, m.Name, "segment", "is no object: send {\"key\": \"value\"}")
		}
		if v.kind == object && len(m.Segments) > 0 {
			d.members(v, func(name, v value) {
				key := d.bytes(name)
				for j, segment := range m.Segments {
					if string(key) == segment && reject == nil {
						e.Segments[j], reject = d.class(v, m.Name, "segment."+segment)
					}
				}
			})
		}
	}
	for _, s := range d.plan.models[d.model].segments {
		if v := d.lookup(s.refs); !v.missing() && reject == nil {
			e.Segments[s.at], reject = d.class(v, m.Name, "segment."+m.Segments[s.at])
		}
	}
	return reject
}

// members visits the members of an object that has been scanned.
func (d *Decoder) members(v value, visit func(name, v value)) {
	s := scanner{b: v.raw}
	i := s.space(1)
	for more := s.peek(i) != '}'; more; {
		var name, member value
		i, name = s.key(i)
		member, i = s.value(i, 0)
		visit(name, member)
		i, more = s.separator(i, '}')
	}
}

// elements visits the elements of an array that has been scanned.
func (d *Decoder) elements(v value, visit func(v value)) {
	s := scanner{b: v.raw}
	i := s.space(1)
	for more := s.peek(i) != ']'; more; {
		var element value
		element, i = s.value(i, 0)
		visit(element)
		i, more = s.separator(i, ']')
	}
}
