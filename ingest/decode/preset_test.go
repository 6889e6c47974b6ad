package decode

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// completed is each preset with what it must be told: the mappings under test.
func completed(t testing.TB) []*mapped {
	t.Helper()
	one := func(texts ...string) []Source {
		all := make([]Source, len(texts))
		for i, text := range texts {
			all[i] = source(text)
		}
		return all
	}
	var out []*mapped
	add := func(kind Kind, m Mapping) {
		x := &mapped{kind: kind, mapping: m}
		for i := range x.decoders {
			d, err := NewMapped(models, maxBytes, kind, m)
			if err != nil {
				t.Fatal(err)
			}
			x.decoders[i] = d
		}
		out = append(out, x)
	}
	for _, name := range PresetNames() {
		for _, kind := range []Kind{Predictions, Outcomes} {
			m := Mapping{Preset: name, Fields: map[string][]Source{}}
			switch full := m.expand(kind); {
			case strings.HasPrefix(name, "kserve") && kind == Outcomes:
				continue
			case kind == Predictions && full.Fields["version"] == nil:
				m.Fields["version"] = one("constant 4")
			}
			if m.expand(kind).Fields["model"] == nil {
				m.Fields["model"] = one("constant churn")
			}
			add(kind, m)
		}
	}
	// What no preset does.
	add(Predictions, Mapping{TimestampUnit: "s", FeatureNames: []string{"plan", "tenure"}, Root: Pointer{"p"}, Fields: map[string][]Source{
		"prediction_id": one("header id", "key"), "model": one("/m", "constant churn"), "timestamp": one("/t", "time"),
		"features": one("", "/f", "/a"), "features.balance": one("/b/1/c", "/b/0"), "segment.tier": one("/a~1b"), "segment": {}, "features.plan": one("header id"),
	}})
	add(Predictions, Mapping{Rows: Pointer{"rows"}, FeatureNames: []string{"tenure", "plan"}, Fields: map[string][]Source{
		"prediction_id": one("row /id", "/prediction_id"), "model": one("row /model", "/model"), "features": one("row", "row /f", "/f"), "score": one("row /s"), "segment": one("row /g"),
	}})
	add(Predictions, Mapping{FeatureNames: []string{"balance", "plan"}, Fields: map[string][]Source{"score": one("column /s"), "features": one("tensors /t", "/f"), "prediction": one("column /c")}})
	add(Outcomes, Mapping{Rows: Pointer{}, Fields: map[string][]Source{"prediction_id": one("row /id"), "model": one("row name", "constant churn"), "timestamp": one("time"), "label": one("row /l", "row")}})
	return out
}

// mapped is a mapping with two decoders, of which one knows only the last record.
type mapped struct {
	kind     Kind
	mapping  Mapping
	decoders [2]*Decoder
}

func (m *mapped) String() string {
	text, _ := json.Marshal(m.mapping)
	return string(text)
}

// exemplary messages: one for each mapping at least.
var exemplary = []string{
	`{` + head + `,"features":{"tenure":12,"plan":"pro","balance":null},"score":0.83,"prediction":"1","segment":{"region":"eu"}}`,
	`{"prediction_id":"a","model":"price","timestamp":1795405014123,"value":-1e400,"label":"x"}`,
	`{"id":"e","time":"2026-11-23T03:36:54Z","data":{"prediction_id":"a","model":"churn","version":1,"features":{"tenure":1,"q":[1,{"a":NaN}]},"label":true,"scores":{}}}`,
	`{"prediction_id":"a","model":"animal","version":3,"prediction":"cat","scores":{"cat":0.5,"dog":1},"label":"dog"}`,
	`{"instances":[{"tenure":1},{"plan":"x"},[1,2],3]}`, `{"predictions":[0.5,[1],{"churn_probability":1},null]}`,
	`{"inputs":[{"name":"tenure","shape":[2,1],"datatype":"FP32","data":[[1],[2]]},{"name":"plan","shape":[2],"data":["a","b"]}]}`,
	`{"model_name":"m","model_version":"1","outputs":[{"name":"o","shape":[2],"datatype":"FP32","data":[0.5,NaN]}]}`,
	`{"before":null,"after":{"prediction_id":9007199254740993,"model":"churn","version":"1","label":1,"features":{}},"op":"u","ts_ms":1795405014123}`, `{"before":{},"after":null,"op":"d","ts_ms":1}`,
	`{"request_id":"r","timestamp":"2026-11-23T03:36:54.5+01:00","request":{"features":{"tenure":5,"tenure":"x"}},"response":{"churn_probability":0.1,"churn_prediction":0,"model_version":"f00"},"model":"churn","label":0}`,
	`{"p":{"m":"churn","t":1795405014.25,"tenure":3,"f":{"balance":1,"plan":2},"a":["x",7],"b":[5,{"c":6}],"a/b":"gold","version":2}}`, `{"p":{"f":[1,2,3],"a":[1]}}`, `{"p":1,"p":{"f":{}},"p":2}`,
	`{"prediction_id":"q","version":1,"timestamp":1795405014123,"model":"churn","f":{"balance":2},"rows":[{"id":"x","s":1,"f":[4,"pro"],"g":{"tier":1}},{"model":"price","tenure":1},[1,"b"],{"s":"bad"}]}`,
	`{"prediction_id":"q","version":1,"timestamp":1795405014123,"model":"churn","s":[1,0.5],"c":["a","b"],"t":[{"name":"tenure","shape":[2],"data":[1,2]},{"name":"both","shape":[2,2],"data":[1,2,3,4]}],"f":{"plan":"z"}}`,
	`[{"id":1,"l":"a"},{"id":"2"},5]`, `{"churn":{"id":"a","l":1},"animal":{"id":"b","l":"cat"},"x":{}}`,
	`{"features":{"tenure":1},"model":"price"}`, `{"features":{"a":1},"model":"animal","features":{}}`, `{"score":{"a":1},"score":2}`, `[]`, `{}`, ``, `{"a":1}{`, "{\"model\":\"\xff\"}", `{"model":"\ud800"}`,
}

