package decode

import (
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// text reads a mandatory text; an integer is taken as its decimal text.
func (d *Decoder) text(v *fastjson.Value, model, field string, limit int) (string, *Reject) {
	if v == nil || v.Type() == fastjson.TypeNull {
		return "", missing(model, field)
	}
	switch v.Type() {
	case fastjson.TypeString:
		b := v.GetStringBytes()
		if len(b) == 0 {
			return "", missing(model, field)
		}
		if len(b) > limit {
			return "", d.bad(v, model, field, fmt.Sprintf("has %d bytes: send at most %d", len(b), limit))
		}
		return d.texts.intern(b), nil
	case fastjson.TypeNumber:
		if raw := d.raw(v); isInteger(raw) {
			return d.texts.intern(raw), nil
		}
	}
	return "", d.bad(v, model, field, "is no text: send a string")
}

// class reads an optional class: a string, a number or a boolean, as text.
// Whole numbers lose their fraction, so that 1.0 and "1" are the same class.
func (d *Decoder) class(v *fastjson.Value, model, field string) (string, *Reject) {
	if v == nil {
		return "", nil
	}
	switch v.Type() {
	case fastjson.TypeNull:
		return "", nil
	case fastjson.TypeTrue:
		return "true", nil
	case fastjson.TypeFalse:
		return "false", nil
	case fastjson.TypeString:
		if b := v.GetStringBytes(); len(b) <= maxText {
			return d.texts.intern(b), nil
		}
		return "", d.bad(v, model, field, fmt.Sprintf("is longer than %d bytes: send a class, not a payload", maxText))
	case fastjson.TypeNumber:
		if f, ok := d.float(v); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				d.scratch = strconv.AppendInt(d.scratch[:0], int64(f), 10)
			} else {
				d.scratch = strconv.AppendFloat(d.scratch[:0], f, 'g', -1, 64)
			}
			return d.texts.intern(d.scratch), nil
		}
	}
	return "", d.bad(v, model, field, "is no class: send a string, a finite number or a boolean")
}

// number reads an optional number; NaN and infinities are numbers.
func (d *Decoder) number(v *fastjson.Value, model, field string) (sql.NullFloat64, *Reject) {
	if v == nil || v.Type() == fastjson.TypeNull {
		return sql.NullFloat64{}, nil
	}
	if f, ok := d.float(v); ok {
		return sql.NullFloat64{Float64: f, Valid: true}, nil
	}
	return sql.NullFloat64{}, d.bad(v, model, field, "is no number: send a JSON number")
}

// float parses a number exactly; fastjson's own conversion may be off in the
// last bit. What exceeds float64 becomes an infinity.
func (d *Decoder) float(v *fastjson.Value) (float64, bool) {
	if v.Type() != fastjson.TypeNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(d.raw(v)), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// time reads the mandatory timestamp.
func (d *Decoder) time(v *fastjson.Value, model string, recorded time.Time) (time.Time, *Reject) {
	if v == nil || v.Type() == fastjson.TypeNull {
		return time.Time{}, missing(model, "timestamp")
	}
	var t time.Time
	switch v.Type() {
	case fastjson.TypeString:
		var err error
		if t, err = time.Parse(time.RFC3339Nano, string(v.GetStringBytes())); err != nil {
			return t, d.bad(v, model, "timestamp", "is not RFC 3339: send e.g. 2026-11-23T03:36:54.123Z, or whole milliseconds since 1970")
		}
	default:
		ms, err := strconv.ParseInt(string(d.raw(v)), 10, 64)
		if v.Type() != fastjson.TypeNumber || err != nil {
			return t, d.bad(v, model, "timestamp", "is neither RFC 3339 text nor whole milliseconds since 1970")
		}
		t = time.UnixMilli(ms)
	}
	t = t.UTC()
	return t, checkTime(model, t, recorded)
}

// raw returns the JSON text of v; it holds until the next use of scratch.
func (d *Decoder) raw(v *fastjson.Value) []byte {
	d.scratch = v.MarshalTo(d.scratch[:0])
	return d.scratch
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

func (d *Decoder) bad(v *fastjson.Value, model, field, what string) *Reject {
	return &Reject{Model: model, Reason: BadField, Detail: fmt.Sprintf("%s %s %s", field, cut(string(d.raw(v))), what)}
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
