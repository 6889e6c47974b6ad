package decode

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/valyala/fastjson"
)

// Served is the role of a prediction that was acted upon.
const Served = "served"

// Prediction decodes one message of a predictions topic. recorded is the
// record's Kafka timestamp, zero when it has none. Exactly one of the results
// is non-nil; the prediction holds until the next call.
func (d *Decoder) Prediction(message []byte, recorded time.Time) (*Prediction, *Reject) {
	v, i, reject := d.parse(message)
	if reject != nil {
		return nil, reject
	}
	m, e := d.models[i], &d.event
	var id, version, at, features, score, scores, class, role, segment *fastjson.Value
	v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		switch string(key) {
		case "prediction_id":
			id = v
		case "version":
			version = v
		case "timestamp":
			at = v
		case "features":
			features = v
		case "score":
			score = v
		case "scores":
			scores = v
		case "prediction":
			class = v
		case "role":
			role = v
		case "segment":
			segment = v
		}
	})
	e.Model = i
	if e.ID, reject = d.id(id, m.Name); reject != nil {
		return nil, reject
	}
	if e.Version, reject = d.text(version, m.Name, "version", maxName); reject != nil {
		return nil, reject
	}
	if e.Time, reject = d.time(at, m.Name, recorded); reject != nil {
		return nil, reject
	}
	if reject = d.predicted(m, class, score, scores); reject != nil {
		return nil, reject
	}
	e.Role = Served
	if role != nil && role.Type() != fastjson.TypeNull {
		if e.Role, reject = d.text(role, m.Name, "role", maxName); reject != nil {
			return nil, reject
		}
	}
	if reject = d.segments(i, segment); reject != nil {
		return nil, reject
	}
	if reject = d.features(i, features); reject != nil {
		return nil, reject
	}
	return e, nil
}

// predicted reads what the model answered. A regression's prediction is its
// score; a multiclass prediction without a score has that of its class.
func (d *Decoder) predicted(m Model, class, score, scores *fastjson.Value) (reject *Reject) {
	e := &d.event
	e.Class = ""
	if e.Score, reject = d.number(score, m.Name, "score"); reject != nil {
		return reject
	}
	if m.Task == model.Regression {
		if !e.Score.Valid {
			e.Score, reject = d.number(class, m.Name, "prediction")
		}
		return reject
	}
	if e.Class, reject = d.class(class, m.Name, "prediction"); reject != nil {
		return reject
	}
	if m.Task == model.Multiclass && !e.Score.Valid && scores != nil && scores.Type() == fastjson.TypeObject {
		e.Score, reject = d.number(last(scores, e.Class), m.Name, "scores")
	}
	return reject
}

// segments reads the declared keys of the segment object.
func (d *Decoder) segments(i int, v *fastjson.Value) (reject *Reject) {
	m, e := d.models[i], &d.event
	e.Segments = append(e.Segments[:0], d.schemas[i].noSegments...)
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	if v.Type() != fastjson.TypeObject {
		return d.bad(v, m.Name, "segment", "is no object: send {\"key\": \"value\"}")
	}
	v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		for j, name := range m.Segments {
			if string(key) == name && reject == nil {
				e.Segments[j], reject = d.class(v, m.Name, "segment."+name)
			}
		}
	})
	return reject
}

// schema finds features by name.
type schema struct {
	names      []string
	slots      []slot
	index      map[string]int
	noNumbers  []sql.NullFloat64
	noTexts    []sql.NullString
	noSegments []string
}

// slot is a feature's place: its kind and its position among those of its kind.
type slot struct {
	kind FeatureKind
	at   int
}

func newSchema(m Model) schema {
	s := schema{index: make(map[string]int, len(m.Features)), noSegments: make([]string, len(m.Segments))}
	for i, f := range m.Features {
		s.names = append(s.names, f.Name)
		s.index[f.Name] = i
		if f.Kind == Number {
			s.slots = append(s.slots, slot{Number, len(s.noNumbers)})
			s.noNumbers = append(s.noNumbers, sql.NullFloat64{})
		} else {
			s.slots = append(s.slots, slot{Category, len(s.noTexts)})
			s.noTexts = append(s.noTexts, sql.NullString{})
		}
	}
	return s
}

// features reads the features object: declared ones into their columns, the
// rest and what has the wrong type into Extra.
func (d *Decoder) features(i int, v *fastjson.Value) *Reject {
	s, e := &d.schemas[i], &d.event
	e.Numbers = append(e.Numbers[:0], s.noNumbers...)
	e.Texts = append(e.Texts[:0], s.noTexts...)
	e.WrongType, e.Extra, e.Undeclared = e.WrongType[:0], nil, 0
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	if v.Type() != fastjson.TypeObject {
		return d.bad(v, d.models[i].Name, "features", "is no object: send {\"name\": value}")
	}
	var reject *Reject
	next := 0
	v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		// Producers write the features in the same order every time, mostly
		// that of the declaration: then no lookup is needed.
		at, declared := next, next < len(s.names) && string(key) == s.names[next]
		if !declared {
			at, declared = s.index[string(key)]
		}
		if !declared {
			if len(key) > maxName {
				reject = &Reject{Model: d.models[i].Name, Reason: BadField, Detail: fmt.Sprintf("features: a name of %d bytes, %s: send at most %d", len(key), cut(string(key)), maxName)}
				return
			}
			e.Undeclared++
			d.extra(d.texts.intern(key), v)
			return
		}
		next = at + 1
		if !d.feature(s.slots[at], v) {
			e.WrongType = append(e.WrongType, at)
			d.extra(s.names[at], v)
		}
	})
	return reject
}

// feature stores one declared value, or reports that its type is wrong.
func (d *Decoder) feature(s slot, v *fastjson.Value) bool {
	e := &d.event
	kind := v.Type()
	if s.kind == Category {
		e.Texts[s.at] = sql.NullString{}
		switch kind {
		case fastjson.TypeNull:
			return true
		case fastjson.TypeTrue, fastjson.TypeFalse:
			e.Texts[s.at] = sql.NullString{String: kind.String(), Valid: true}
			return true
		case fastjson.TypeString:
			if b := v.GetStringBytes(); len(b) <= maxText {
				e.Texts[s.at] = sql.NullString{String: d.texts.intern(b), Valid: true}
				return true
			}
		case fastjson.TypeNumber: // a coded category: 3 and "3" are the same
			if text, reject := d.class(v, "", ""); reject == nil {
				e.Texts[s.at] = sql.NullString{String: text, Valid: true}
				return true
			}
		}
		return false
	}
	e.Numbers[s.at] = sql.NullFloat64{}
	switch kind {
	case fastjson.TypeNull:
		return true
	case fastjson.TypeTrue:
		e.Numbers[s.at] = sql.NullFloat64{Float64: 1, Valid: true}
		return true
	case fastjson.TypeFalse:
		e.Numbers[s.at] = sql.NullFloat64{Valid: true}
		return true
	}
	f, ok := d.float(v)
	if ok {
		e.Numbers[s.at] = sql.NullFloat64{Float64: f, Valid: true}
	}
	return ok
}

// extra keeps a value beside the typed columns as its JSON text.
func (d *Decoder) extra(name string, v *fastjson.Value) {
	if d.event.Extra == nil {
		d.event.Extra = make(map[string]string)
	}
	d.event.Extra[name] = string(d.raw(v))
}
