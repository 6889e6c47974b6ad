package decode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fields writes a mapping's fields: sources of one field are separated by "|",
// no source is "-".
func fields(texts map[string]string) map[string][]Source {
	all := map[string][]Source{}
	for name, text := range texts {
		all[name] = []Source{}
		if text == "-" {
			continue
		}
		for t := range strings.SplitSeq(text, "|") {
			all[name] = append(all[name], source(t))
		}
	}
	return all
}

// brief writes what matters of an event or a reject in one line.
func brief(d *Decoder, events []Prediction, reject *Reject) []string {
	var out []string
	for _, p := range events {
		line := fmt.Sprintf("%s %s v%s", p.ID, d.models[p.Model].Name, p.Version)
		if p.Score.Valid {
			line += fmt.Sprintf(" score %v", p.Score.Float64)
		}
		for i, f := range d.models[p.Model].Features {
			switch s := d.schemas[p.Model].slots[i]; {
			case s.kind == Number && p.Numbers[s.at].Valid:
				line += fmt.Sprintf(" %s %v", f.Name, p.Numbers[s.at].Float64)
			case s.kind == Category && p.Texts[s.at].Valid:
				line += fmt.Sprintf(" %s %q", f.Name, p.Texts[s.at].String)
			}
		}
		for i, s := range p.Segments {
			if s != "" {
				line += fmt.Sprintf(" %s=%s", d.models[p.Model].Segments[i], s)
			}
		}
		if p.Extra != nil {
			line += fmt.Sprintf(" extra %v", p.Extra)
		}
		out = append(out, line)
	}
	if reject != nil {
		out = append(out, fmt.Sprintf("%s %s: %s", reject.Reason, reject.Model, reject.Detail))
	}
	return out
}

