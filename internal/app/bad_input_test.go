package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

const badInput = `
kafka:
  brokers: [%q]
  group: bad-input
  max_message: 4KB
  flush: {after: 5ms}
  topics: [{name: bad.predictions, kind: predictions}, {name: bad.outcomes, kind: outcomes}, {name: bad.empty, kind: predictions}]
%s
registry: {file: %q}
http: {listen: "127.0.0.1:0"}
models:
`

const badModel = `  - name: %s
    task: binary
    positive: "1"
    features: {x: number, plan: category, ghost: number}
    schedule: "30 2 * * *"
    labels: {maturity: 1h}
    reference: {first_days: 1}
    performance: {metrics: [accuracy, auc, brier]}
    act: {mode: auto, min_bake: 1h}
`

const badRegistry = `{"models": {"good": {"aliases": {"champion": "1"}, "versions": {"1": {}}}}}`

// absurd are messages that are no events, with the reason each is rejected for.
var absurd = []struct{ topic, message, reason string }{
	{"bad.predictions", `{"prediction_id":"a",`, "bad_json"},
	{"bad.predictions", "\xff\xfe\x00", "bad_json"},
	{"bad.predictions", `[1, 2, 3]`, "bad_json"},
	{"bad.outcomes", `not JSON at all`, "bad_json"},
	{"bad.predictions", "", "empty_message"},
	{"bad.predictions", `{"prediction_id":"a","model":"good","timestamp":"2026-03-02T10:00:00Z"}`, "missing_field"},
	{"bad.outcomes", `{"model":"good","timestamp":"2026-03-02T10:00:00Z","label":"1"}`, "missing_field"},
	{"bad.predictions", `{"prediction_id":"a","model":"good","version":"1","timestamp":"2026-03-02T10:00:00Z","score":"high"}`, "bad_field"},
	{"bad.predictions", `{"prediction_id":"a","model":"good","version":"1","timestamp":"yesterday","score":0.5}`, "bad_field"},
	{"bad.predictions", `{"prediction_id":"a","model":"nobody","version":"1","timestamp":"2026-03-02T10:00:00Z","score":0.5}`, "unknown_model"},
	{"bad.outcomes", `{"prediction_id":"a","model":"nobody","timestamp":"2026-03-02T10:00:00Z","label":"1"}`, "unknown_model"},
	{"bad.predictions", `{"prediction_id":"a","model":"good","version":"1","timestamp":"2199-03-02T10:00:00Z","score":0.5}`, "timestamp_future"},
	{"bad.predictions", `{"prediction_id":"a","model":"good","version":"1","timestamp":1709287,"score":0.5}`, "timestamp_past"},
	{"bad.outcomes", `{"prediction_id":"a","model":"good","timestamp":"2026-03-02T10:00:00Z"}`, "no_outcome"},
	{"bad.predictions", `{"prediction_id":"` + strings.Repeat("long", 2000) + `"}`, "too_large"},
}

// odd are events all right, though nobody would expect them.
var odd = []struct{ topic, message string }{
	{"bad.predictions", `{"prediction_id":"unknown-version-1","model":"good","version":"99","timestamp":"2026-03-02T10:00:00Z","score":0.5}`},
	{"bad.predictions", `{"prediction_id":"features-missing","model":"good","version":"1","timestamp":"2026-03-02T10:00:01Z","score":0.5,"prediction":"0"}`},
	{"bad.predictions", `{"prediction_id":"wrong-types","model":"good","version":"1","timestamp":"2026-03-02T10:00:02Z","score":0.5,"prediction":"0","features":{"x":"twelve","plan":{"a":1},"ghost":null}}`},
	{"bad.predictions", `{"prediction_id":"undeclared","model":"good","version":"1","timestamp":"2026-03-02T10:00:03Z","score":0.5,"prediction":"0","features":{"colour":"blue"}}`},
	{"bad.predictions", `{"prediction_id":"score-absurd","model":"good","version":"1","timestamp":"2026-03-02T10:00:04Z","score":1e300,"prediction":"0"}`},
	{"bad.predictions", `{"prediction_id":"ancient-x","model":"ancient","version":"1","timestamp":"1990-03-02T10:00:00Z","score":0.5,"prediction":"0"}`},
	{"bad.outcomes", `{"prediction_id":"of-nothing","model":"good","timestamp":"2026-03-02T10:00:00Z","label":"1"}`},
	{"bad.outcomes", `{"prediction_id":"good-1-7","model":"good","timestamp":"2026-03-01T00:00:00Z","label":"1"}`}, // before its prediction
	{"bad.outcomes", `{"prediction_id":"good-1-8","model":"good","timestamp":"2026-03-02T00:00:00Z","label":"a word that is no class"}`},
}

