package schema

import (
	"context"
	"errors"
	"fmt"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protoCodec reads the messages that one .proto file defines.
type protoCodec struct {
	file  protoreflect.FileDescriptor
	types map[protoreflect.FullName]*protoMessage
}

// protoMessage is a message type, ready to be written as JSON.
type protoMessage struct {
	desc   protoreflect.MessageDescriptor
	form   protoForm
	fields []protoField
}

type protoField struct {
	desc    protoreflect.FieldDescriptor
	key     []byte        // as JSON, with the colon
	message *protoMessage // of a message, or of a map's values
	symbols map[protoreflect.EnumNumber][]byte
}

// protoForm is how a message looks as JSON.
type protoForm int

const (
	protoObject    protoForm = iota
	protoOnlyField           // the value of its only field
	protoChosen              // the value of the field of its oneof that is set, else null
	protoTimestamp
	protoDuration
	protoDecimal
)

// protoForms are the message types with a form of their own.
var protoForms = map[protoreflect.FullName]protoForm{
	"google.protobuf.Timestamp":   protoTimestamp,
	"google.protobuf.Duration":    protoDuration,
	"google.protobuf.Struct":      protoOnlyField,
	"google.protobuf.ListValue":   protoOnlyField,
	"google.protobuf.Value":       protoChosen,
	"google.protobuf.DoubleValue": protoOnlyField,
	"google.protobuf.FloatValue":  protoOnlyField,
	"google.protobuf.Int64Value":  protoOnlyField,
	"google.protobuf.UInt64Value": protoOnlyField,
	"google.protobuf.Int32Value":  protoOnlyField,
	"google.protobuf.UInt32Value": protoOnlyField,
	"google.protobuf.BoolValue":   protoOnlyField,
	"google.protobuf.StringValue": protoOnlyField,
	"google.protobuf.BytesValue":  protoOnlyField,
	"confluent.type.Decimal":      protoDecimal,
}

// wellKnown are files that producers import without registering them; those of
// google/protobuf are in the compiler.
var wellKnown = map[string]string{
	"confluent/type/decimal.proto": `syntax = "proto3"; package confluent.type;
message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
	"confluent/meta.proto": `syntax = "proto3"; package confluent;
import "google/protobuf/descriptor.proto";
message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
extend google.protobuf.FileOptions { Meta file_meta = 1088; }
extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
}

// compileProtobuf returns the codec of the schema; references are the files it
// imports, by the path of the import.
func compileProtobuf(text string, references []source) (codec, error) {
	files := make(map[string]string, len(references)+len(wellKnown)+1)
	for name, text := range wellKnown {
		files[name] = text
	}
	for _, r := range references {
		files[r.name] = r.text
	}
	own := "value.proto"
	for files[own] != "" {
		own = "_" + own
	}
	files[own] = text
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(files)}),
	}
	// Everything is in memory: there is nothing that a context could end.
	compiled, err := compiler.Compile(context.Background(), own)
	if err != nil {
		return nil, err
	}
	c := protoCodec{file: compiled[0], types: make(map[protoreflect.FullName]*protoMessage)}
	c.addTypes(c.file.Messages())
	return c, nil
}

func (c protoCodec) addTypes(messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		c.typeOf(messages.Get(i))
		c.addTypes(messages.Get(i).Messages())
	}
}

// typeOf returns the message type; it may contain itself.
func (c protoCodec) typeOf(desc protoreflect.MessageDescriptor) *protoMessage {
	m := c.types[desc.FullName()]
	if m != nil {
		return m
	}
	m = &protoMessage{desc: desc, form: protoForms[desc.FullName()]}
	c.types[desc.FullName()] = m
	fields := desc.Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		value := f
		if f.IsMap() {
			value = f.MapValue()
		}
		field := protoField{desc: f, key: key(string(f.Name()))}
		if value.Message() != nil {
			field.message = c.typeOf(value.Message())
		}
		if enum := value.Enum(); enum != nil {
			field.symbols = symbols(enum)
		}
		m.fields = append(m.fields, field)
	}
	return m
}

// symbols returns the JSON text of an enum's numbers.
func symbols(enum protoreflect.EnumDescriptor) map[protoreflect.EnumNumber][]byte {
	values := enum.Values()
	all := make(map[protoreflect.EnumNumber][]byte, values.Len())
	for i := range values.Len() {
		v := values.Get(i)
		if _, alias := all[v.Number()]; !alias {
			all[v.Number()] = appendString(nil, string(v.Name()))
		}
	}
	if enum.FullName() == "google.protobuf.NullValue" {
		all[0] = []byte("null")
	}
	return all
}

// at returns the message type that the indexes lead to.
func (c protoCodec) at(indexes []byte) (*protoMessage, error) {
	messages := c.file.Messages()
	var found protoreflect.MessageDescriptor
	for index := range indexesIn(indexes) {
		if index >= messages.Len() {
			return nil, fmt.Errorf("message index %d: there are %d messages", index, messages.Len())
		}
		found = messages.Get(index)
		messages = found.Messages()
	}
	if found == nil {
		return nil, errors.New("no message index")
	}
	return c.types[found.FullName()], nil
}
