package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// everyField has a field of every kind; what it imports is registered with it,
// or known to everybody.
const everyField = `syntax = "proto3"; package a;
import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/struct.proto";
import "google/protobuf/wrappers.proto"; import "confluent/type/decimal.proto"; import "confluent/meta.proto"; import "segment.proto";
message Other { message Inner { int32 x = 1; } }
message Event {
  option (confluent.message_meta).doc = "an event";
  bool bool = 1; int32 int32 = 2; sint32 sint32 = 3; uint32 uint32 = 4; int64 int64 = 5; sint64 sint64 = 6; uint64 uint64 = 7;
  sfixed32 sfixed32 = 8; fixed32 fixed32 = 9; float float = 10; sfixed64 sfixed64 = 11; fixed64 fixed64 = 12; double double = 13;
  string string = 14; bytes bytes = 15; Plan plan = 16; optional int32 optional = 17; repeated double list = 18;
  map<string, double> map = 19; map<int32, Other.Inner> by_number = 20; oneof choice { string left = 21; int32 right = 22; }
  Event self = 23; google.protobuf.Timestamp at = 24; google.protobuf.Duration took = 25; google.protobuf.Struct free = 26;
  google.protobuf.DoubleValue wrapped = 27; confluent.type.Decimal price = 28; segments.Segment segment = 29; repeated Plan plans = 30;
}
enum Plan { BASIC = 0; PRO = 1; }`

var segmentFile = source{"segment.proto", `syntax = "proto3"; package segments; message Segment { string region = 1; }`}

func protoOf(t testing.TB, text string, references ...source) protoCodec {
	t.Helper()
	c, err := compileProtobuf(text, references)
	if err != nil {
		t.Fatal(err)
	}
	return c.(protoCodec)
}