const (
	perDay = 1200
	days   = 4
)

// traffic is days of ordinary predictions and labels of every model but the
// silent one, each as it should be but for what the model is named after.
func traffic(send func(topic, message string, at time.Time)) {
	first := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	for day := range days {
		for i := range perDay {
			at := first.AddDate(0, 0, day).Add(time.Duration(i) * 24 * time.Hour / perDay)
			for _, name := range []string{"good", "oneclass", "unlabelled", "lonely", "ancient"} {
				if name == "lonely" && i > 2 {
					continue
				}
				id := fmt.Sprintf("%s-%d-%d", name, day, i)
				score := float64((i*7919)%1000) / 1000
				class := "0"
				if score > 0.5 {
					class = "1"
				}
				send("bad.predictions", fmt.Sprintf(`{"prediction_id":%q,"model":%q,"version":"1","timestamp":%q,"score":%g,"prediction":%q,"features":{"x":%d,"plan":"p%d","ghost":null}}`,
					id, name, at.Format(time.RFC3339Nano), score, class, i%100, i%3), at)
				label := "0"
				if name != "oneclass" && (i*104729)%1000 < int(1000*score) {
					label = "1"
				}
				if name != "unlabelled" {
					send("bad.outcomes", fmt.Sprintf(`{"prediction_id":%q,"model":%q,"timestamp":%q,"label":%q}`, id, name, at.Add(time.Minute).Format(time.RFC3339Nano), label), at.Add(time.Minute))
				}
			}
		}
	}
}

