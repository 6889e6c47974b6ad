package decode

import (
	"fmt"
	"math/bits"
	"time"
)

// unit is what numeric timestamps count.
type unit struct {
	wanted string // what to send, to a person
	nano   int64
}

// units by their name in a mapping; without one, milliseconds.
var units = map[string]unit{
	"":   {"whole milliseconds since 1970", 1e6},
	"s":  {"seconds since 1970", 1e9},
	"ms": {"whole milliseconds since 1970", 1e6},
	"us": {"whole microseconds since 1970", 1e3},
	"ns": {"whole nanoseconds since 1970", 1},
}

// Future is how far an event's time may lie after its record's Kafka timestamp.
const Future = 24 * time.Hour

// earliest is 1971: an earlier time is one in seconds read as milliseconds.
var earliest = time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC)

// latest is what the storage's DateTime64(3) and int64 nanoseconds both hold.
var latest = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)

// when reads the mandatory timestamp.
func (d *Decoder) when(model string) (time.Time, *Reject) {
	var v value
	for _, r := range d.plan.at {
		if r.from == ofTime && !d.record.Time.IsZero() {
			t := d.record.Time.UTC()
			return t, d.checkTime(model, t)
		}
		if v = d.lookupOne(r); !v.missing() {
			break
		}
	}
	if v.missing() {
		return time.Time{}, missing(model, "timestamp")
	}
	t, ok := d.moment(v)
	switch {
	case ok:
		return t, d.checkTime(model, t)
	case v.kind == quoted || v.kind == outside:
		return t, d.bad(v, model, "timestamp", "is not RFC 3339: send e.g. 2026-11-23T03:36:54.123Z, or "+d.plan.unit.wanted)
	}
	return t, d.bad(v, model, "timestamp", "is neither RFC 3339 text nor "+d.plan.unit.wanted)
}

// moment reads a time: text of RFC 3339, or a number in the topic's unit.
func (d *Decoder) moment(v value) (time.Time, bool) {
	switch v.kind {
	case quoted, outside:
		b := d.bytes(v)
		if t, ok := utc(b); ok {
			return t, true
		}
		if t, err := time.Parse(time.RFC3339Nano, string(b)); err == nil {
			return t.UTC(), true
		}
		if v.kind == outside && len(b) < 20 { // the time of a key or a header is text, whatever it counts
			s := scanner{b: b}
			n, end := s.numeral(0)
			t, ok := d.plan.unit.time(n)
			return t, ok && end == len(b)
		}
	case numeral:
		s := scanner{b: v.raw}
		n, _ := s.numeral(0)
		return d.plan.unit.time(n)
	}
	return time.Time{}, false
}

// featureTime reads a time that is a feature, which may be a day.
func (d *Decoder) featureTime(v value) (time.Time, bool) {
	if t, ok := d.moment(v); ok || v.kind != quoted && v.kind != outside {
		return t, ok
	}
	t, err := time.Parse(time.DateOnly, string(d.bytes(v)))
	return t, err == nil
}

const dayMillis = 24 * 60 * 60 * 1000

// age makes ages of the features that are moments, once it is known when the
// prediction was made. Storage keeps its time in milliseconds.
func (d *Decoder) age() {
	e := d.event
	for _, at := range d.schema.ages {
		if n := &e.Numbers[at]; n.Valid {
			n.Float64 = (float64(e.Time.UnixMilli()) - n.Float64) / dayMillis
		}
	}
}

// utc reads 2026-11-23T03:36:54Z with up to nine digits after a point, which is
// what most timestamps look like.
func utc(b []byte) (time.Time, bool) {
	const form = "0000-00-00T00:00:00"
	if len(b) <= len(form) || b[len(b)-1] != 'Z' {
		return time.Time{}, false
	}
	var parts [6]int
	part := 0
	for i := range len(form) {
		switch c := b[i]; {
		case form[i] != '0' && form[i] == c:
			part++
		case form[i] == '0' && c-'0' <= 9:
			parts[part] = parts[part]*10 + int(c-'0')
		default:
			return time.Time{}, false
		}
	}
	nano := 0
	if fraction := b[len(form) : len(b)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) == 1 || len(fraction) > 10 {
			return time.Time{}, false
		}
		for i := 1; i < 10; i++ {
			nano *= 10
			if i < len(fraction) {
				if fraction[i]-'0' > 9 {
					return time.Time{}, false
				}
				nano += int(fraction[i] - '0')
			}
		}
	}
	year, month, day, hour, minute, second := parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]
	if month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// time returns the time that the number counts to. Only seconds may have a
// fraction, of which more than nine digits are cut; every digit counts as it is
// written, without a detour over float64.
func (u unit) time(d decimal) (time.Time, bool) {
	if !d.exact || d.special != 0 || d.exponent > 0 || d.exponent < 0 && u.nano != 1e9 {
		return time.Time{}, false
	}
	whole, scale := d.digits, int64(1)
	for ; d.exponent < -9; d.exponent++ {
		whole /= 10
	}
	for ; d.exponent < 0; d.exponent++ {
		scale *= 10
	}
	// whole / scale units, in nanoseconds.
	high, nano := bits.Mul64(whole, uint64(u.nano/scale))
	switch {
	case high == 0 && nano < 1<<63 && d.negative:
		return time.Unix(0, -int64(nano)).UTC(), true
	case high == 0 && nano < 1<<63:
		return time.Unix(0, int64(nano)).UTC(), true
	case d.negative:
		return time.Time{}, true
	}
	return beyond, true
}

// beyond is later than any time that can be kept.
var beyond = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)

// checkTime applies the rules on times.
func (d *Decoder) checkTime(model string, t time.Time) *Reject {
	recorded, wanted := d.record.Time, d.plan.unit.wanted
	switch {
	case t.Before(earliest):
		return &Reject{Model: model, Reason: TimestampPast, Detail: fmt.Sprintf("timestamp %s is before 1971: send RFC 3339 text or %s", t.Format(time.RFC3339), wanted)}
	case !recorded.IsZero() && t.Sub(recorded) > Future:
		return &Reject{Model: model, Reason: TimestampFuture, Detail: fmt.Sprintf("timestamp %s is more than %s after the record's own, %s: check the producer's clock and unit", t.Format(time.RFC3339), Future, recorded.UTC().Format(time.RFC3339))}
	case !t.Before(latest):
		return &Reject{Model: model, Reason: BadField, Detail: fmt.Sprintf("timestamp %s is beyond 2261: send RFC 3339 text or %s", t.Format(time.RFC3339), wanted)}
	}
	return nil
}
