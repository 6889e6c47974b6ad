package decode

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
)

// schema finds the features of a model by name.
type schema struct {
	order
	slots      []slot
	noNumbers  []sql.NullFloat64
	noTexts    []sql.NullString
	noSegments []string
	recent     []string // by position among the categories: the last text
}

// slot is a feature's place: its kind and its position among those of its kind.
type slot struct {
	kind FeatureKind
	at   int
}

func newSchema(m Model) *schema {
	names := make([]string, len(m.Features))
	s := &schema{noSegments: make([]string, len(m.Segments))}
	for i, f := range m.Features {
		names[i] = f.Name
		if f.Kind == Number {
			s.slots = append(s.slots, slot{Number, len(s.noNumbers)})
			s.noNumbers = append(s.noNumbers, sql.NullFloat64{})
		} else {
			s.slots = append(s.slots, slot{Category, len(s.noTexts)})
			s.noTexts = append(s.noTexts, sql.NullString{})
		}
	}
	s.order = newOrder(names)
	s.recent = make([]string, len(s.noTexts))
	return s
}

// reset empties the event being filled for a model.
func (d *Decoder) reset(model int) {
	s, e := d.schemas[model], d.event
	d.model, d.schema = model, s
	e.Model = model
	e.Numbers = append(e.Numbers[:0], s.noNumbers...)
	e.Texts = append(e.Texts[:0], s.noTexts...)
	e.Segments = append(e.Segments[:0], s.noSegments...)
	e.WrongType, e.Extra, e.Undeclared = e.WrongType[:0], nil, 0
	d.used, d.pending = false, nil
}

// features reads an object of features. The loop is the hottest of driftd: names
// by prediction, numbers on the spot.
func (d *Decoder) features(i, depth int) int {
	s, sc, e := &d.scan, d.schema, d.event
	b := s.b
	if i = s.space(i + 1); s.peek(i) == '}' {
		return i + 1
	}
	last := -1
	for {
		at := sc.follow[last+1]
		var name value
		if at < len(sc.quoted) && begins(b, i, sc.quoted[at]) {
			i = s.colon(i + len(sc.quoted[at]))
		} else {
			i, at, name = d.member(&sc.order, i, last)
		}
		if i < 0 {
			return -1
		}
		end := -1
		if at >= 0 {
			last = at
			if sl := sc.slots[at]; sl.kind == Number && uint(i) < uint(len(b)) && e.Extra == nil {
				var f float64
				if f, end = short(b, i); end > 0 {
					e.Numbers[sl.at] = sql.NullFloat64{Float64: f, Valid: true}
				}
			}
		}
		if end < 0 {
			var v value
			if v, end = s.value(i, depth+1); end < 0 {
				return -1
			}
			d.feature(at, name, v)
		}
		var more bool
		if i, more = s.separator(end, '}'); !more {
			return i
		}
	}
}

// begins reports whether b has q at i.
func begins(b []byte, i int, q string) bool {
	return len(q) > 0 && len(b)-i >= len(q) && string(b[i:i+len(q)]) == q
}

// named reads the feature at i whose name has been read.
func (d *Decoder) named(name value, i, depth, last int) (end, at int) {
	v, end := d.scan.value(i, depth+1)
	if end < 0 {
		return -1, last
	}
	sc, key := d.schema, d.bytes(name)
	if at = sc.follow[last+1]; at >= len(sc.names) || sc.names[at] != string(key) {
		known := false
		if at, known = sc.index[string(key)]; !known {
			d.feature(-1, name, v)
			return end, last
		}
		sc.follow[last+1] = at
	}
	d.feature(at, name, v)
	return end, at
}

// positioned takes an element of an array as the feature of that position.
func (d *Decoder) positioned(n *node, i int, v value) {
	if i >= len(d.plan.names) {
		if d.pending == nil {
			d.pending = &Reject{Reason: BadField, Detail: fmt.Sprintf("features: %s has more than the %d elements of feature_names", n.where(), len(d.plan.names))}
		}
		return
	}
	d.assign(d.plan.names[i], v)
}

