package schema

import (
	"errors"
	"fmt"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/twmb/franz-go/pkg/sr"
)

// Decoder turns the values of one topic into JSON. It keeps buffers: use one per
// goroutine.
type Decoder struct {
	registry *Registry
	format   Format
	limit    int
	last     Key // the schema of the value before: mostly it comes again
	codec    codec
	out      []byte
}

// NewDecoder returns a decoder for values of the format, Avro or Protobuf. A
// value of more than maxBytes bytes, or whose JSON text would have more, is
// rejected as too large.
func (r *Registry) NewDecoder(format Format, maxBytes int) *Decoder {
	return &Decoder{registry: r, format: format, limit: maxBytes}
}

// JSON returns the value as JSON text, which holds until the next call. header
// is the value of the record's header [HeaderName], nil without one. Else it
// returns why the value is no event, or the schema that must be fetched before
// the value can be read. An empty value stays empty.
func (d *Decoder) JSON(value, header []byte) (text []byte, reject *decode.Reject, lacks *Key) {
	switch {
	case len(value) == 0:
		return nil, nil, nil
	case len(value) > d.limit:
		return nil, d.tooLarge(fmt.Sprintf("the message has %d bytes", len(value))), nil
	}
	f, err := split(value, header, d.format == Protobuf)
	if err != nil {
		return nil, bad("%s: the topic is configured as %s in the Confluent wire format", err, d.format), nil
	}
	if d.codec == nil || f.key != d.last {
		if reject, lacks = d.find(f.key); reject != nil || lacks != nil {
			return nil, reject, lacks
		}
	}
	if d.out, err = d.codec.appendJSON(d.out[:0], f, d.limit); err != nil && !errors.Is(err, errTooLong) {
		return nil, bad("the value does not fit schema %s: %s", f.key, err), nil
	}
	if err != nil || len(d.out) > d.limit {
		d.out = nil // it may have become far larger than any other
		return nil, d.tooLarge("the message's JSON text is too long"), nil
	}
	return d.out, nil, nil
}

// find looks the schema up in the cache.
func (d *Decoder) find(k Key) (*decode.Reject, *Key) {
	found, problem, cached := d.registry.lookup(k)
	switch {
	case !cached:
		return nil, &k
	case problem != "":
		return &decode.Reject{Reason: decode.UnknownSchema, Detail: cut(problem + ": register it, or correct the producer")}, nil
	case found.format != types[d.format]:
		return &decode.Reject{Reason: decode.UnknownSchema, Detail: fmt.Sprintf("schema %s is %s and the topic is configured as %s: correct one of the two", k, found.format, d.format)}, nil
	}
	d.last, d.codec = k, found.codec
	return nil, nil
}

// types are the registry's names of the formats.
var types = map[Format]sr.SchemaType{Avro: sr.TypeAvro, Protobuf: sr.TypeProtobuf}

func (d *Decoder) tooLarge(what string) *decode.Reject {
	return &decode.Reject{Reason: decode.TooLarge, Detail: fmt.Sprintf("%s, more than the %d bytes allowed: send fewer features or raise kafka.max_message", what, d.limit)}
}

func bad(format string, args ...any) *decode.Reject {
	return &decode.Reject{Reason: decode.BadEncoding, Detail: cut(fmt.Sprintf(format, args...))}
}

// cut bounds a detail, which may quote a schema.
func cut(s string) string { return decode.Excerpt([]byte(s), 500) }
