package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

var update = flag.Bool("update", false, "rewrite the expected messages")

// Every rule has a file that breaks it, beside the messages a person then reads.
func TestBrokenFilesAreExplained(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/broken: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			_, err := Load(file)
			if err == nil {
				t.Fatal("accepted")
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error is a %T, want a list of problems", err)
			}
			got := strings.ReplaceAll(err.Error(), file, name+".yaml") + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// parse reads a text that must be fine.
func parse(t *testing.T, text string) Config {
	t.Helper()
	c, err := Parse("driftd.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	return c
}

const smallest = `models: [{name: churn, task: binary, positive: 1}]`

func TestASecretInPlainTextIsWarnedOf(t *testing.T) {
	const head = `{kafka: {brokers: ["k:9092"], topics: [{name: events, kind: predictions}], sasl: `
	for rest, warned := range map[string]bool{
		`{mechanism: plain, username: u, password_file: testdata/secret}}, `:          true,
		`{mechanism: plain, username: u, password_file: testdata/secret}, tls: {}}, `: false,
		`{mechanism: oauthbearer, token_file: testdata/secret}}, `:                    true,
		`{mechanism: scram-sha-256, username: u, password_file: testdata/secret}}, `:  false,
	} {
		c := parse(t, head+rest+smallest+"}")
		if got := len(c.Warnings) == 1 && c.Warnings[0].Path == "kafka.sasl"; got != warned {
			t.Errorf("%s: warnings %v, want one of kafka.sasl: %v", rest, c.Warnings, warned)
		}
	}
}

func TestTheSmallestFileMeansTheEmbeddedDefaults(t *testing.T) {
	c := parse(t, smallest)
	if c.Kafka != nil || c.Slack != nil || c.Registry.MLflow != nil {
		t.Errorf("kafka %v, slack %v, mlflow %v: want none", c.Kafka, c.Slack, c.Registry.MLflow)
	}
	if c.Engine == nil || c.Engine.Path != "driftd-data/clickhouse" || c.ClickHouse.Database != "driftd" {
		t.Errorf("engine %+v, database %q: want the embedded engine", c.Engine, c.ClickHouse.Database)
	}
	if c.Registry.File != "driftd-data/registry.json" || c.HTTP.Listen != "127.0.0.1:9464" {
		t.Errorf("registry %q, http %q", c.Registry.File, c.HTTP.Listen)
	}
	want := Model{
		Policy: evaluate.Policy{
			Model: "churn", Task: model.Binary, Positive: "1",
			Bucket: time.Hour, Lateness: 5 * time.Minute,
			Source: evaluate.ReferenceSource{FirstDays: 14},
			Drift:  evaluate.DriftPolicy{Window: day, Measures: []string{"psi", "ks"}, Tolerate: map[string]float64{"psi": 0.1, "ks": 0.05}},
			Quality: evaluate.QualityPolicy{
				Checks:   []string{"missing", "invalid", "unseen", "rejects", "volume", "freshness"},
				Tolerate: map[string]float64{"missing": 0.01, "invalid": 0.001, "unseen": 0.01, "rejects": 0.01, "volume": 0.7, "freshness": 1},
			},
			Live:    evaluate.LivePolicy{Block: day, MinLabels: 200, Coverage: 0.8},
			Budgets: evaluate.Budgets{Demotions: 0.01, Pages: 0.5, DriftAlerts: 2, DataAlerts: 2},
		},
		Alerts: alerts.Policy{
			Model: "churn", Slot: "alias champion", Mode: alerts.Observe,
			MinBake: 6 * time.Hour, Cooldown: day, Effect: 30 * time.Minute, MaxAge: 90 * day, Approval: 4 * time.Hour, Stalled: 4,
			Interval: 15 * time.Minute, Repeat: day,
		},
		Ingest: ingest.Model{Name: "churn", Task: model.Binary},
		Slot:   registry.Slot{Kind: registry.Alias, Name: "champion"}, Signature: true,
		Gate: Gate{Rules: gate.Rules{Accuracy: 0.85, AUC: 0.8, TolerateAUC: 0.01, Labels: 200}, Experiment: "Default", Challenger: "challenger"},
	}
	got := c.Models[0]
	if got.Schedule.String() != "*/15 * * * *" {
		t.Errorf("schedule %q", got.Schedule)
	}
	got.Schedule = want.Schedule
	// The slot's name is shown by alerts, so it must be derived, not repeated.
	if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
}

func TestTheExampleIsFine(t *testing.T) {
	c := parse(t, example(t))
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	m := c.Models[0]
	wantFeatures := []evaluate.Feature{{Name: "tenure", Kind: drift.Numeric}, {Name: "balance", Kind: drift.Numeric}, {Name: "plan", Kind: drift.Categorical}}
	if diff := cmp.Diff(wantFeatures, m.Policy.Features); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	if m.Policy.Maturity != 72*time.Hour || m.Policy.Live.Floor["auc"] != 0.8 || m.Alerts.Channel != "#churn-ml" {
		t.Errorf("policy %+v, alerts %+v", m.Policy, m.Alerts)
	}
	if got := m.Policy.Source.To.Sub(m.Policy.Source.From); got != 28*day {
		t.Errorf("reference of %s", got)
	}
	if c.Engine != nil || c.ClickHouse.Username != "driftd" || len(c.Kafka.Topics) != 2 {
		t.Errorf("engine %v, clickhouse %+v, kafka %+v", c.Engine, c.ClickHouse, c.Kafka)
	}
}

// example is the example file with its secrets in the test's directory.
func example(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/examples/driftd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/"
	for _, name := range []string{"clickhouse", "mlflow", "slack"} {
		if err := os.WriteFile(dir+name, []byte("secret-of-"+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(string(text), "/run/secrets/", dir)
}

func TestPrintReadsBackToTheSameAndKeepsSecrets(t *testing.T) {
	for name, text := range map[string]string{"smallest": smallest, "example": example(t), "hard": `
clickhouse: {embedded: {path: "a b", max_memory: 2GB}}
log: {level: debug, format: json}
kafka:
  brokers: [kafka-1:9092]
  topics:
    - name: log
      kind: predictions
      mapping:
        preset: cloudevents
        root: ""
        rows: /data/a~1b
        timestamp_unit: us
        feature_names: [x, "y z"]
        where: {"header ce_type": a, /kind: "1"}
        deletes: {/gone: "true"}
        fields: {model: constant churn, prediction_id: [row /id, row name], score: [], "features.a.b": key, features: row, role: header my role}
models:
  - {name: "0123", task: multiclass, features: {"a.b": number, "yes": category, "x: y": number, "at": timestamp}, labels: {maturity: 90m}, lateness: 0s}
  - {name: chosen, task: multiclass, reference: {version: serving, ignore_baseline: true}, drift: {window: auto, compare: [same_hours]}}
  - {name: price, task: regression, serving: {stage: Production}, act: {mode: auto, fallback: alias fallback, quiet_hours: [sat-sun, "mon-fri 18:00-08:00 Europe/Berlin"]}}
`} {
		t.Run(name, func(t *testing.T) {
			c := parse(t, text)
			var printed bytes.Buffer
			if err := c.Print(&printed); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(printed.String(), "secret-of") {
				t.Errorf("a secret was printed:\n%s", &printed)
			}
			again := parse(t, printed.String())
			if diff := cmp.Diff(fmt.Sprintf("%+v", c.Models), fmt.Sprintf("%+v", again.Models)); diff != "" {
				t.Errorf("models (-first +again):\n%s\n%s", diff, &printed)
			}
			if diff := cmp.Diff(c.Kafka, again.Kafka, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
				t.Errorf("kafka (-first +again):\n%s\n%s", diff, &printed)
			}
			var reprinted bytes.Buffer
			if err := again.Print(&reprinted); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(printed.String(), reprinted.String()); diff != "" {
				t.Errorf("printed again (-first +again):\n%s", diff)
			}
		})
	}
}

func TestKindsOfFeatures(t *testing.T) {
	m := parse(t, "models: [{name: m, task: regression, features: {a: number, b: category, c: boolean, d: timestamp}}]\n").Models[0]
	stored := []ingest.Feature{{Name: "a", Kind: ingest.Number}, {Name: "b", Kind: ingest.Category}, {Name: "c", Kind: ingest.Category}, {Name: "d", Kind: ingest.Timestamp}}
	if diff := cmp.Diff(stored, m.Ingest.Features); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	compared := []evaluate.Feature{{Name: "a", Kind: drift.Numeric}, {Name: "b", Kind: drift.Categorical}, {Name: "c", Kind: drift.Categorical}, {Name: "d", Kind: drift.Numeric, Age: true}}
	if diff := cmp.Diff(compared, m.Policy.Features); diff != "" {
		t.Errorf("compared (-want +got):\n%s", diff)
	}
}

func TestValuesAreTakenAsWritten(t *testing.T) {
	t.Setenv("CHURN", "expanded")
	c := parse(t, `models: [{name: "${CHURN}", task: binary, positive: no, segments: [on, 1.0]}]`)
	m := c.Models[0]
	if m.Policy.Model != "${CHURN}" || m.Policy.Positive != "no" {
		t.Errorf("model %q, positive %q", m.Policy.Model, m.Policy.Positive)
	}
	if diff := cmp.Diff([]string{"on", "1.0"}, m.Ingest.Segments); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
}

func TestMetricsByTask(t *testing.T) {
	for task, want := range map[string]map[string]float64{
		"binary, positive: 1": {"accuracy": 0.01, "auc": 0.01, "brier": 0.005},
		"multiclass":          {"accuracy": 0.01},
		"regression":          {"mae": 0.05},
		"binary, positive: 1, performance: {metrics: [ece, f1, log_loss]}": {"f1": 0.02, "log_loss": 0.05},
		"regression, performance: {metrics: [r2], floor: {}}":              nil,
		"regression, performance: {metrics: [mae], floor: {mae: 120}}":     {"mae": 0.05},
	} {
		live := parse(t, "models: [{name: a, labels: {maturity: 1h}, task: "+task+"}]").Models[0].Policy.Live
		if diff := cmp.Diff(want, live.Tolerate, cmpopts.EquateEmpty()); diff != "" || len(live.Metrics) < len(want) {
			t.Errorf("%s: metrics %v, tolerated (-want +got):\n%s", task, live.Metrics, diff)
		}
	}
}

func TestWarningsDoNotRefuse(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"accuracy below guessing", `models: [{name: a, task: binary, positive: 1, labels: {maturity: 1h}, performance: {floor: {accuracy: 0.4}}}]`,
			"models[0].performance.floor.accuracy: warning: 0.4: guessing"},
		{"auc below guessing", `models: [{name: a, task: binary, positive: 1, labels: {maturity: 1h}, performance: {floor: {auc: 0.4}}}]`,
			"models[0].performance.floor.auc: warning: 0.4: guessing"},
		{"nobody may press", "slack: {token_file: testdata/secret, app_token_file: testdata/secret}\n" + smallest, `slack: warning: nobody may press a button`},
		{"nothing to press", "slack: {token_file: testdata/secret, people: {U024BE7LH: alice}}\n" + smallest, `slack.people: warning: messages have no buttons`},
		{"open to the network", "http: {listen: \"0.0.0.0:9464\"}\n" + smallest, `http.listen: warning: "0.0.0.0:9464"`},
		{"acting in silence", `models: [{name: a, task: binary, positive: 1, act: {mode: auto}}]`,
			`models[0].act.mode: warning: "auto" without notify.channel`},
		{"quiet without auto", `models: [{name: a, task: binary, positive: 1, act: {quiet_hours: sat-sun}}]`,
			"models[0].act.quiet_hours: warning: nothing is moved without a person in mode observe anyway"},
		{"short reference", `models: [{name: a, task: binary, positive: 1, reference: {from: 2026-09-01T00:00:00Z, to: 2026-09-08T00:00:00Z}}]`,
			"models[0].reference: warning: holds 7 windows"},
		{"absolute evidence that acts", `models: [{name: a, task: binary, positive: 1, labels: {maturity: 1h}, performance: {evidence: absolute}, act: {mode: approve}}]`,
			"models[0].performance.evidence: warning: absolute evidence may demote"},
		{"nothing may demote", `models: [{name: a, task: regression, labels: {maturity: 1h}, act: {mode: auto}, notify: {channel: "#a"}}]` + "\nslack: {token_file: testdata/secret}",
			`models[0].act.mode: warning: "auto": no metric may demote: of regression models none does`},
		{"nothing chosen may demote", `models: [{name: a, task: binary, positive: 1, labels: {maturity: 1h}, performance: {metrics: [f1]}, act: {mode: approve}, notify: {channel: "#a"}}]` + "\nslack: {token_file: testdata/secret}",
			`models[0].act.mode: warning: "approve": no metric may demote: add accuracy or auc or brier`},
		{"confidence without tolerance", `models: [{name: a, task: binary, positive: 1, labels: {maturity: 1h}, validate: {confidence: 0.95}}]`,
			"models[0].validate.tolerate: warning: 0 with a confidence"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := parse(t, tt.text)
			for _, w := range c.Warnings {
				if strings.Contains(w.String(), tt.want) {
					return
				}
			}
			t.Errorf("warnings %v, want %q", c.Warnings, tt.want)
		})
	}
}

// What is empty and given differs from what is absent: TLS with the system's
// authorities, and no features rather than those of the signature.
func TestEmptySectionsArePrinted(t *testing.T) {
	c := parse(t, `{kafka: {brokers: ["k:9092"], topics: [{name: events, kind: predictions}], tls: {}}, models: [{name: churn, task: binary, positive: 1, features: {}}]}`)
	var printed bytes.Buffer
	if err := c.Print(&printed); err != nil {
		t.Fatal(err)
	}
	again := parse(t, printed.String())
	if again.Kafka.TLS == nil || again.Models[0].Signature {
		t.Errorf("read back: tls %v, features of the signature %v\n%s", again.Kafka.TLS, again.Models[0].Signature, &printed)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	if _, err := Load("testdata/no-such-file.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Load("testdata"); err == nil {
		t.Error("a directory was read as a configuration")
	}
	if _, err := Parse("big.yaml", make([]byte, maxSize+1)); err == nil || !strings.Contains(err.Error(), "longer than 10 MB") {
		t.Errorf("a file of %d bytes: %v", maxSize+1, err)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/broken/*.yaml")
	for _, file := range append(files, "../../docs/examples/driftd.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("_file")) {
			return // it would name files of the machine
		}
		c, err := Parse("f.yaml", text)
		if err != nil {
			list, ok := errors.AsType[*Error](err)
			if !ok || len(list.Problems) == 0 {
				t.Fatalf("error %v without problems", err)
			}
			for _, p := range list.Problems {
				if p.Line < 1 || p.Column < 1 || p.Message == "" {
					t.Errorf("problem without a place or a message: %+v", p)
				}
			}
			return
		}
		var printed bytes.Buffer
		if err := c.Print(&printed); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse("printed.yaml", printed.Bytes()); err != nil {
			t.Errorf("what was printed is refused: %v\n%s", err, &printed)
		}
	})
}

func TestDigestIsATimeOfDay(t *testing.T) {
	c := parse(t, "slack: {token_file: testdata/secret}\n"+strings.TrimSuffix(smallest, "}]")+`, notify: {channel: "#c", digest: "18:05"}}]`)
	if got := c.Models[0].Alerts.Digest; got == nil || *got != 18*time.Hour+5*time.Minute {
		t.Errorf("digest %v, want 18:05", got)
	}
}