// Every preset on whatever bytes: no panic, the same answer from a decoder with
// another past, what encoding/json finds at the same pointers, valid UTF-8.
func FuzzPresets(f *testing.F) {
	all := completed(f)
	for i, message := range exemplary {
		f.Add([]byte(message), "k", "org.kubeflow.serving.inference.request")
		f.Add([]byte(message), strconv.Itoa(i), "org.kubeflow.serving.inference.response")
	}
	f.Fuzz(func(t *testing.T, message []byte, key, header string) {
		r := Record{Value: message, Key: []byte(key), Time: recorded, Headers: []Header{
			{"ce_id", []byte(key)}, {"ce_type", []byte(header)}, {"ce_time", []byte("2026-11-23T03:36:54Z")}, {"ce_inferenceservicename", []byte("churn")}, {"id", []byte(header)},
		}}
		for _, m := range all {
			m.try(t, r)
		}
	})
}

func TestPresetsOnExemplaryMessages(t *testing.T) {
	events := 0
	for _, m := range completed(t) {
		good := 0
		for _, message := range exemplary {
			for _, kind := range []string{"request", "response"} {
				good += m.try(t, Record{Value: []byte(message), Key: []byte("k"), Time: recorded, Headers: []Header{
					{"ce_id", []byte("i")}, {"ce_type", []byte("org.kubeflow.serving.inference." + kind)}, {"ce_time", []byte("2026-11-23T03:36:54Z")}, {"ce_inferenceservicename", []byte("churn")},
				}})
			}
		}
		if good == 0 {
			t.Errorf("no message is an event for %s", m)
		}
		events += good
	}
	t.Logf("%d events", events)
}

// try decodes the record and returns the number of events.
func (m *mapped) try(t *testing.T, r Record) int {
	t.Helper()
	d, other := m.decoders[0], m.decoders[1]
	events, reject := m.decode(d, r)
	again, rejectAgain := m.decode(other, r)
	if !reflect.DeepEqual(reject, rejectAgain) || !equal(reflect.ValueOf(events), reflect.ValueOf(again)) {
		t.Errorf("%s on %q:\n%v %+v, then\n%v %+v", m, r.Value, reject, events, rejectAgain, again)
	}
	if reject != nil && (!utf8.ValidString(reject.Detail) || !utf8.ValidString(reject.Model) || reject.Detail == "" || !slices.Contains(append(Reasons, Skips...), reject.Reason)) {
		t.Errorf("%s on %q: %+v", m, r.Value, reject)
	}
	m.compare(t, d, r, reject)
	switch e := events.(type) {
	case []Prediction:
		for _, p := range e {
			for _, s := range append([]string{p.ID, p.Version, p.Role, p.Class}, p.Segments...) {
				if !utf8.ValidString(s) {
					t.Errorf("%s on %q: %q is not UTF-8", m, r.Value, s)
				}
			}
			if s := d.schemas[p.Model]; p.ID == "" || p.Version == "" || len(p.Numbers) != len(s.noNumbers) || len(p.Texts) != len(s.noTexts) || p.Time.Before(earliest) {
				t.Errorf("%s on %q: incomplete: %+v", m, r.Value, p)
			}
		}
		return len(e)
	case []Outcome:
		for _, o := range e {
			if o.ID == "" || (o.Label == "") == !o.Value.Valid || !utf8.ValidString(o.Label) {
				t.Errorf("%s on %q: incomplete: %+v", m, r.Value, o)
			}
		}
		return len(e)
	}
	return 0
}