// encode returns the message of a type, given in Protobuf's text format.
func encode(t testing.TB, c protoCodec, name, text string) []byte {
	t.Helper()
	m := dynamicpb.NewMessage(c.types[protoreflect.FullName(name)].desc)
	if err := prototext.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var second = []byte{2, 2} // message indexes of the second message

func TestProtobufKinds(t *testing.T) {
	c := protoOf(t, everyField, segmentFile)
	message := encode(t, c, "a.Event", `bool: true int32: -1 sint32: -2 uint32: 4294967295 int64: -5 sint64: -6 uint64: 18446744073709551615
		sfixed32: -8 fixed32: 9 float: 0.5 sfixed64: -11 fixed64: 12 double: nan string: "a\"b" bytes: "\000\377" plan: PRO optional: 0 list: [1, inf, -0.5]
		map {key: "b" value: 2} map {key: "a" value: 1} by_number {key: 10 value {x: 1}} by_number {key: 9 value {}} right: 22
		at {seconds: 1795405014 nanos: 123456789} took {seconds: 1 nanos: 500000000}
		free {fields {key: "l" value {list_value {values {number_value: 1} values {null_value: NULL_VALUE} values {}}}} fields {key: "s" value {string_value: "x"}}}
		wrapped {value: 2.5} price {value: "\004\322" precision: 9 scale: 2} segment {region: "eu"} plans: [PRO, 7]`)
	got, err := c.appendJSON(nil, frame{indexes: second, message: message}, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"bool":true,"int32":-1,"sint32":-2,"uint32":4294967295,"int64":-5,"sint64":-6,"uint64":18446744073709551615,` +
		`"sfixed32":-8,"fixed32":9,"float":0.5,"sfixed64":-11,"fixed64":12,"double":NaN,"string":"a\"b","bytes":"AP8=","plan":"PRO","optional":0,"list":[1,Infinity,-0.5],` +
		`"map":{"a":1,"b":2},"by_number":{"10":{"x":1},"9":{"x":0}},"right":22,` +
		`"at":"2026-11-23T03:36:54.123456789Z","took":1.5,"free":{"l":[1,null,null],"s":"x"},` +
		`"wrapped":2.5,"price":12.34,"segment":{"region":"eu"},"plans":["PRO",7]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What was not sent is its default, or left out when that can be told apart.
func TestProtobufDefaults(t *testing.T) {
	c := protoOf(t, `syntax = "proto3"; message M { double score = 1; optional double balance = 2; string plan = 3; repeated int32 l = 4; map<string, int32> m = 5; M self = 6; oneof o { int32 a = 7; int32 b = 8; } }`)
	got, err := c.appendJSON(nil, frame{indexes: []byte{0}}, limit)
	if want := `{"score":0,"plan":"","l":[],"m":{}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestProtobufRejects(t *testing.T) {
	c := protoOf(t, everyField, segmentFile)
	deep := []byte{}
	for range maxDepth + 1 {
		deep = append([]byte{23<<3&0x7f | 2 | 0x80, 23 << 3 >> 7}, append(varint(len(deep)), deep...)...)
	}
	for _, test := range []struct {
		name    string
		indexes []byte
		message string
		err     string
	}{
		{"no such message", []byte{2, 4}, "", "message index 2: there are 2"},
		{"no such nested message", []byte{4, 0, 2}, "", "message index 1: there are 1"},
		{"too short", second, "\x72\x05ab", "cannot parse"},
		{"text is not UTF-8", second, "\x72\x01\xff", "invalid UTF-8"},
		{"deeper than allowed", second, string(deep), "recursion"},
		{"a map's key of another type", second, "\x9a\x01\x05\x0a\x010\x080", "cannot be read"},
		{"short and long", second, wide(1 << 15), "too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := c.appendJSON(nil, frame{indexes: test.indexes, message: []byte(test.message)}, 1<<16)
			if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "\u00a0") {
				t.Errorf("%.100s, %v; want an error with %q", got, err, test.err)
			}
			if len(got) > 1<<18 {
				t.Errorf("%d bytes of text before it was given up", len(got))
			}
		})
	}
	for _, text := range []string{`message`, `syntax = "proto3"; import "nowhere.proto"; message M {}`} {
		if _, err := compileProtobuf(text, nil); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// wide is a message whose JSON text is far longer than itself: a free value with
// n empty lists.
func wide(n int) string {
	list := strings.Repeat("\x0a\x02\x32\x00", n) // values {list_value {}}
	value := "\x32" + string(varint(len(list))) + list
	entry := "\x0a\x01k\x12" + string(varint(len(value))) + value
	free := "\x0a" + string(varint(len(entry))) + entry
	return "\xd2\x01" + string(varint(len(free))) + free
}

func varint(n int) []byte {
	var out []byte
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// Our writer against the library's JSON, over messages without the types that
// we write in our own way.
func FuzzProtobuf(f *testing.F) {
	c := protoOf(f, `syntax = "proto3"; message M { bool b = 1; sint32 i = 2; uint64 u = 3; float f = 4; double d = 5; string s = 6; bytes y = 7;
		E e = 8; optional int64 o = 9; repeated double l = 10; map<string, int32> m = 11; map<bool, M> n = 12; oneof c { string x = 13; M z = 14; } }
		enum E { A = 0; B = 1; }`)
	f.Add(encode(f, c, "M", `b: true i: -3 u: 7 f: 0.1 d: 1e300 s: "x" y: "z" e: B o: 0 l: [1, 2] m {key: "k" value: 1} n {key: true value {i: 1}} z {x: "q"}`))
	options := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}
	f.Fuzz(func(t *testing.T, message []byte) {
		got, err := c.appendJSON(nil, frame{indexes: []byte{0}, message: message}, limit)
		if again, _ := c.appendJSON(nil, frame{indexes: []byte{0}, message: message}, limit); !bytes.Equal(got, again) {
			t.Errorf("%s, then %s", got, again)
		}
		m := dynamicpb.NewMessage(c.types["M"].desc)
		if theirs := parse(message, m); (err == nil) != (theirs == nil) {
			t.Fatalf("%x: %v; the library says %v", message, err, theirs)
		} else if err != nil {
			return
		}
		want, err := options.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		number := strings.NewReplacer(`NaN`, `"NaN"`, `Infinity`, `"Infinity"`, `-Infinity`, `"-Infinity"`)
		if !utf8.Valid(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		if !json.Valid(got) {
			got = []byte(number.Replace(string(got)))
		}
		if err := json.Unmarshal(want, &b); err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(got))
		d.UseNumber()
		if err := d.Decode(&a); err != nil {
			if bytes.Contains(message, []byte("NaN")) || bytes.Contains(message, []byte("Infinity")) {
				return // the text of a string was replaced too
			}
			t.Fatalf("%s: %v", got, err)
		}
		if x, y := leaves(a), leaves(b); x != y {
			t.Errorf("%x:\nours   %s\ntheirs %s", message, x, y)
		}
	})
}

// leaves writes JSON with every number as text, as float32 precise: the library
// writes large numbers as texts and floats in their own precision.
func leaves(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, k := range sortedKeys(v) {
			if v[k] != nil { // the library writes null for what is left out
				fmt.Fprintf(&b, "%q:%s,", k, leaves(v[k]))
			}
		}
		return "{" + b.String() + "}"
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(leaves(item) + ",")
		}
		return "[" + b.String() + "]"
	case json.Number:
		return leaves(v.String())
	case float64:
		return leaves(string(appendFloat(nil, v)))
	case string:
		if r, ok := new(big.Rat).SetString(v); ok && len(v) < 400 {
			f, _ := r.Float64()
			if math.Abs(f) < math.MaxFloat32 {
				return fmt.Sprint(float32(f))
			}
			return fmt.Sprintf("%.10g", f)
		}
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}
