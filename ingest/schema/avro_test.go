package schema

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/twmb/avro"
)

const limit = 1 << 20

func avroOf(t testing.TB, text string, references ...source) codec {
	t.Helper()
	c, err := compileAvro(text, references)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everything is a schema with every type, once plain and once as logical types
// have it.
const everything = `{"type":"record","name":"Event","namespace":"a.b","fields":[
 {"name":"null","type":"null"},{"name":"boolean","type":"boolean"},{"name":"int","type":"int"},{"name":"long","type":"long"},
 {"name":"float","type":"float"},{"name":"double","type":"double"},{"name":"bytes","type":"bytes"},{"name":"string","type":"string"},
 {"name":"enum","type":{"type":"enum","name":"Plan","symbols":["basic","pro"]}},
 {"name":"again","type":["null","Plan"]},
 {"name":"array","type":{"type":"array","items":"int"}},
 {"name":"map","type":{"type":"map","values":["null","double"]}},
 {"name":"union","type":["null","string",{"type":"record","name":"Inner","fields":[{"name":"x","type":["null","long"]}]}]},
 {"name":"fixed","type":{"type":"fixed","name":"F","size":3}},
 {"name":"date","type":{"type":"int","logicalType":"date"}},
 {"name":"time_millis","type":{"type":"int","logicalType":"time-millis"}},
 {"name":"time_micros","type":{"type":"long","logicalType":"time-micros"}},
 {"name":"millis","type":{"type":"long","logicalType":"timestamp-millis"}},
 {"name":"micros","type":{"type":"long","logicalType":"timestamp-micros"}},
 {"name":"nanos","type":{"type":"long","logicalType":"timestamp-nanos"}},
 {"name":"local_millis","type":{"type":"long","logicalType":"local-timestamp-millis"}},
 {"name":"local_micros","type":{"type":"long","logicalType":"local-timestamp-micros"}},
 {"name":"local_nanos","type":{"type":"long","logicalType":"local-timestamp-nanos"}},
 {"name":"decimal","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}},
 {"name":"decimal_fixed","type":{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9,"scale":2}},
 {"name":"uuid","type":{"type":"string","logicalType":"uuid"}},
 {"name":"uuid_fixed","type":{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}},
 {"name":"duration","type":{"type":"fixed","name":"Du","size":12,"logicalType":"duration"}},
 {"name":"unknown","type":{"type":"string","logicalType":"decimal"}}]}`

func TestAvroTypes(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 36, 54, 123456789, time.UTC)
	encoded, err := avro.MustParse(everything).Encode(map[string]any{
		"null": nil, "boolean": true, "int": int32(-7), "long": int64(1) << 60, "float": float32(0.5), "double": 0.1,
		"bytes": []byte{0, 255}, "string": "a\"b\\\n\u00e9\x01", "enum": "pro", "again": "basic",
		"array": []any{1, 2}, "map": map[string]any{"k": 1.5}, "union": map[string]any{"x": int64(3)}, "fixed": []byte("abc"),
		"date": at, "time_millis": 90 * time.Second, "time_micros": 1500 * time.Microsecond,
		"millis": at, "micros": at, "nanos": at, "local_millis": at, "local_micros": at, "local_nanos": at,
		"decimal": big.NewRat(-123, 10000), "decimal_fixed": big.NewRat(123456, 100),
		"uuid": "89791762-2336-4186-9674-299b90a802e2", "uuid_fixed": "89791762-2336-4186-9674-299b90a802e2",
		"duration": avro.Duration{Months: 1, Days: 2, Milliseconds: 3000}, "unknown": "x",
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := avroOf(t, everything).appendJSON(nil, frame{message: encoded}, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"null":null,"boolean":true,"int":-7,"long":1152921504606846976,"float":0.5,"double":0.1,` +
		`"bytes":"AP8=","string":"a\"b\\\u000aé\u0001","enum":"pro","again":"basic",` +
		`"array":[1,2],"map":{"k":1.5},"union":{"x":3},"fixed":"YWJj",` +
		`"date":"2026-11-23","time_millis":"00:01:30","time_micros":"00:00:00.0015",` +
		`"millis":"2026-11-23T03:36:54.123Z","micros":"2026-11-23T03:36:54.123456Z","nanos":"2026-11-23T03:36:54.123456789Z",` +
		`"local_millis":"2026-11-23T03:36:54.123","local_micros":"2026-11-23T03:36:54.123456","local_nanos":"2026-11-23T03:36:54.123456789",` +
		`"decimal":-0.0123,"decimal_fixed":1234.56,` +
		`"uuid":"89791762-2336-4186-9674-299b90a802e2","uuid_fixed":"89791762-2336-4186-9674-299b90a802e2",` +
		`"duration":"P1M2DT3S","unknown":"x"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid(got) {
		t.Error("not valid JSON")
	}
}

func TestAvroFloats(t *testing.T) {
	for f, want := range map[float64]string{math.NaN(): "NaN", math.Inf(1): "Infinity", math.Inf(-1): "-Infinity", 0: "0", 1e21: "1e+21", 0.1: "0.1"} {
		encoded, err := avro.MustParse(`"double"`).Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := avroOf(t, `"double"`).appendJSON(nil, frame{message: encoded}, limit); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v, want %s", f, got, err, want)
		}
	}
	// A float is the number that it is, not the one that prints shorter.
	encoded, err := avro.MustParse(`"float"`).Encode(float32(0.1))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := avroOf(t, `"float"`).appendJSON(nil, frame{message: encoded}, limit); err != nil || string(got) != "0.10000000149011612" {
		t.Errorf("float 0.1: %s, %v", got, err)
	}
}

func TestAvroRejects(t *testing.T) {
	const list = `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`
	const nested = `{"type":"record","name":"A","fields":[{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"m","type":{"type":"map","values":"int"}}]}}]}`
	for _, test := range []struct{ name, schema, bytes, err string }{
		{"too short", `"string"`, "\x08ab", "end too early"},
		{"nothing", `"int"`, "", "end too early"},
		{"something follows", `"int"`, "\x02\x02\x02", "2 bytes follow the value"},
		{"negative length", `"bytes"`, "\x01", "end too early"},
		{"int of 33 bits", `"int"`, "\x80\x80\x80\x80\x40", "more than 32 bits"},
		{"long of 65 bits", `"long"`, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "more than 64 bits"},
		{"unknown symbol", `{"type":"enum","name":"E","symbols":["a"]}`, "\x02", "symbol 1 of 1"},
		{"negative symbol", `{"type":"enum","name":"E","symbols":["a"]}`, "\x01", "symbol -1 of 1"},
		{"unknown branch", `["null","int"]`, "\x04", "branch 2 of 2"},
		{"text is not UTF-8", `"string"`, "\x02\xff", "not valid UTF-8"},
		{"the path of the field", nested, "\x02\x02k\x80\x80\x80\x80\x40", "b.m.k: 4294967296"[:6]},
		{"deeper than allowed", list, strings.Repeat("\x02", maxDepth+1), "nested more than"},
		{"items without bytes", `{"type":"array","items":"null"}`, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", "too long"},
		{"block without end", `{"type":"array","items":"null"}`, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "without end"},
		{"decimal too long", `{"type":"bytes","logicalType":"decimal","precision":4}`, "\x82\x02" + strings.Repeat("\x01", 129), "decimal of 129 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := avroOf(t, test.schema).appendJSON(nil, frame{message: []byte(test.bytes)}, limit)
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%.100s, %v; want an error with %q", got, err, test.err)
			}
			if len(got) > 2*limit {
				t.Errorf("%d bytes of text before it was given up", len(got))
			}
		})
	}
}

func TestAvroDecimals(t *testing.T) {
	for _, test := range []struct {
		unscaled string
		scale    int
		want     string
	}{
		{"", 2, "0.00"}, {"\x00", 0, "0"}, {"\x7b", 2, "1.23"}, {"\x85", 2, "-1.23"}, {"\xff", 3, "-0.001"}, {"\x05", -2, "500"},
		{"\x01\x00\x00\x00\x00\x00\x00\x00\x00", 1, "1844674407370955161.6"}, {"\x00", -2, "0"}, {"\x80", 0, "-128"},
	} {
		if got, err := appendDecimal(nil, []byte(test.unscaled), test.scale); err != nil || string(got) != test.want {
			t.Errorf("%x scale %d: %s, %v, want %s", test.unscaled, test.scale, got, err, test.want)
		}
	}
}

// A schema may use the types of others, and may be wrong in its defaults.
func TestAvroSchemas(t *testing.T) {
	segment := source{"x.Segment", `{"type":"record","name":"Segment","namespace":"x","fields":[{"name":"region","type":"string"}]}`}
	nested := source{"x.Features", `{"type":"record","name":"Features","namespace":"x","fields":[{"name":"s","type":"Segment"}]}`}
	c := avroOf(t, `{"type":"record","name":"E","namespace":"x","fields":[{"name":"f","type":"Features"},{"name":"s","type":"x.Segment"}]}`, segment, nested)
	if got, err := c.appendJSON(nil, frame{message: []byte("\x04eu\x04us")}, limit); err != nil || string(got) != `{"f":{"s":{"region":"eu"}},"s":{"region":"us"}}` {
		t.Errorf("%s, %v", got, err)
	}
	c = avroOf(t, `{"type":"record","name":"E","fields":[{"name":"x","type":["int","null"],"default":null},{"name":"default","type":"int"}]}`)
	if got, err := c.appendJSON(nil, frame{message: []byte("\x00\x04\x02")}, limit); err != nil || string(got) != `{"x":2,"default":1}` {
		t.Errorf("wrong default: %s, %v", got, err)
	}
	for _, text := range []string{`{`, `{"type":"record","name":"E","fields":[{"name":"x","type":"Nowhere"}]}`} {
		if _, err := compileAvro(text, nil); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// Our reader against the library's: both take the same bytes and see the same
// values, apart from what we refuse on purpose.
func FuzzAvro(f *testing.F) {
	schemas := []string{everything, `{"type":"array","items":["null","string",{"type":"map","values":"double"}]}`,
		`{"type":"record","name":"L","fields":[{"name":"v","type":"float"},{"name":"next","type":["null","L"]}]}`}
	type pair struct {
		ours   codec
		theirs *avro.Schema
	}
	var pairs []pair
	for _, s := range schemas {
		pairs = append(pairs, pair{avroOf(f, s), avro.MustParse(s)})
	}
	f.Add(uint8(1), []byte("\x04\x02\x02a\x04\x02\x02k\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00"))
	f.Add(uint8(2), []byte("\x00\x00\xc0\x7f\x02\x00\x00\x00\x00\x00"))
	f.Add(uint8(1), []byte("\x03\x06\x00\x02\x02a\x00"))
	f.Fuzz(func(t *testing.T, which uint8, message []byte) {
		p := pairs[int(which)%len(pairs)]
		got, err := p.ours.appendJSON(nil, frame{message: message}, 1<<16)
		if len(got) > 1<<18 {
			t.Fatalf("%d bytes of text from %d bytes", len(got), len(message))
		}
		if err != nil && strings.Contains(err.Error(), "too long") {
			return // the library would build it all
		}
		var want any
		rest, theirs := p.theirs.Decode(message, &want)
		if err != nil {
			refused := strings.Contains(err.Error(), "UTF-8") || strings.Contains(err.Error(), "nested more") || strings.Contains(err.Error(), "follow the value") || strings.Contains(err.Error(), "decimal of")
			if theirs == nil && len(rest) == 0 && !refused {
				t.Errorf("%x: %v; the library reads %v", message, err, want)
			}
			return
		}
		if theirs != nil || len(rest) > 0 {
			t.Fatalf("%x: we read %s; the library says %v", message, got, theirs)
		}
		if !utf8.Valid(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		if s := strings.NewReplacer(`:NaN`, `:"NaN"`, `:Infinity`, `:"Infinity"`, `:-Infinity`, `:"-Infinity"`).Replace(string(got)); which%3 != 1 || json.Valid([]byte(s)) {
			var ours any
			d := json.NewDecoder(strings.NewReader(s))
			d.UseNumber()
			if err := d.Decode(&ours); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			if a, b := plain(ours), plain(want); a != b {
				t.Errorf("%x:\nours   %s\ntheirs %s", message, a, b)
			}
		}
	})
}

// plain writes a value of ours or of the library's in one way.
func plain(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b bytes.Buffer
		for _, k := range sortedKeys(v) {
			fmt.Fprintf(&b, "%q:%s,", k, plain(v[k]))
		}
		return "{" + b.String() + "}"
	case []any:
		var b bytes.Buffer
		for _, item := range v {
			fmt.Fprintf(&b, "%s,", plain(item))
		}
		return "[" + b.String() + "]"
	case json.Number:
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return v.String()
		}
		return r.RatString()
	case int32:
		return fmt.Sprint(v)
	case int64:
		return fmt.Sprint(v)
	case *big.Rat:
		return v.RatString()
	case float32:
		return plain(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strings.Trim(string(appendFloat(nil, v)), `"`)
		}
		r, _ := new(big.Rat).SetString(string(appendFloat(nil, v)))
		return r.RatString()
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case avro.Duration:
		return v.String()
	case [16]byte:
		return string(appendUUID(nil, v[:]))
	}
	return fmt.Sprint(v)
}
