package config

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder reads YAML nodes into structs and remembers where each value stood.
// A value that cannot be read is a problem and leaves the default in place, so
// that everything else is still looked at.
type decoder struct {
	file     string
	places   map[string]*yaml.Node // by path
	problems []Problem
}

// nodeReader is a type that reads its own form of YAML.
type nodeReader interface {
	readNode(d *decoder, n *yaml.Node, path string)
}

func (d *decoder) fail(n *yaml.Node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{
		File: d.file, Line: max(n.Line, 1), Column: max(n.Column, 1), Path: path, Message: fmt.Sprintf(format, args...),
	})
}

// decode reads n into v, which holds the default.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path string) {
	if _, known := d.places[path]; !known {
		d.places[path] = n
	}
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fail(n, path, "anchors and aliases are not read: write the value out")
		return
	case n.Style&yaml.TaggedStyle != 0:
		d.fail(n, path, "tag %s: write the value without a tag", n.Tag)
		return
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		d.fail(n, path, "empty: give a value or remove the key")
		return
	}
	if own, ok := v.Addr().Interface().(nodeReader); ok {
		own.readNode(d, n, path)
		return
	}
	switch v.Interface().(type) {
	case time.Duration, time.Time:
		d.scalar(n, v, path)
		return
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.scalar(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(withDefaults(v.Type().Elem()).Addr())
		}
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Map:
		entries := reflect.MakeMap(v.Type())
		d.pairs(n, path, func(key, value *yaml.Node, path string) {
			entry := withDefaults(v.Type().Elem())
			d.decode(value, entry, path)
			entries.SetMapIndex(reflect.ValueOf(key.Value), entry)
		})
		v.Set(entries)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, path string) {
	fields := fieldsOf(v.Type())
	d.pairs(n, path, func(key, value *yaml.Node, path string) {
		for _, f := range fields {
			if f.name == key.Value {
				d.decode(value, v.FieldByIndex(f.index), path)
				return
			}
		}
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.name
		}
		d.fail(key, path, "unknown key %q: %s", key.Value, suggest(key.Value, names))
	})
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if _, words := reflect.New(v.Type().Elem()).Interface().(encoding.TextUnmarshaler); words && n.Kind == yaml.ScalarNode {
		// One word stands for a list of one.
		item := withDefaults(v.Type().Elem())
		d.decode(n, item, path)
		v.Set(reflect.Append(reflect.MakeSlice(v.Type(), 0, 1), item))
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.fail(n, path, "%s: give a list, such as [a, b]", describe(n))
		return
	}
	items := reflect.MakeSlice(v.Type(), 0, len(n.Content))
	for i, item := range n.Content {
		value := withDefaults(v.Type().Elem())
		d.decode(item, value, fmt.Sprintf("%s[%d]", path, i))
		items = reflect.Append(items, value)
	}
	v.Set(items)
}

// plainKey needs no quotes in a path.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// pairs calls visit for every key of a mapping, once each.
func (d *decoder) pairs(n *yaml.Node, path string, visit func(key, value *yaml.Node, path string)) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "%s: give a section of keys and values", describe(n))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if key.Kind != yaml.ScalarNode {
			d.fail(key, path, "a key must be a word")
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.fail(key, at, "key %q is given twice, first in line %d: remove one", key.Value, line)
			continue
		}
		first[key.Value] = key.Line
		if value.Kind != yaml.ScalarNode {
			d.places[at] = key // a section is where its name stands
		}
		visit(key, value, at)
	}
}

func join(path, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	}
	return path + "." + key
}

// describe names what stands where something else should.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a section"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", short(n.Value))
}

func short(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

type field struct {
	name  string
	index []int
}

// fieldsOf lists the keys of a section by its mapstructure tags.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		switch {
		case options == "squash":
			for _, inner := range fieldsOf(f.Type) {
				fields = append(fields, field{inner.name, append([]int{f.Index[0]}, inner.index...)})
			}
		case name != "" && name != "-":
			fields = append(fields, field{name, f.Index})
		}
	}
	return fields
}
