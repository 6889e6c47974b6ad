package file

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetField is one field of a file's schema. Values of a row come leaf by
// leaf with two levels each (Melnik et al., Dremel, VLDB 2010): the definition
// level says how much of the path to the leaf is there, the repetition level
// at which repeated field of the path the value begins a new element.
type parquetField struct {
	path       string // for messages
	name       string
	optional   bool
	repeated   bool
	shape      shape
	definition int // level from which on the field is there
	repetition int // level of its elements
	leaf       int // position among the leaves: its own, or of the first within
	leaves     int // how many are within
	fields     []*parquetField

	kind   parquet.Kind
	value  func(b []byte, v parquet.Value, c *parquetContext) ([]byte, error)
	moment bool // the event's timestamp
}

// shape is what a group stands for.
type shape int

const (
	object     shape = iota
	list             // a group around the elements
	dictionary       // a group around keys and values
	leaf
)

// parquetContext is what writing a row needs beside the schema.
type parquetContext struct {
	values   [][]parquet.Value // by leaf, what is left of the row
	moment   bool
	zoneless int
}

// badValue is a value that cannot be written, of an otherwise good file.
type badValue struct{ path, what string }

func (e badValue) Error() string { return fmt.Sprintf("column %s: %s", e.path, e.what) }

// newParquetField lays out a field that follows so many leaves, whose types are
// in elements.
func newParquetField(n parquet.Field, path string, elements []*format.SchemaElement, leaves *int, definition, repetition int) (*parquetField, error) {
	f := &parquetField{path: path, name: n.Name(), optional: n.Optional(), repeated: n.Repeated(), leaf: *leaves}
	if f.optional || f.repeated {
		definition++
	}
	if f.repeated {
		repetition++
	}
	f.definition, f.repetition = definition, repetition
	if n.Leaf() {
		f.shape, f.kind = leaf, n.Type().Kind()
		f.leaves = 1
		if *leaves++; *leaves > len(elements) {
			return nil, errors.New("damaged Parquet: the schema has more columns than it says")
		}
		return f, f.typed(elements[f.leaf])
	}
	for _, child := range n.Fields() {
		sub, err := newParquetField(child, path+"."+child.Name(), elements, leaves, definition, repetition)
		if err != nil {
			return nil, err
		}
		f.fields = append(f.fields, sub)
	}
	f.leaves = *leaves - f.leaf
	f.shape = shapeOf(n.Type(), f.fields)
	return f, nil
}

// shapeOf recognizes lists and maps; what only claims to be one is an object.
func shapeOf(t parquet.Type, fields []*parquetField) shape {
	wrapped := len(fields) == 1 && fields[0].repeated
	logical, converted := t.LogicalType(), t.ConvertedType()
	isList := converted != nil && *converted == deprecated.List
	isMap := converted != nil && (*converted == deprecated.Map || *converted == deprecated.MapKeyValue)
	if logical != nil {
		switch logical.Value.(type) {
		case *format.ListType:
			isList = true
		case *format.MapType:
			isMap = true
		}
	}
	switch {
	case isList && wrapped:
		return list
	case isMap && wrapped && len(fields[0].fields) == 2 && fields[0].fields[0].shape == leaf:
		return dictionary
	}
	return object
}

// head returns the next value of the field's first leaf.
func (f *parquetField) head(c *parquetContext) (parquet.Value, error) {
	values := c.values[f.leaf]
	if len(values) == 0 {
		return parquet.Value{}, fmt.Errorf("column %s: a value is missing", f.path)
	}
	return values[0], nil
}

// skip consumes the nulls that stand in every leaf for a field that is not there.
func (f *parquetField) skip(c *parquetContext) {
	for i := f.leaf; i < f.leaf+f.leaves; i++ {
		if len(c.values[i]) > 0 {
			c.values[i] = c.values[i][1:]
		}
	}
}

// append writes the field's next value: an array if it is repeated, else null
// or the value.
func (f *parquetField) append(b []byte, c *parquetContext) ([]byte, error) {
	if f.repeated {
		b = append(b, '[')
		err := f.each(c, func(first bool) (err error) {
			if !first {
				b = append(b, ',')
			}
			b, err = f.present(b, c)
			return err
		})
		return append(b, ']'), err
	}
	head, err := f.head(c)
	if err != nil {
		return b, err
	}
	if f.optional && head.DefinitionLevel() < f.definition {
		f.skip(c)
		return append(b, "null"...), nil
	}
	return f.present(b, c)
}

// each calls element for every element of a repeated field.
func (f *parquetField) each(c *parquetContext, element func(first bool) error) error {
	head, err := f.head(c)
	if err != nil {
		return err
	}
	if head.DefinitionLevel() < f.definition {
		f.skip(c)
		return nil
	}
	for first := true; ; first = false {
		if err := element(first); err != nil {
			return err
		}
		rest := c.values[f.leaf]
		if len(rest) == 0 || rest[0].RepetitionLevel() != f.repetition {
			return nil
		}
	}
}

// present writes a value that is there.
func (f *parquetField) present(b []byte, c *parquetContext) ([]byte, error) {
	switch f.shape {
	case leaf:
		head, err := f.head(c)
		if err != nil {
			return b, err
		}
		c.values[f.leaf] = c.values[f.leaf][1:]
		if head.IsNull() {
			return append(b, "null"...), nil
		}
		c.moment = f.moment
		b, err = f.value(b, head, c)
		if err != nil {
			return b, badValue{f.path, err.Error()}
		}
		return b, nil
	case list:
		return f.elements(b, c)
	case dictionary:
		return f.members(b, c)
	}
	b = append(b, '{')
	for i, field := range f.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, field.name), ':')
		var err error
		if b, err = field.append(b, c); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// elements writes a list: its group's only field is repeated and holds, in the
// usual three-level form, one field per element.
func (f *parquetField) elements(b []byte, c *parquetContext) ([]byte, error) {
	wrapper := f.fields[0]
	b = append(b, '[')
	err := wrapper.each(c, func(first bool) (err error) {
		if !first {
			b = append(b, ',')
		}
		if wrapper.shape == object && len(wrapper.fields) == 1 {
			b, err = wrapper.fields[0].append(b, c)
		} else {
			b, err = wrapper.present(b, c)
		}
		return err
	})
	return append(b, ']'), err
}

// members writes a map as an object; its keys become text.
func (f *parquetField) members(b []byte, c *parquetContext) ([]byte, error) {
	wrapper := f.fields[0]
	key, value := wrapper.fields[0], wrapper.fields[1]
	b = append(b, '{')
	err := wrapper.each(c, func(first bool) (err error) {
		if !first {
			b = append(b, ',')
		}
		from := len(b)
		if b, err = key.append(b, c); err != nil {
			return err
		}
		if b[from] != '"' {
			b = appendString(b[:from], string(b[from:]))
		}
		b, err = value.append(append(b, ':'), c)
		return err
	})
	return append(b, '}'), err
}
