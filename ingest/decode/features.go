package decode

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// schema finds the features of a model by name.
type schema struct {
	order
	slots      []slot
	noNumbers  []sql.NullFloat64
	noTexts    []sql.NullString
	ages       []int // positions among the numbers of those that are ages
	noSegments []string
	noScores   []sql.NullFloat64
	recent     []string // by position among the categories: the last text
}

// slot is a feature's place: its kind and its position among the numbers or the texts.
type slot struct {
	kind FeatureKind
	at   int
}

func newSchema(m Model) *schema {
	names := make([]string, len(m.Features))
	s := &schema{noSegments: make([]string, len(m.Segments)), noScores: make([]sql.NullFloat64, len(m.Classes))}
	for i, f := range m.Features {
		names[i] = f.Name
		if f.Kind.Numeric() {
			if f.Kind == Timestamp {
				s.ages = append(s.ages, len(s.noNumbers))
			}
			s.slots = append(s.slots, slot{f.Kind, len(s.noNumbers)})
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
	d.used, d.pending = false, nil
	if d.plan.kind == Outcomes {
		return
	}
	e.Model = model
	e.Numbers = append(e.Numbers[:0], s.noNumbers...)
	e.Texts = append(e.Texts[:0], s.noTexts...)
	e.Segments = append(e.Segments[:0], s.noSegments...)
	e.Scores = append(e.Scores[:0], s.noScores...)
	e.WrongType, e.Extra, e.Undeclared = e.WrongType[:0], nil, 0
}

// features reads an object of features. The loop is the hottest of driftd: names
// by prediction, numbers on the spot.
func (d *Decoder) features(i, depth int) int {
	s, sc := &d.scan, d.schema
	if i = s.space(i + 1); s.peek(i) == '}' {
		return i + 1
	}
	last := -1
	for {
		at := sc.follow[last+1]
		var name value
		if at < len(sc.quoted) && begins(s.b, i, sc.quoted[at]) {
			i = s.colon(i + len(sc.quoted[at]))
		} else {
			i, at, name = d.member(&sc.order, i, last)
		}
		if i < 0 {
			return -1
		}
		if i = d.one(at, name, i, depth+1); i < 0 {
			return -1
		}
		if at >= 0 {
			last = at
		}
		var more bool
		if i, more = s.separator(i, '}'); !more {
			return i
		}
	}
}

// begins reports whether b has q at i.
func begins(b []byte, i int, q string) bool {
	return len(q) > 0 && len(b)-i >= len(q) && string(b[i:i+len(q)]) == q
}

// one reads the value at i of the feature at a position, -1 for one that is not
// declared and has the name.
func (d *Decoder) one(at int, name value, i, depth int) int {
	s, e := &d.scan, d.event
	if at >= 0 && e.Extra == nil && uint(i) < uint(len(s.b)) {
		if sl := d.schema.slots[at]; sl.kind == Number {
			if f, end := short(s.b, i); end > 0 {
				e.Numbers[sl.at] = sql.NullFloat64{Float64: f, Valid: true}
				return end
			}
		}
	}
	v, end := s.value(i, depth)
	if end >= 0 {
		d.feature(at, name, v)
	}
	return end
}

// named reads the feature at i whose name has been read, and returns its
// position; last is that of the one before.
func (d *Decoder) named(name value, i, depth, last int) (end, at int) {
	sc, key := d.schema, d.bytes(name)
	if at = sc.follow[last+1]; at >= len(sc.names) || sc.names[at] != string(key) {
		known := false
		if at, known = sc.index[string(key)]; !known {
			return d.one(-1, name, i, depth+1), last
		}
		sc.follow[last+1] = at
	}
	return d.one(at, name, i, depth+1), at
}

// positioned reads an element of an array as the feature of that position.
func (d *Decoder) positioned(n *node, element, i, depth int) int {
	p := d.plan
	if element < len(p.names) && len(d.models) > 0 {
		if at := p.models[d.model].positions[element]; at >= 0 {
			return d.one(at, value{}, i, depth)
		}
	}
	v, end := d.scan.value(i, depth)
	switch {
	case end < 0:
	case element < len(p.names):
		d.assign(p.names[element], v)
	case d.pending == nil:
		d.pending = &Reject{Reason: BadField, Detail: fmt.Sprintf("features: %s has more than the %d elements of feature_names", n.where(), len(p.names))}
	}
	return end
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

// where names the place in a message or in a row to a person.
func (n *node) where() string {
	return n.pointer.where()
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
			if delete(e.Extra, d.schema.names[at]); len(e.Extra) == 0 {
				e.Extra = nil
			}
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
	if s.kind == Timestamp && !v.missing() {
		t, ok := d.featureTime(v)
		if ok {
			e.Numbers[s.at] = sql.NullFloat64{Float64: float64(t.UnixMilli()), Valid: true} // until its age is known
		}
		return ok
	}
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
		if len(b) > maxText || v.kind == outside && !utf8.Valid(b) {
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
	if v.kind == outside {
		quoted, _ := json.Marshal(strings.ToValidUTF8(string(v.raw), "\uFFFD")) // a string always can
		v.raw = quoted
	}
	d.event.Extra[name] = string(v.raw)
}