// Whatever is sent, the daemon stays up, every message is an event or a reject,
// the metrics count what the tables hold, and nothing is judged that cannot be.
func TestBadInputIsKeptCountedAndNeverJudged(t *testing.T) {
	broker := parts.Kafka(t)
	client := producer(t, broker, "bad.predictions", "bad.outcomes", "bad.empty")
	dir := t.TempDir()
	text := fmt.Sprintf(badInput, broker, server(t, dir), write(t, dir, "registry.json", badRegistry))
	names := []string{"good", "oneclass", "unlabelled", "lonely", "ancient", "silent"}
	for _, name := range names {
		text += fmt.Sprintf(badModel, name)
	}
	c := parse(t, text)
	migrate(t, c)

	var mu sync.Mutex
	last := map[string]evaluate.Verdict{}
	results := map[string][]evaluate.Result{}
	var acts []alerts.Line
	d := run(t, app.Options{
		Config: c, Stepped: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC),
		Observe: func(_ config.Model, verdicts []evaluate.Verdict, plan alerts.Plan) {
			mu.Lock()
			defer mu.Unlock()
			for _, v := range verdicts {
				last[v.Ref.String()] = v
				results[v.Ref.String()] = append(results[v.Ref.String()], v.Results...)
			}
			for _, line := range plan.Lines {
				if line.What == alerts.Demote {
					acts = append(acts, line)
				}
			}
		},
	})
	d.started()

	sent := map[string]int{}
	send := func(topic, message string, at time.Time) {
		sent[topic]++
		client.Produce(context.Background(), &kgo.Record{Topic: topic, Value: []byte(message), Timestamp: at}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce to %s: %v", topic, err)
			}
		})
	}
	noon := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	rejects := map[string]uint64{}
	for _, m := range absurd {
		send(m.topic, m.message, noon)
		rejects[m.reason]++
	}
	for _, m := range odd {
		send(m.topic, m.message, noon)
	}
	traffic(send)
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Advance(t.Context(), time.Date(2026, time.March, 1+days, 3, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}

	// Sent is stored, as an event or as a reject, and counted as such.
	total, predictions, outcomes := 0, 0, 0
	for _, name := range names {
		stored, err := d.Store().Stored(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		predictions, outcomes = predictions+int(stored.Predictions), outcomes+int(stored.Outcomes)
		if diff := cmp.Diff(rejects, stored.Rejects); diff != "" {
			t.Errorf("rejects (-want +stored):\n%s", diff)
		}
	}
	for _, n := range sent {
		total += n
	}
	if got := predictions + outcomes + len(absurd); got != total {
		t.Errorf("%d messages sent, %d stored: %d predictions, %d outcomes, %d rejects", total, got, predictions, outcomes, len(absurd))
	}
	for reason, n := range rejects {
		if got := d.metric("driftd_ingest_rejects_total", map[string]string{"reason": reason}); got != float64(n) {
			t.Errorf("metric counts %g rejects for %s, the table %d", got, reason, n)
		}
	}
	for topic, n := range map[string]int{"bad.predictions": predictions, "bad.outcomes": outcomes, "bad.empty": 0} {
		if got := d.metric("driftd_ingest_events_total", map[string]string{"topic": topic, "result": "stored"}); got != float64(n) {
			t.Errorf("metric counts %g events of %s, the table %d", got, topic, n)
		}
	}
	for name, want := range map[string]float64{"driftd_ingest_type_violations_total": 2, "driftd_ingest_undeclared_features_total": 1} {
		if got := d.metric(name, map[string]string{"model": "good"}); got != want {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}

	// What cannot be judged says why; what can is none the worse for the rest.
	mu.Lock()
	defer mu.Unlock()
	if len(acts) > 0 {
		t.Errorf("acted: %+v", acts)
	}
	for _, test := range []struct {
		version string
		status  evaluate.Status
		reason  string
	}{
		{"good@1", evaluate.Healthy, ""},
		{"ancient@1", evaluate.Healthy, ""},
		{"good@99", evaluate.Inconclusive, evaluate.ReasonCoverage},
		{"oneclass@1", evaluate.Inconclusive, string(performance.SingleClass)},
		{"unlabelled@1", evaluate.Inconclusive, evaluate.ReasonNoLabels},
		{"lonely@1", evaluate.Inconclusive, evaluate.ReasonNoLabels},
	} {
		v, ok := last[test.version]
		if !ok || v.Status != test.status || v.Reason != test.reason {
			t.Errorf("%s is %s (%q), judged %v; want %s (%q)", test.version, v.Status, v.Reason, ok, test.status, test.reason)
		}
		delete(last, test.version)
	}
	if len(last) > 0 {
		t.Errorf("judged, too: %v", last)
	}
	ghosts := 0
	for _, r := range results["good@1"] {
		if r.Feature == "ghost" && !evaluate.DataCheck(r.Check) { // of data, that it is missing as ever is healthy
			ghosts++
			if r.Value != nil || r.Reason == "" {
				t.Errorf("a feature that is always null has %+v", r)
			}
		}
	}
	if ghosts == 0 || !slices.ContainsFunc(results["good@1"], func(r evaluate.Result) bool { return r.Check == "auc" && r.Value != nil }) {
		t.Errorf("good@1 was not measured: %d results of ghost among %d", ghosts, len(results["good@1"]))
	}
	if problems, err := testutil.GatherAndLint(d.App); err != nil || len(problems) > 0 {
		t.Errorf("metrics: %v %v", problems, err)
	}
}