func TestMapping(t *testing.T) {
	const version = `"prediction_id":"a","version":"1","timestamp":1795405014123`
	rows := func(extra map[string]string) Mapping {
		m := Mapping{Rows: Pointer{"rows"}, Fields: fields(map[string]string{"prediction_id": "row /id|/prediction_id", "features": "row", "score": "row /s"})}
		for name, sources := range fields(extra) {
			m.Fields[name] = sources
		}
		return m
	}
	tensors := Mapping{Fields: fields(map[string]string{"model": "constant churn", "features": "tensors /t|/f", "score": "column /s"})}
	named := Mapping{FeatureNames: []string{"tenure", "unknown", "plan"}, Fields: fields(map[string]string{"model": "constant churn"})}
	for _, test := range []struct {
		name    string
		mapping Mapping
		message string
		want    []string
	}{
		{"features before a model that is not the last one", Mapping{}, `{"features":{"tenure":1,"plan":"x"},` + version + `,"model":"churn"}`, []string{`a churn v1 tenure 1 plan "x"`}},
		{"the last of two models counts", Mapping{}, `{"model":"price","features":{"tenure":1},"model":"churn",` + version + `}`, []string{`a churn v1 tenure 1`}},
		{"a wrong feature that comes again", Mapping{}, `{"model":"churn",` + version + `,"features":{"tenure":"x","balance":true,"tenure":2}}`, []string{`a churn v1 tenure 2 balance 1`}},
		{"a right feature that comes again, wrong", Mapping{}, `{"model":"churn",` + version + `,"features":{"tenure":2,"tenure":[]}}`, []string{`a churn v1 extra map[tenure:[]]`}},
		{"features twice", Mapping{}, `{"model":"churn",` + version + `,"features":{"tenure":1},"features":{"plan":"x"}}`, []string{"bad_field : /features occurs twice: send it once"}},
		{"features and another time a scalar", Mapping{}, `{"model":"churn",` + version + `,"features":{"tenure":1},"features":null}`, []string{"bad_field : /features occurs twice: send it once"}},
		{"an outer object twice", Mapping{Preset: "debezium"}, `{"after":{"model":"churn",` + version + `},"after":5,"ts_ms":1795405014123}`, []string{"bad_field : /after occurs twice: send it once"}},
		{"a single feature counts above the object", Mapping{Fields: fields(map[string]string{"features.tenure": "/t", "features.plan": "/p"})},
			`{"t":5,"p":null,"model":"churn",` + version + `,"features":{"tenure":1,"plan":"x"}}`, []string{`a churn v1 tenure 5 plan "x"`}},
		{"the last of several objects counts", Mapping{Fields: fields(map[string]string{"features": "/f|/g"})}, `{"model":"churn",` + version + `,"g":{"tenure":2},"f":{"tenure":1,"balance":3}}`, []string{`a churn v1 tenure 1 balance 3`}},
		{"an array in the order of the names", named, `{` + version + `,"features":[1.5,{"u":2},"x"]}`, []string{`a churn v1 tenure 1.5 plan "x" extra map[unknown:{"u":2}]`}},
		{"an array that is too short", named, `{` + version + `,"features":[1,2]}`, []string{"bad_field churn: features: /features has 2 elements, feature_names has 3"}},
		{"an array that is too long", named, `{` + version + `,"features":[1,2,"x",4,5]}`, []string{"bad_field churn: features: /features has more than the 3 elements of feature_names"}},
		{"names do not forbid an object", named, `{` + version + `,"features":{"tenure":1}}`, []string{`a churn v1 tenure 1`}},
		{"elements of an array by pointer", Mapping{Fields: fields(map[string]string{"score": "/s/1/p", "segment.tier": "/s/0", "segment.region": "/s/01"})},
			`{"model":"churn",` + version + `,"s":["gold",{"q":1,"p":0.5},7]}`, []string{`a churn v1 score 0.5 tier=gold`}},
		{"names with escapes", Mapping{Fields: fields(map[string]string{"score": "/a~1b/m~0n/\"q\"/é"})}, `{"model":"churn",` + version + `,"\u0061\/b":{"m~n":{"\"q\"":{"\u00e9":0.5}}}}`, []string{`a churn v1 score 0.5`}},
		{"a pointer through a scalar finds nothing", Mapping{Fields: fields(map[string]string{"score": "/s/p"})}, `{"model":"churn",` + version + `,"s":3}`, []string{`a churn v1`}},
		{"wrong text from outside is kept as JSON", Mapping{Fields: fields(map[string]string{"features.tenure": "header t", "features.plan": "header bad", "features.balance": "header n"})},
			`{"model":"churn",` + version + `}`, []string{`a churn v1 balance 0.25 extra map[plan:"` + "\uFFFD" + `" tenure:"twelve"]`}},
		{"the last header of a name counts", Mapping{Fields: fields(map[string]string{"segment.region": "header r"})}, `{"model":"churn",` + version + `}`, []string{`a churn v1 region=us`}},
		{"rows with models of their own", rows(map[string]string{"model": "row /m|/model"}), `{"model":"churn",` + version + `,"rows":[{"tenure":1,"s":0.5},{"q":7,"m":"price","s":3},{"id":"z","tenure":2,"m":"churn"}]}`,
			[]string{`a/0 churn v1 score 0.5 tenure 1`, `a/1 price v1 score 3 extra map[q:7]`, `z churn v1 tenure 2`}},
		{"one row keeps the id", rows(nil), `{"model":"churn",` + version + `,"rows":[{"tenure":1}]}`, []string{`a churn v1 tenure 1`}},
		{"rows share features", rows(map[string]string{"features": "/f|row"}), `{"model":"churn",` + version + `,"f":{"balance":9},"rows":[{"tenure":1},{"tenure":2}]}`, []string{`a/0 churn v1 tenure 1 balance 9`, `a/1 churn v1 tenure 2 balance 9`}},
		{"a row's own features outrank shared ones", rows(map[string]string{"features": "row|/f", "model": "row /m"}), `{` + version + `,"f":{"balance":9,"tenure":7},"rows":[{"tenure":1,"m":"churn"},{"m":"price"},{"m":"churn"}]}`,
			[]string{`a/0 churn v1 tenure 1 balance 9`, `a/1 price v1 extra map[balance:9 tenure:7]`, `a/2 churn v1 tenure 7 balance 9`}},
		{"some rows are bad", rows(nil), `{"model":"churn",` + version + `,"rows":[{"s":"x"},{"s":1},5,{"s":{}}]}`,
			[]string{`a/1 churn v1 score 1`, `bad_field churn: row 0 of 4: score "x" is no number: send a JSON number; 2 more rows are bad`}},
		{"a name twice in a row", rows(map[string]string{"features": "row /f"}), `{"model":"churn",` + version + `,"rows":[{"f":{},"f":{}},{"f":{}}]}`, []string{`a/1 churn v1`, "bad_field churn: row 0 of 2: /f occurs twice: send it once"}},
		{"no rows", rows(nil), `{"model":"churn",` + version + `,"rows":5}`, []string{"missing_field : /rows has no rows: send an array or an object there"}},
		{"empty rows", rows(nil), `{"model":"churn",` + version + `,"rows":{}}`, []string{"no_rows : /rows is empty"}},
		{"too many rows", rows(nil), `{"model":"churn",` + version + `,"rows":[` + strings.Repeat("1,", maxRows) + `1]}`, []string{"too_large : the message has more than the 10000 rows allowed: send fewer in one message"}},
		{"bad JSON in a row", rows(nil), `{"model":"churn",` + version + `,"rows":[{"s":1},{"s":01}]}`, []string{"bad_json : cannot parse JSON: neither a comma nor the end after a value at byte 99: send one JSON object in UTF-8"}},
		{"tensors and columns", tensors, `{` + version + `,"t":[{"name":"tenure","shape":[2],"data":[1,2]},{"name":"plan","shape":[2,1],"data":[["a"],["b"]]}],"s":[0.5,1],"f":{"balance":3}}`,
			[]string{`a/0 churn v1 score 0.5 tenure 1 plan "a" balance 3`, `a/1 churn v1 score 1 tenure 2 plan "b" balance 3`}},
		{"columns of different length", tensors, `{` + version + `,"t":[{"name":"tenure","shape":[2],"data":[1,2]}],"s":[0.5]}`, []string{"bad_field : tenure has 2 rows, column /s has 1: send as many in each"}},
		{"a column that is none", tensors, `{` + version + `,"s":0.5}`, []string{"bad_field : column /s 0.5 is no array: send one element a row"}},
		{"no columns", tensors, `{` + version + `}`, []string{"missing_field : the message has none of the columns that the mapping names: correct the mapping or the message"}},
		{"empty columns", tensors, `{` + version + `,"s":[]}`, []string{"no_rows : the columns are empty"}},
		{"a tensor without data", tensors, `{` + version + `,"t":[{"name":"tenure","shape":[1],"parameters":{"binary_data_size":8}}]}`,
			[]string{`bad_field : tensor {"name":"tenure","shape":[1],"parameters":{"binary_data_size":8}} lacks name, shape or data: send all three in JSON`}},
		{"a tensor whose shape is another", tensors, `{` + version + `,"t":[{"name":"tenure","shape":[3],"data":[1,2]}]}`, []string{"bad_field : tensor tenure has shape [3] and 2 values: they must agree"}},
		{"a tensor of many values a row", tensors, `{` + version + `,"t":[{"name":"both","shape":[1,2],"data":[1,2]}]}`, []string{"bad_field : tensor both has 2 values a row: give as many feature_names"}},
		{"a tensor of an absurd shape", tensors, `{` + version + `,"t":[{"name":"x","shape":[16777216,16777216,16777216,16777216],"data":[]}]}`,
			[]string{"bad_field : tensor x has shape [16777216,16777216,16777216,16777216] and 0 values: they must agree"}},
		{"tensors that are no list", tensors, `{` + version + `,"t":{}}`, []string{`bad_field : tensors {} is no array: send [{"name": …, "shape": […], "data": […]}]`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := NewMapped(models, 100_000, Predictions, test.mapping)
			if err != nil {
				t.Fatal(err)
			}
			r := Record{Value: []byte(test.message), Time: recorded, Headers: []Header{
				{"r", []byte("eu")}, {"r", []byte("us")}, {"r", nil}, {"t", []byte("twelve")}, {"bad", []byte("\xff")}, {"n", []byte("0.25")},
			}}
			for range 2 { // the second time with what the decoder has learnt
				events, reject := d.Predictions(r)
				if diff := cmp.Diff(test.want, brief(d, events, reject)); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestSourcesReadBackAsWritten(t *testing.T) {
	for _, text := range []string{"", "/", "/a/0//b~0~1c", "row", "row /a", "row name", "column /a", "tensors /a b", "key", "time", "header my header", "constant a b", "constant /x", "constant key"} {
		if got := source(text).String(); got != text {
			t.Errorf("%q reads back as %q", text, got)
		}
	}
	for _, text := range []string{"a", "keys", "header", "constant", "column", "row a", "column a", "/~", "/~2", "row /~", "time now"} {
		var s Source
		if err := s.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(strings.TrimPrefix(text, "row "), "column ")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWithoutModelsEveryEventIsARejectOrSkipped(t *testing.T) {
	for _, m := range completed(t) {
		d, err := NewMapped(nil, maxBytes, m.kind, m.mapping)
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range exemplary {
			if events, reject := m.decode(d, Record{Value: []byte(message), Key: []byte("k"), Time: recorded}); reject == nil {
				t.Errorf("%s on %s: %+v", m, message, events)
			}
		}
	}
}