// assign takes a value as the feature of that name.
func (d *Decoder) assign(name string, v value) {
	if at, known := d.schema.index[name]; known {
		d.feature(at, value{}, v)
		return
	}
	d.event.Undeclared++
	d.extra(name, v)
}

func (d *Decoder) tooFew(n *node, elements int) {
	if d.pending == nil {
		d.pending = &Reject{Reason: BadField, Detail: fmt.Sprintf("features: %s has %d elements, feature_names has %d", n.where(), elements, len(d.plan.names))}
	}
}

// noObject notes that features are neither an object nor an array.
func (d *Decoder) noObject(v value) {
	if d.pending == nil {
		d.pending = d.bad(v, "", "features", "is no object: send {\"name\": value}, or name the elements of an array in feature_names")
	}
}

// where names the place in a message to a person.
func (n *node) where() string {
	if len(n.pointer) == 0 {
		return "the whole"
	}
	return n.pointer.String()
}

// feature stores the value of the feature at a position, -1 for one that is not
// declared. Of a feature that occurs twice the last one counts.
func (d *Decoder) feature(at int, name, v value) {
	e := d.event
	if at < 0 {
		key := d.bytes(name)
		if len(key) > maxName {
			d.pending = &Reject{Reason: BadField, Detail: fmt.Sprintf("features: a name of %d bytes, %s: send at most %d", len(key), cut(string(key)), maxName)}
			return
		}
		e.Undeclared++
		d.extra(d.texts.intern(key), v)
		return
	}
	if len(e.WrongType) > 0 {
		if i := slices.Index(e.WrongType, at); i >= 0 {
			e.WrongType = slices.Delete(e.WrongType, i, i+1)
			delete(e.Extra, d.schema.names[at])
		}
	}
	if !d.typed(d.schema.slots[at], v) {
		e.WrongType = append(e.WrongType, at)
		d.extra(d.schema.names[at], v)
	}
}

// typed stores one declared value, or reports that its type is wrong.
func (d *Decoder) typed(s slot, v value) bool {
	e := d.event
	if s.kind == Category {
		t, ok := d.category(s.at, v)
		e.Texts[s.at] = t
		return ok
	}
	e.Numbers[s.at] = sql.NullFloat64{}
	switch v.kind {
	case absent, null:
		return true
	case yes:
		e.Numbers[s.at] = sql.NullFloat64{Float64: 1, Valid: true}
		return true
	case no:
		e.Numbers[s.at] = sql.NullFloat64{Valid: true}
		return true
	}
	f, ok := d.float(v)
	if ok {
		e.Numbers[s.at] = sql.NullFloat64{Float64: f, Valid: true}
	}
	return ok
}

func (d *Decoder) category(at int, v value) (sql.NullString, bool) {
	switch v.kind {
	case absent, null:
		return sql.NullString{}, true
	case yes, no:
		return sql.NullString{String: v.kind.String(), Valid: true}, true
	case quoted, outside:
		b := d.bytes(v)
		if len(b) > maxText {
			return sql.NullString{}, false
		}
		recent := &d.schema.recent[at] // values come in runs
		if *recent != string(b) {
			*recent = d.texts.intern(b)
		}
		return sql.NullString{String: *recent, Valid: true}, true
	case numeral: // a coded category: 3 and "3" are the same
		if f, ok := d.float(v); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return sql.NullString{String: d.texts.intern(d.decimal(f)), Valid: true}, true
		}
	}
	return sql.NullString{}, false
}

// extra keeps a value beside the typed columns as its JSON text.
func (d *Decoder) extra(name string, v value) {
	if d.event.Extra == nil {
		d.event.Extra = make(map[string]string)
	}
	d.event.Extra[name] = string(v.raw)
}
