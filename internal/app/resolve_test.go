package app

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
	"github.com/driftd/driftd/registry/mlflow"
)

func TestMain(m *testing.M) { parts.Main(m) }

var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// openStore returns a store on the real engine that has the model's table.
func openStore(t *testing.T, o *driver.Options, m ingest.Model) *clickhouse.Store {
	t.Helper()
	s, err := clickhouse.Open(clickhouse.Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password, DialTimeout: 30 * time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureModel(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return s
}

// predict stores ten predictions of each version, one a minute.
func predict(t *testing.T, s *clickhouse.Store, m ingest.Model, first int64, versions ...string) {
	t.Helper()
	p := &ingest.Predictions{Model: m}
	b := &ingest.Batch{Topic: "predictions", First: first, Predictions: []*ingest.Predictions{p}}
	for i, version := range versions {
		for j := range 10 {
			p.ID, p.Time = append(p.ID, fmt.Sprintf("%d-%d-%d", first, i, j)), append(p.Time, start.Add(time.Duration(j)*time.Minute))
			p.Version.Append(version)
			p.Role.Append("served")
			p.Score.Append(sql.NullFloat64{Float64: 0.5, Valid: true})
			p.Class.Append("1")
			p.Extra, p.Offset = append(p.Extra, nil), append(p.Offset, first+int64(len(p.Offset)))
		}
	}
	b.Last = first + int64(p.Rows()) - 1
	if err := s.Insert(t.Context(), b, false); err != nil {
		t.Fatal(err)
	}
}

// carry stores predictions with these undeclared features.
func carry(t *testing.T, s *clickhouse.Store, m ingest.Model, features ...map[string]string) {
	t.Helper()
	n := len(features)
	p := &ingest.Predictions{Model: m, Extra: features}
	for i := range features {
		for _, texts := range []*ingest.Texts{&p.Version, &p.Role, &p.Class} {
			texts.Append("")
		}
		p.Score.Append(sql.NullFloat64{})
		p.ID, p.Time, p.Offset = append(p.ID, fmt.Sprint(i)), append(p.Time, start), append(p.Offset, int64(i))
	}
	b := &ingest.Batch{Topic: "predictions", Last: int64(n) - 1, Predictions: []*ingest.Predictions{p}}
	if err := s.Insert(t.Context(), b, false); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tracking is a real MLflow server as training code uses it.
type tracking struct{ url string }

func (s tracking) call(t *testing.T, method, path string, in any) map[string]any {
	t.Helper()
	body, err := json.Marshal(in)
	if text, isText := in.(string); isText {
		body, err = []byte(text), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/api/2.0/"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out) // an upload answers with nothing of interest
	return out
}

// dig follows keys through nested objects to a text.
func dig(answer any, keys ...string) string {
	for _, key := range keys {
		answer = answer.(map[string]any)[key]
	}
	return answer.(string)
}

type object = map[string]any

// run is a training run of MLflow 2, its model among its artifacts.
func (s tracking) run(t *testing.T) (run string) {
	return dig(s.call(t, "POST", "mlflow/runs/create", object{"experiment_id": "0"}), "run", "info", "run_id")
}

// logged is a logged model of MLflow 3 with its run.
func (s tracking) logged(t *testing.T) (run, id string) {
	run = s.run(t)
	return run, dig(s.call(t, "POST", "mlflow/logged-models", object{"experiment_id": "0", "name": "model", "source_run_id": run}), "model", "info", "model_id")
}

func (s tracking) create(t *testing.T, name string) {
	s.call(t, "POST", "mlflow/registered-models/create", object{"name": name})
}

// register registers a version and returns its number.
func (s tracking) register(t *testing.T, version object) string {
	return dig(s.call(t, "POST", "mlflow/model-versions/create", version), "model_version", "version")
}

func newMLflow(t *testing.T, url string) registry.Registry {
	t.Helper()
	c := mlflow.DefaultConfig()
	c.URL, c.RatePerSecond, c.Burst, c.Timeout = url, 1000, 1000, time.Minute
	r, err := mlflow.New(c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// resolving is a resolver under test.
type resolving struct {
	resolver
	store *clickhouse.Store
	m     ingest.Model
}

func newResolving(t *testing.T, r versionLister, name string) resolving {
	m := ingest.Model{Name: name, Task: model.Binary}
	s := openStore(t, parts.Database(t), m)
	metrics := newEventMetrics(prometheus.NewRegistry(), []config.Model{{Policy: evaluate.Policy{Model: name}}})
	return resolving{resolver{registry: r, store: s, log: slog.New(slog.NewTextHandler(t.Output(), nil)), metrics: metrics}, s, m}
}

// want resolves at the tick and compares the rows of each version afterwards,
// and the number of ids that stay unresolved.
func (r resolving) want(t *testing.T, tick time.Time, unresolved int, rows map[string]uint64) {
	t.Helper()
	for range 2 { // a tick may be repeated
		if err := r.resolve(t.Context(), evaluate.Policy{Model: r.m.Name, Bucket: time.Hour}, tick); err != nil {
			t.Fatal(err)
		}
	}
	active, err := r.store.Activity(t.Context(), evaluate.Policy{Model: r.m.Name}, start, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, a := range active {
		got[a.Version] = a.Rows
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("rows by version at %s (-want +got):\n%s", tick, diff)
	}
	if n := testutil.ToFloat64(r.metrics.unresolved.WithLabelValues(r.m.Name)); n != float64(unresolved) {
		t.Errorf("%v versions unresolved at %s, want %d", n, tick, unresolved)
	}
	if left, err := r.store.Unresolved(t.Context(), r.m.Name); err != nil || len(left) != unresolved {
		t.Errorf("unresolved %v, %v, want %d", left, err, unresolved)
	}
}

func TestIdsAreResolvedThroughMLflow(t *testing.T) {
	s := tracking{parts.MLflow(t)}
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	r := newResolving(t, newMLflow(t, s.url), name)
	run2 := s.run(t)                // registered from its artifacts
	run3, logged3 := s.logged(t)    // registered from a logged model
	late, lateLogged := s.logged(t) // registered after its first traffic
	unknown := strings.Repeat("0f", 16)
	predict(t, r.store, r.m, 0, "1", run2, run3, logged3, late, lateLogged, unknown)

	r.want(t, start.Add(time.Hour), 6, map[string]uint64{"1": 10}) // nothing is registered, not even the model

	s.create(t, name)
	s.register(t, object{"name": name, "run_id": run2, "source": "mlflow-artifacts:/0/" + run2 + "/artifacts/model"})
	s.register(t, object{"name": name, "source": "models:/" + logged3, "model_id": logged3})
	r.registry = newMLflow(t, "http://127.0.0.1:1") // MLflow is down: nothing stops, nothing is lost
	r.want(t, start.Add(2*time.Hour), 6, map[string]uint64{"1": 10})
	r.registry = newMLflow(t, s.url)
	r.want(t, start.Add(3*time.Hour), 3, map[string]uint64{"1": 20, "2": 20})

	s.register(t, object{"name": name, "source": "models:/" + lateLogged, "model_id": lateLogged})
	predict(t, r.store, r.m, 1000, lateLogged)
	r.want(t, start.Add(4*time.Hour), 1, map[string]uint64{"1": 20, "2": 20, "3": 30})
	past, err := r.store.LoadPast(t.Context(), name, start.Add(4*time.Hour))
	if diff := cmp.Diff(map[string]time.Time{"3": start}, past.Evaluate.Reopened); err != nil || diff != "" {
		t.Errorf("reopened: %s, %v", diff, err)
	}
}

// The registry in a file resolves alike.
func TestIdsAreResolvedThroughTheFile(t *testing.T) {
	f, err := filestore.New(filestore.Config{Path: filepath.Join(t.TempDir(), "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	run, logged := strings.Repeat("ab", 16), "m-"+strings.Repeat("cd", 16)
	r := newResolving(t, f, "churn")
	predict(t, r.store, r.m, 0, run, logged)
	r.want(t, start.Add(time.Hour), 2, map[string]uint64{})
	for _, v := range []registry.Version{{RunID: run}, {Source: "models:/" + logged}} {
		v.Ref = model.Ref{Name: "churn"}
		if _, err := f.Register(context.Background(), v); err != nil {
			t.Fatal(err)
		}
	}
	r.want(t, start.Add(2*time.Hour), 0, map[string]uint64{"1": 10, "2": 10})
}

// stored are ids of predictions; it counts how often it is asked for them.
type stored struct {
	idStore
	ids   []clickhouse.Unresolved
	asked int
}

func (s *stored) Unresolved(context.Context, string) ([]clickhouse.Unresolved, error) {
	s.asked++
	return s.ids, nil
}

func (s *stored) Resolve(context.Context, string, time.Time, []clickhouse.Unresolved, map[string]string) error {
	return nil
}

type listed []registry.Version

func (r listed) Versions(context.Context, string) ([]registry.Version, error) { return r, nil }

// An id that is left is looked for at every tick, new ones when a bucket has closed.
func TestIdsAreLookedForWhenABucketCloses(t *testing.T) {
	run := strings.Repeat("ab", 16)
	known := listed{{Ref: model.Ref{Name: "churn", Version: "1"}, RunID: run}}
	s := &stored{}
	metrics := newEventMetrics(prometheus.NewRegistry(), nil)
	for _, step := range []struct {
		minute     int
		ids        []clickhouse.Unresolved
		registered listed
		asked      int
		why        string
	}{
		{0, nil, nil, 1, "nothing was asked before"},
		{15, nil, nil, 1, "no bucket has closed"},
		{30, nil, nil, 1, "no bucket has closed"},
		{60, []clickhouse.Unresolved{{ID: run}}, nil, 2, "a bucket has closed"},
		{75, []clickhouse.Unresolved{{ID: run}}, nil, 3, "the id is left"},
		{90, []clickhouse.Unresolved{{ID: run}}, known, 4, "the id is left"},
		{105, nil, known, 4, "it was resolved"},
		{120, nil, known, 5, "a bucket has closed"},
		{75, nil, known, 6, "a tick of another bucket"},
	} {
		r := resolver{registry: step.registered, store: s, log: slog.New(slog.DiscardHandler), metrics: metrics}
		s.ids = step.ids
		if err := r.resolve(t.Context(), evaluate.Policy{Model: "churn", Bucket: time.Hour}, start.Add(time.Duration(step.minute)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if s.asked != step.asked {
			t.Fatalf("minute %d: asked %d times, want %d: %s", step.minute, s.asked, step.asked, step.why)
		}
	}
}
