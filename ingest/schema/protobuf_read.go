package schema

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

var protoOptions = proto.UnmarshalOptions{DiscardUnknown: true, AllowPartial: true, RecursionLimit: maxDepth}

// appendJSON implements codec.
func (c protoCodec) appendJSON(out []byte, f frame, limit int) ([]byte, error) {
	t, err := c.at(f.indexes)
	if err != nil {
		return out, err
	}
	m := dynamicpb.NewMessage(t.desc)
	if err := parse(f.message, m); err != nil {
		return out, err
	}
	return protoWriter{limit}.message(out, m, t)
}

// parse reads the message. The library panics at a map's key of another wire
// type (v1.36.12, found by FuzzProtobuf): one such message must not end the
// process again and again.
func parse(b []byte, m proto.Message) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the message cannot be read: %v", cause)
		}
	}()
	if err := protoOptions.Unmarshal(b, m); err != nil {
		// The library puts a hard space into its errors so that nobody relies on
		// them; a detail is text for people.
		return errors.New(strings.ReplaceAll(err.Error(), "\u00a0", " "))
	}
	return nil
}

// protoWriter writes messages as JSON.
type protoWriter struct{ limit int }

func (w protoWriter) message(out []byte, m protoreflect.Message, t *protoMessage) ([]byte, error) {
	switch t.form {
	case protoOnlyField:
		return w.field(out, m, &t.fields[0])
	case protoChosen:
		for i := range t.fields {
			if m.Has(t.fields[i].desc) {
				return w.field(out, m, &t.fields[i])
			}
		}
		return append(out, "null"...), nil
	case protoTimestamp:
		at := time.Unix(m.Get(t.fields[0].desc).Int(), m.Get(t.fields[1].desc).Int())
		return appendTime(out, at, time.RFC3339Nano), nil
	case protoDuration:
		return appendFloat(out, float64(m.Get(t.fields[0].desc).Int())+float64(m.Get(t.fields[1].desc).Int())/1e9), nil
	case protoDecimal:
		return appendDecimal(out, m.Get(t.fields[0].desc).Bytes(), int(m.Get(t.fields[2].desc).Int()))
	}
	out = append(out, '{')
	first := true
	for i := range t.fields {
		f := &t.fields[i]
		if f.desc.HasPresence() && !m.Has(f.desc) {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		var err error
		if out, err = w.field(append(out, f.key...), m, f); err != nil {
			return out, within(string(f.desc.Name()), err)
		}
	}
	return append(out, '}'), nil
}

// field appends the field's value.
func (w protoWriter) field(out []byte, m protoreflect.Message, f *protoField) ([]byte, error) {
	// A short message may unfold into a long text: each of its empty parts is
	// written with all defaults.
	if len(out) > w.limit {
		return out, errTooLong
	}
	v := m.Get(f.desc)
	switch {
	case f.desc.IsMap():
		return w.entries(out, v.Map(), f)
	case f.desc.IsList():
		list := v.List()
		out = append(out, '[')
		for i := range list.Len() {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = w.value(out, list.Get(i), f.desc.Kind(), f); err != nil {
				return out, err
			}
		}
		return append(out, ']'), nil
	}
	return w.value(out, v, f.desc.Kind(), f)
}

// entries appends a map, in the order of its keys' text: a Go map has none.
func (w protoWriter) entries(out []byte, m protoreflect.Map, f *protoField) ([]byte, error) {
	type entry struct {
		key   string
		value protoreflect.Value
	}
	all := make([]entry, 0, m.Len())
	for k, v := range m.Range {
		all = append(all, entry{k.String(), v})
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	out = append(out, '{')
	for i, e := range all {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = w.text(out, e.key); err != nil {
			return out, err
		}
		if out, err = w.value(append(out, ':'), e.value, f.desc.MapValue().Kind(), f); err != nil {
			return out, within(e.key, err)
		}
	}
	return append(out, '}'), nil
}

func (w protoWriter) value(out []byte, v protoreflect.Value, kind protoreflect.Kind, f *protoField) ([]byte, error) {
	if len(out) > w.limit {
		return out, errTooLong
	}
	switch kind {
	case protoreflect.BoolKind:
		return strconv.AppendBool(out, v.Bool()), nil
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return appendFloat(out, v.Float()), nil
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return strconv.AppendUint(out, v.Uint(), 10), nil
	case protoreflect.StringKind:
		return w.text(out, v.String())
	case protoreflect.BytesKind:
		return appendBase64(out, v.Bytes()), nil
	case protoreflect.EnumKind:
		if symbol, known := f.symbols[v.Enum()]; known {
			return append(out, symbol...), nil
		}
		return strconv.AppendInt(out, int64(v.Enum()), 10), nil
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return w.message(out, v.Message(), f.message)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind,
		protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return strconv.AppendInt(out, v.Int(), 10), nil
	}
	return out, fmt.Errorf("no writer of kind %s", kind)
}

func (w protoWriter) text(out []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) { // proto2 lets it pass
		return out, errNotUTF8
	}
	return appendString(out, s), nil
}
