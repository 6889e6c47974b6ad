package config

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/ingest/decode"
)

// fence is a fenced block of a Markdown file.
type fence struct {
	info, text string
	line       int
}

func fences(t *testing.T, file string) []fence {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []fence
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		info, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && !open:
			open = true
			all = append(all, fence{info: info, line: i + 1})
		case isFence:
			open = false
		case open:
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

// The examples of the documentation say what really happens.
func TestExamplesOfMappings(t *testing.T) {
	var models, topic string
	var record decode.Record
	var messages int
	presets := map[string]bool{}
	for _, f := range fences(t, "../../docs/mapping.md") {
		switch f.info {
		case "yaml models":
			models = f.text
		case "yaml topic":
			topic, record = f.text, decode.Record{}
		case "text record":
			record = parseRecord(t, f)
		case "json message":
			record.Value = []byte(strings.TrimSuffix(f.text, "\n"))
		case "json events":
			messages++
			c := parse(t, "kafka:\n  brokers: [k:9092]\n  topics:\n  -\n"+indent(indent(topic))+"\nmodels:\n"+models)
			got := events(t, c, record)
			var want []any
			for line := range strings.Lines(f.text) {
				want = append(want, unmarshal(t, line))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("docs/mapping.md:%d (-docs +driftd):\n%s", f.line, diff)
			}
			name := "driftd"
			if m := c.Kafka.Topics[0].Mapping; m != nil && m.Preset != "" {
				name = m.Preset
			}
			presets[name] = true
		default:
			t.Errorf("docs/mapping.md:%d: a block %q", f.line, f.info)
		}
	}
	for _, name := range decode.PresetNames() {
		if !presets[name] {
			t.Errorf("preset %s has no example", name)
		}
	}
	t.Logf("%d messages", messages)
}

func unmarshal(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func parseRecord(t *testing.T, f fence) decode.Record {
	t.Helper()
	var r decode.Record
	for line := range strings.Lines(f.text) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		header, isHeader := strings.CutPrefix(name, "header ")
		var err error
		switch {
		case ok && isHeader:
			r.Headers = append(r.Headers, decode.Header{Key: header, Value: []byte(value)})
		case ok && name == "key":
			r.Key = []byte(value)
		case ok && name == "time":
			r.Time, err = time.Parse(time.RFC3339, value)
		default:
			err = fmt.Errorf("neither key, time nor header")
		}
		if err != nil {
			t.Fatalf("docs/mapping.md:%d: %q: %v", f.line, line, err)
		}
	}
	return r
}

// events decodes the record as the first topic says, into driftd's own form.
func events(t *testing.T, c Config, r decode.Record) []any {
	t.Helper()
	topic := c.Kafka.Topics[0]
	kind, m := decode.Predictions, decode.Mapping{}
	if topic.Kind == ingest.OutcomesTopic {
		kind = decode.Outcomes
	}
	if topic.Mapping != nil {
		m = *topic.Mapping
	}
	var models []ingest.Model
	for _, m := range c.Models {
		models = append(models, m.Ingest)
	}
	d, err := decode.NewMapped(models, 1<<20, kind, m)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	var reject *decode.Reject
	if kind == decode.Outcomes {
		var all []decode.Outcome
		all, reject = d.Outcomes(r)
		for _, o := range all {
			e := map[string]any{"prediction_id": o.ID, "model": o.Model, "timestamp": o.Time.Format(time.RFC3339Nano)}
			if o.Label != "" {
				e["label"] = o.Label
			}
			if o.Value.Valid {
				e["value"] = o.Value.Float64
			}
			out = append(out, e)
		}
	} else {
		var all []decode.Prediction
		all, reject = d.Predictions(r)
		for _, p := range all {
			out = append(out, prediction(d.Models()[p.Model], p))
		}
	}
	switch {
	case reject != nil && reject.Reason.Skipped():
		out = append(out, map[string]any{"skipped": string(reject.Reason)})
	case reject != nil:
		out = append(out, map[string]any{"reject": string(reject.Reason), "detail": reject.Detail})
	}
	return out
}

func prediction(m ingest.Model, p decode.Prediction) map[string]any {
	e := map[string]any{"prediction_id": p.ID, "model": m.Name, "version": p.Version, "timestamp": p.Time.Format(time.RFC3339Nano), "role": p.Role}
	if p.Score.Valid {
		e["score"] = p.Score.Float64
	}
	if p.Class != "" {
		e["prediction"] = p.Class
	}
	features, segment, scores := map[string]any{}, map[string]any{}, map[string]any{}
	numbers, texts := 0, 0
	for _, f := range m.Features {
		if f.Kind == ingest.Number {
			if v := p.Numbers[numbers]; v.Valid {
				features[f.Name] = v.Float64
			}
			numbers++
			continue
		}
		if v := p.Texts[texts]; v.Valid {
			features[f.Name] = v.String
		}
		texts++
	}
	for name, text := range p.Extra {
		features["extra "+name] = text
	}
	for i, name := range m.Segments {
		if p.Segments[i] != "" {
			segment[name] = p.Segments[i]
		}
	}
	for i, class := range m.Classes {
		if v := p.Scores[i]; v.Valid {
			scores[class] = v.Float64
		}
	}
	for key, members := range map[string]map[string]any{"features": features, "segment": segment, "scores": scores} {
		if len(members) > 0 {
			e[key] = members
		}
	}
	return e
}

func TestNamesThatNoModelKnowsAreWarnedOf(t *testing.T) {
	const text = `
kafka:
  brokers: [k:9092]
  topics:
    - name: log
      kind: predictions
      mapping:
        feature_names: [tenure, plam]
        fields: {model: constant chum, features.tenur: /t, features.plan: /p, segment.regio: /r, segment.region: /s, scores.ys: /c, scores.yes: /d}
models:
  - {name: churn, task: binary, positive: 1, features: {tenure: number, plan: category}, segments: [region]}
  - {name: pet, task: multiclass, classes: [yes, no], features: {age: number}}
`
	var got []string
	for _, w := range parse(t, text).Warnings {
		got = append(got, fmt.Sprintf("%d %s: %s", w.Line, w.Path, w.Message))
	}
	want := []string{
		`8 kafka.topics[0].mapping.feature_names[1]: no model has the feature "plam": did you mean plan?`,
		`9 kafka.topics[0].mapping.fields.model: no model has the name "chum": did you mean churn?`,
		`9 kafka.topics[0].mapping.fields["features.tenur"]: no model has the feature "tenur": did you mean tenure?`,
		`9 kafka.topics[0].mapping.fields["segment.regio"]: no model has the segment "regio": did you mean region?`,
		`9 kafka.topics[0].mapping.fields["scores.ys"]: no model has the class "ys": did you mean yes?`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if c := parse(t, text+"  - {name: price, task: regression}\n"); len(c.Warnings) != 3 {
		t.Errorf("a model without features may have any: %v", c.Warnings)
	}
}
