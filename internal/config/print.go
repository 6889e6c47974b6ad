package config

import (
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Print writes the configuration that is in effect, with every default filled
// in, as a file that reads back to the same. Of secrets it has only the names
// of their files.
func (c Config) Print(w io.Writer) error {
	out := yaml.NewEncoder(w)
	out.SetIndent(2)
	if err := out.Encode(encode(reflect.ValueOf(c.source))); err != nil {
		return fmt.Errorf("print configuration: %w", err)
	}
	return out.Close()
}

// encode is the inverse of decode. It returns nil for what is absent.
func encode(v reflect.Value) *yaml.Node {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil
	}
	switch x := v.Interface().(type) {
	case features:
		if x == nil {
			return nil
		}
		// None at all is said too: a file that says nothing means the signature's.
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, f := range x {
			n.Content = append(n.Content, word(f.Name), word(f.Kind.String()))
		}
		return n
	case slog.Level:
		return word(strings.ToLower(x.String()))
	case time.Duration:
		return word(formatDuration(x))
	case time.Time:
		if x.IsZero() {
			return nil
		}
		return bare(x.Format(time.RFC3339))
	case encoding.TextMarshaler:
		if text, err := x.MarshalText(); err == nil {
			return word(string(text))
		}
	case fmt.Stringer:
		if v.Kind() != reflect.Struct && v.Kind() != reflect.Pointer {
			return word(x.String())
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if n := encode(v.Elem()); n != nil {
			return n
		}
		return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} // tls: {} is TLS
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, f := range fieldsOf(v.Type()) {
			if value := encode(v.FieldByIndex(f.index)); value != nil {
				n.Content = append(n.Content, word(f.name), value)
			}
		}
		return unlessEmpty(n)
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			if item := encode(v.Index(i)); item != nil {
				n.Content = append(n.Content, item)
			}
		}
		return unlessEmpty(n)
	case reflect.Map:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, key := range slices.Sorted(maps.Keys(asStrings(v))) {
			value := encode(v.MapIndex(reflect.ValueOf(key)))
			if value == nil {
				value = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle} // an empty list says something too
			}
			n.Content = append(n.Content, word(key), value)
		}
		return unlessEmpty(n)
	case reflect.Bool:
		if !v.Bool() { // the default of every switch
			return nil
		}
	case reflect.String:
		if v.String() == "" {
			return nil
		}
		return word(v.String())
	}
	return bare(scalarText(v))
}

// asStrings is the set of a map's keys.
func asStrings(v reflect.Value) map[string]bool {
	keys := map[string]bool{}
	for _, k := range v.MapKeys() {
		keys[k.String()] = true
	}
	return keys
}

func scalarText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	}
	return strconv.FormatInt(v.Int(), 10)
}

// word is a text; the encoder quotes it where it would read as something else.
func word(s string) *yaml.Node {
	var n yaml.Node
	n.SetString(s)
	return &n
}

// bare is a number or a time, never quoted.
func bare(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func unlessEmpty(n *yaml.Node) *yaml.Node {
	if len(n.Content) == 0 {
		return nil
	}
	return n
}
