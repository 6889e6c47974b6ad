package decode

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// Limits of one event, in bytes. Longer is surely a mistake: a payload in the
// wrong field.
const (
	maxID   = 512
	maxName = 256 // model, version, role
	maxText = 512 // class, label, segment value, category
)

// Decoder decodes the messages of the declared models.
type Decoder struct {
	models   []Model // sorted by name
	schemas  []schema
	byName   map[string]int
	maxBytes int
	parser   fastjson.Parser
	event    Prediction
	texts    interner
	scratch  []byte
}

// New returns a decoder for models, whose names must differ. A message of more
// than maxBytes bytes is rejected as TooLarge.
func New(models []Model, maxBytes int) (*Decoder, error) {
	d := &Decoder{
		models:   slices.SortedFunc(slices.Values(models), func(a, b Model) int { return cmp.Compare(a.Name, b.Name) }),
		byName:   make(map[string]int, len(models)),
		maxBytes: maxBytes,
		texts:    make(interner),
	}
	for i, m := range d.models {
		if err := m.Check(); err != nil {
			return nil, err
		}
		if _, twice := d.byName[m.Name]; twice {
			return nil, fmt.Errorf("model %q is declared twice", m.Name)
		}
		d.byName[m.Name] = i
		d.schemas = append(d.schemas, newSchema(m))
	}
	return d, nil
}

// Models returns the models in the order of Prediction.Model: by name.
func (d *Decoder) Models() []Model { return d.models }

// parse returns the message's object and its model's position.
func (d *Decoder) parse(message []byte) (*fastjson.Value, int, *Reject) {
	switch {
	case len(message) == 0:
		return nil, 0, &Reject{Reason: EmptyMessage, Detail: "the message has no value: send a JSON object"}
	case len(message) > d.maxBytes:
		return nil, 0, &Reject{Reason: TooLarge, Detail: fmt.Sprintf("the message has %d bytes, more than the %d allowed: send fewer features or raise kafka.max_message", len(message), d.maxBytes)}
	case !utf8.Valid(message):
		return nil, 0, &Reject{Reason: BadJSON, Detail: "the message is not valid UTF-8: send JSON in UTF-8"}
	}
	v, err := d.parser.ParseBytes(message)
	if err != nil && bytes.Contains(message, infinity) {
		v, err = d.parser.ParseBytes(shortInfinity(message))
	}
	if err != nil {
		return nil, 0, &Reject{Reason: BadJSON, Detail: fmt.Sprintf("%s: send one JSON object", cut(err.Error()))}
	}
	if v.Type() != fastjson.TypeObject {
		return nil, 0, &Reject{Reason: BadJSON, Detail: fmt.Sprintf("the message is a JSON %s: send one JSON object", v.Type())}
	}
	name, reject := d.text(last(v, "model"), "", "model", maxName)
	if reject != nil {
		return nil, 0, reject
	}
	i, known := d.byName[name]
	if !known {
		return nil, 0, &Reject{Model: name, Reason: UnknownModel, Detail: fmt.Sprintf("model %q is not configured: add it under models, or correct the event", cut(name))}
	}
	return v, i, nil
}

var infinity = []byte("Infinity")

// shortInfinity writes Infinity, as Python does, in the parser's own way, inf;
// texts in quotes stay as they are.
func shortInfinity(message []byte) []byte {
	short := make([]byte, 0, len(message))
	quoted := false
	for i := 0; i < len(message); i++ {
		c := message[i]
		switch {
		case quoted && c == '\\' && i+1 < len(message):
			short = append(short, c)
			i++
			c = message[i]
		case c == '"':
			quoted = !quoted
		case !quoted && bytes.HasPrefix(message[i:], infinity):
			short = append(short, "inf"...)
			i += len(infinity) - 1
			continue
		}
		short = append(short, c)
	}
	return short
}

// last returns the value of the last occurrence of key, or nil.
func last(v *fastjson.Value, key string) *fastjson.Value {
	object, err := v.Object()
	if err != nil {
		return nil
	}
	var found *fastjson.Value
	object.Visit(func(k []byte, value *fastjson.Value) {
		if string(k) == key {
			found = value
		}
	})
	return found
}

// Future is how far an event's time may lie after its record's Kafka timestamp.
const Future = 24 * time.Hour

// earliest is 1971: an earlier time is one in seconds read as milliseconds.
var earliest = time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC)

// latest is what the storage's DateTime64(3) and int64 nanoseconds both hold.
var latest = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)

// checkTime applies the rules on times; recorded is the record's Kafka
// timestamp, zero when it has none.
func checkTime(model string, t, recorded time.Time) *Reject {
	switch {
	case t.Before(earliest):
		return &Reject{Model: model, Reason: TimestampPast, Detail: fmt.Sprintf("timestamp %s is before 1971: send RFC 3339 text or whole milliseconds since 1970", t.Format(time.RFC3339))}
	case !recorded.IsZero() && t.Sub(recorded) > Future:
		return &Reject{Model: model, Reason: TimestampFuture, Detail: fmt.Sprintf("timestamp %s is more than %s after the record's own, %s: check the producer's clock and unit", t.Format(time.RFC3339), Future, recorded.UTC().Format(time.RFC3339))}
	case !t.Before(latest):
		return &Reject{Model: model, Reason: BadField, Detail: fmt.Sprintf("timestamp %s is beyond 2261: send RFC 3339 text or whole milliseconds since 1970", t.Format(time.RFC3339))}
	}
	return nil
}
