package decode

import (
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text reads a mandatory text; an integer is taken as its decimal text.
func (d *Decoder) text(v value, model, field string, limit int) (string, *Reject) {
	b, reject := d.textBytes(v, model, field, limit)
	if reject != nil {
		return "", reject
	}
	return d.texts.intern(b), nil
}

func (d *Decoder) textBytes(v value, model, field string, limit int) ([]byte, *Reject) {
	switch v.kind {
	case absent, null:
		return nil, missing(model, field)
	case quoted, outside:
		b := d.bytes(v)
		switch {
		case len(b) == 0:
			return nil, missing(model, field)
		case len(b) > limit:
			return nil, d.bad(v, model, field, fmt.Sprintf("has %d bytes: send at most %d", len(b), limit))
		case v.kind == outside && !utf8.Valid(b):
			return nil, d.bad(v, model, field, "is not UTF-8: send text")
		}
		return b, nil
	case numeral:
		if isInteger(v.raw) {
			return v.raw, nil
		}
	}
	return nil, d.bad(v, model, field, "is no text: send a string")
}

// class reads an optional class: a string, a number or a boolean, as text.
// Whole numbers lose their fraction, so that 1.0 and "1" are the same class.
func (d *Decoder) class(v value, model, field string) (string, *Reject) {
	switch v.kind {
	case absent, null:
		return "", nil
	case yes, no:
		return v.kind.String(), nil
	case quoted, outside:
		switch b := d.bytes(v); {
		case len(b) > maxText:
			return "", d.bad(v, model, field, fmt.Sprintf("is longer than %d bytes: send a class, not a payload", maxText))
		case v.kind == outside && !utf8.Valid(b):
			return "", d.bad(v, model, field, "is not UTF-8: send text")
		default:
			return d.texts.intern(b), nil
		}
	case numeral:
		if f, ok := d.float(v); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return d.texts.intern(d.decimal(f)), nil
		}
	}
	return "", d.bad(v, model, field, "is no class: send a string, a finite number or a boolean")
}

// decimal returns the shortest text of a finite number.
func (d *Decoder) decimal(f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		d.scratch = strconv.AppendInt(d.scratch[:0], int64(f), 10)
	} else {
		d.scratch = strconv.AppendFloat(d.scratch[:0], f, 'g', -1, 64)
	}
	return d.scratch
}

// number reads an optional number; NaN and infinities are numbers.
func (d *Decoder) number(v value, model, field string) (sql.NullFloat64, *Reject) {
	if v.missing() {
		return sql.NullFloat64{}, nil
	}
	if f, ok := d.float(v); ok {
		return sql.NullFloat64{Float64: f, Valid: true}, nil
	}
	return sql.NullFloat64{}, d.bad(v, model, field, "is no number: send a JSON number")
}

// float reads a number; outside of the message, numbers are texts.
func (d *Decoder) float(v value) (float64, bool) {
	if v.kind != numeral && v.kind != outside {
		return 0, false
	}
	s := scanner{b: v.raw}
	n, end := s.numeral(0)
	if end != len(v.raw) {
		return 0, false
	}
	return n.float(v.raw), true
}

// isInteger reports whether raw is a JSON integer.
func isInteger(raw []byte) bool {
	if len(raw) > 1 && raw[0] == '-' {
		raw = raw[1:]
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(raw) > 0 && len(raw) <= 20
}

func missing(model, field string) *Reject {
	return &Reject{Model: model, Reason: MissingField, Detail: fmt.Sprintf("%s is missing or empty: every event needs it", field)}
}

func (d *Decoder) bad(v value, model, field, what string) *Reject {
	return &Reject{Model: model, Reason: BadField, Detail: fmt.Sprintf("%s %s %s", field, cut(string(v.raw)), what)}
}

// cut shortens a value for a message to people.
func cut(s string) string {
	const limit = 80
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return Excerpt([]byte(s), limit) + "…"
}

// Excerpt returns the first limit bytes of b as valid UTF-8: a character that
// would be cut in half is left out, invalid bytes become U+FFFD as long as
// there is room.
func Excerpt(b []byte, limit int) string {
	if len(b) > limit {
		b = b[:limit]
		for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
			if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if out.Len()+utf8.RuneLen(r) > limit {
			break
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// interner shares texts that come again and again. It is emptied when full, so
// a field that turns out to be unique costs one allocation an event, no more.
type interner map[string]string

func (in interner) intern(b []byte) string {
	const limit = 1 << 12
	if s, ok := in[string(b)]; ok {
		return s
	}
	if len(in) >= limit {
		clear(in)
	}
	s := string(b)
	in[s] = s
	return s
}
