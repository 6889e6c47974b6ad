package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/twmb/avro"
)

// avroCodec reads values of one Avro schema.
type avroCodec struct{ root *avroNode }

// avroNode is one type of a schema, ready to be read.
type avroNode struct {
	kind     avroKind
	fields   []avroField // of a record
	items    *avroNode   // of an array or a map
	branches []*avroNode // of a union
	symbols  [][]byte    // of an enum, as JSON
	size     int         // of a fixed
	scale    int         // of a decimal
}

type avroField struct {
	name string
	key  []byte // as JSON, with the colon
	node *avroNode
}

type avroKind int

const (
	avroNull avroKind = iota
	avroBoolean
	avroInt
	avroLong
	avroFloat
	avroDouble
	avroBytes
	avroString
	avroRecord
	avroEnum
	avroArray
	avroMap
	avroUnion
	avroFixed
	avroDate
	avroTimeMillis
	avroTimeMicros
	avroTimestampMillis
	avroTimestampMicros
	avroTimestampNanos
	avroLocalMillis
	avroLocalMicros
	avroLocalNanos
	avroDecimalBytes
	avroDecimalFixed
	avroUUIDFixed
	avroDuration
)

// avroPlain are the types by name. avroLogical are those that a logical type
// changes, by "type logicalType"; any other combination is the plain type, as
// the specification demands.
var (
	avroPlain = map[string]avroKind{
		"null": avroNull, "boolean": avroBoolean, "int": avroInt, "long": avroLong, "float": avroFloat, "double": avroDouble,
		"bytes": avroBytes, "string": avroString, "record": avroRecord, "error": avroRecord, "enum": avroEnum,
		"array": avroArray, "map": avroMap, "union": avroUnion, "fixed": avroFixed,
	}
	avroLogical = map[string]avroKind{
		"int date": avroDate, "int time-millis": avroTimeMillis, "long time-micros": avroTimeMicros,
		"long timestamp-millis": avroTimestampMillis, "long timestamp-micros": avroTimestampMicros, "long timestamp-nanos": avroTimestampNanos,
		"long local-timestamp-millis": avroLocalMillis, "long local-timestamp-micros": avroLocalMicros, "long local-timestamp-nanos": avroLocalNanos,
		"bytes decimal": avroDecimalBytes, "fixed decimal": avroDecimalFixed, "fixed uuid": avroUUIDFixed, "fixed duration": avroDuration,
	}
)

// compileAvro returns the codec of the schema; references are the schemas whose
// types it names, each after those that it names itself.
func compileAvro(text string, references []source) (codec, error) {
	var cache avro.SchemaCache
	named := make(map[string]*avroNode)
	for _, r := range references {
		if _, err := compileAvroText(&cache, r.text, named); err != nil {
			return nil, fmt.Errorf("its reference %s: %w", r.name, err)
		}
	}
	root, err := compileAvroText(&cache, text, named)
	if err != nil {
		return nil, err
	}
	return avroCodec{root}, nil
}

func compileAvroText(cache *avro.SchemaCache, text string, named map[string]*avroNode) (*avroNode, error) {
	lax := avro.WithLaxNames(nil) // the registry has accepted the names
	parsed, err := cache.Parse(text, lax)
	if err != nil {
		// A default of the wrong type is a common mistake, and values are
		// written without defaults.
		bare, without := withoutDefaults(text)
		if !without {
			return nil, err
		}
		if parsed, err = cache.Parse(bare, lax); err != nil {
			return nil, err
		}
	}
	return compileAvroNode(parsed.Root(), "", named)
}

// withoutDefaults returns the schema without the defaults of its fields.
func withoutDefaults(text string) (string, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return "", false
	}
	removed := false
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if _, has := v["default"]; has {
				removed = true
				delete(v, "default")
			}
			for _, key := range []string{"type", "fields", "items", "values"} {
				walk(v[key])
			}
		}
	}
	walk(v)
	bare, err := json.Marshal(v)
	return string(bare), removed && err == nil
}

// compileAvroNode returns the type, which stands in a namespace; named holds the
// types that have a name, those that are still being compiled too: types may
// contain themselves.
func compileAvroNode(s *avro.SchemaNode, namespace string, named map[string]*avroNode) (*avroNode, error) {
	kind, plain := avroPlain[s.Type]
	if !plain {
		if n := named[namespace+"."+s.Type]; n != nil {
			return n, nil
		}
		if n := named[s.Type]; n != nil {
			return n, nil
		}
		return nil, fmt.Errorf("type %q is not defined", s.Type)
	}
	if logical, has := avroLogical[s.Type+" "+s.LogicalType]; has {
		kind = logical
	}
	n := &avroNode{kind: kind, size: s.Size, scale: s.Scale}
	if kind == avroUUIDFixed && s.Size != 16 || kind == avroDuration && s.Size != 12 {
		n.kind = avroFixed
	}
	switch s.Type {
	case "record", "error", "enum", "fixed":
		name := s.Name
		if !strings.Contains(name, ".") && s.Namespace != "" {
			name = s.Namespace + "." + name
		}
		named[name] = n
		namespace = name[:max(0, strings.LastIndexByte(name, '.'))]
	}
	for _, symbol := range s.Symbols {
		n.symbols = append(n.symbols, appendString(nil, symbol))
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		node, err := compileAvroNode(&f.Type, namespace, named)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		n.fields = append(n.fields, avroField{f.Name, key(f.Name), node})
	}
	for i := range s.Branches {
		node, err := compileAvroNode(&s.Branches[i], namespace, named)
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, node)
	}
	items := s.Items
	if kind == avroMap {
		items = s.Values
	}
	if kind == avroMap || kind == avroArray {
		var err error
		if n.items, err = compileAvroNode(items, namespace, named); err != nil {
			return nil, err
		}
	}
	return n, nil
}