// decode returns copies of the events.
func (m *mapped) decode(d *Decoder, r Record) (any, *Reject) {
	if m.kind == Outcomes {
		all, reject := d.Outcomes(r)
		return slices.Clone(all), reject
	}
	all, reject := d.Predictions(r)
	out := slices.Clone(all)
	for i := range out {
		p := &out[i]
		p.Numbers, p.Texts, p.Segments, p.WrongType = slices.Clone(p.Numbers), slices.Clone(p.Texts), slices.Clone(p.Segments), slices.Clone(p.WrongType)
	}
	return out, reject
}

// equal is DeepEqual with floats by their bits, so that NaN equals itself.
func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.Type().PkgPath() == "time" {
			return reflect.DeepEqual(a.Interface(), b.Interface())
		}
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// compare looks the mapping's pointers up in what encoding/json reads.
func (m *mapped) compare(t *testing.T, d *Decoder, r Record, reject *Reject) {
	t.Helper()
	var document any
	if len(r.Value) > maxBytes || !utf8.Valid(r.Value) || depth(r.Value) >= maxDepth || json.Unmarshal(r.Value, &document) != nil {
		return
	}
	object, isObject := document.(map[string]any)
	switch {
	case reject != nil && (reject.Reason == NotSelected || reject.Reason == BadJSON && !isObject):
		return
	case reject != nil && reject.Reason == BadJSON:
		t.Errorf("%s: rejected though encoding/json takes it: %q: %s", m, r.Value, reject.Detail)
		return
	case d.twice != nil:
		return
	}
	var visit func(n *node)
	visit = func(n *node) {
		if n.slot >= 0 {
			v := d.values[n.slot]
			want, there := at(document, n.pointer)
			if v.kind == absent != !there || there && !same(tree(v), want) {
				t.Errorf("%s on %q: %s is %s, encoding/json says %v", m, r.Value, n.pointer, v.raw, want)
			}
		}
		for _, child := range n.children {
			visit(child)
		}
	}
	visit(d.plans[m.kind].root)
	m.compareFeatures(t, d, object, r, reject)
}

// compareFeatures compares the numbers and texts of driftd's own predictions.
func (m *mapped) compareFeatures(t *testing.T, d *Decoder, object map[string]any, r Record, reject *Reject) {
	t.Helper()
	if m.mapping.Preset != "driftd" || m.kind != Predictions || reject != nil {
		return
	}
	e := d.events[0]
	features, _ := object["features"].(map[string]any)
	undeclared := len(features)
	for i, f := range d.models[e.Model].Features {
		s := d.schemas[e.Model].slots[i]
		want, there := features[f.Name]
		if there {
			undeclared--
		}
		if f.Kind == Number {
			got := e.Numbers[s.at]
			if want, isNumber := want.(float64); isNumber != got.Valid || isNumber && math.Float64bits(want) != math.Float64bits(got.Float64) {
				if _, isBool := features[f.Name].(bool); !isBool {
					t.Errorf("%q: %s is %v, encoding/json says %v", r.Value, f.Name, got, want)
				}
			}
			continue
		}
		got := e.Texts[s.at]
		if want, isText := want.(string); isText && len(want) <= maxText && (!got.Valid || got.String != want) {
			t.Errorf("%q: %s is %v, encoding/json says %q", r.Value, f.Name, got, want)
		}
	}
	if e.Undeclared < undeclared { // more, when a name occurs twice
		t.Errorf("%q: %d undeclared, encoding/json says %d", r.Value, e.Undeclared, undeclared)
	}
}

// at follows a pointer through a document.
func at(document any, p Pointer) (any, bool) {
	for _, token := range p {
		switch d := document.(type) {
		case map[string]any:
			var there bool
			if document, there = d[token]; !there {
				return nil, false
			}
		case []any:
			i := element(token)
			if i < 0 || i >= len(d) {
				return nil, false
			}
			document = d[i]
		default:
			return nil, false
		}
	}
	return document, true
}
