package app

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

// shadow stores a day of n requests that every version scores, wrong of them
// wrongly, and their labels of an hour later.
func shadow(t *testing.T, s *clickhouse.Store, m ingest.Model, day, n int, wrong map[string]int) {
	t.Helper()
	p := &ingest.Predictions{Model: m}
	b := &ingest.Batch{Topic: fmt.Sprintf("day%d", day), Predictions: []*ingest.Predictions{p}}
	at := start.AddDate(0, 0, day)
	for i := range n {
		positive := i%2 == 0
		label := map[bool]string{true: "1", false: "0"}
		id, when := fmt.Sprintf("%d-%d", day, i), at.Add(time.Duration(i)*time.Minute)
		for version, errors := range wrong {
			says := positive == (i >= errors)
			p.ID, p.Time = append(p.ID, id), append(p.Time, when)
			p.Version.Append(version)
			p.Role.Append("shadow")
			p.Score.Append(sql.NullFloat64{Float64: map[bool]float64{true: 0.8, false: 0.2}[says], Valid: true})
			p.Class.Append(label[says])
			p.Extra, p.Offset = append(p.Extra, nil), append(p.Offset, b.Last)
			b.Last++
		}
		b.Outcomes.Model.Append(m.Name)
		b.Outcomes.ID, b.Outcomes.Time = append(b.Outcomes.ID, id), append(b.Outcomes.Time, when.Add(time.Hour))
		b.Outcomes.Label.Append(label[positive])
		b.Outcomes.Value.Append(sql.NullFloat64{})
		b.Outcomes.Offset = append(b.Outcomes.Offset, b.Last)
		b.Last++
	}
	if err := s.Insert(t.Context(), b, false); err != nil {
		t.Fatal(err)
	}
}

// gateWorld is a model whose versions are validated without being asked.
type gateWorld struct {
	t     *testing.T
	s     tracking
	store *clickhouse.Store
	c     config.Config
	m     config.Model
	reg   *prometheus.Registry
	runs  string // id of the experiment
	*gatekeeper
}

func newGateWorld(t *testing.T, versions int, validate string) *gateWorld {
	w := &gateWorld{t: t, s: tracking{parts.MLflow(t)}}
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	w.s.create(t, name)
	for range versions {
		run := w.s.run(t)
		w.s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	}
	w.c, w.m = gated(t, name, w.s.url, fmt.Sprintf(", validate: {experiment: %q, minimum: 150%s}", name, validate))
	w.alias("champion", "1")
	w.runs = dig(w.s.call(t, "POST", "mlflow/experiments/create", object{"name": name}), "experiment_id")
	w.store = openStore(t, parts.Database(t), w.m.Ingest)
	w.restart(nil)
	return w
}

func (w *gateWorld) name() string { return w.m.Policy.Model }

func (w *gateWorld) alias(alias, version string) {
	name := w.name()
	w.s.call(w.t, "POST", "mlflow/registered-models/alias", object{"name": name, "alias": alias, "version": version})
}

func (w *gateWorld) tag(version, value string) {
	w.s.call(w.t, "POST", "mlflow/model-versions/set-tag", object{"name": w.name(), "version": version, "key": "validation_status", "value": value})
}

// restart makes the gatekeeper anew, as a daemon that was killed does.
func (w *gateWorld) restart(leads alerts.Leadership) {
	w.t.Helper()
	w.reg = prometheus.NewRegistry()
	opened, err := openReader(w.c.Registry, w.reg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.gatekeeper = newGatekeeper(validator{registry: opened, tracker: opened.(tracker), labels: w.store}, leads, log(w.t), w.reg, w.c.Models)
}

// tick runs the tick by which the labels of the given day have matured.
func (w *gateWorld) tick(day int) {
	w.t.Helper()
	w.run(w.t.Context(), w.m, schedule.Tick{Time: start.AddDate(0, 0, day+1).Add(2 * time.Hour), Newest: true, Epoch: 7})
}

// want reads the status of a version, and how many runs there are.
func (w *gateWorld) want(what, version, status string, runs int) {
	w.t.Helper()
	v, err := w.registry.Version(w.t.Context(), model.Ref{Name: w.name(), Version: version})
	if err != nil {
		w.t.Fatal(err)
	}
	found, _ := w.s.call(w.t, "POST", "mlflow/runs/search", object{"experiment_ids": []string{w.runs}})["runs"].([]any)
	type state struct {
		Status string
		Runs   int
	}
	if diff := cmp.Diff(state{status, runs}, state{v.Tags[tagValidation], len(found)}); diff != "" {
		w.t.Errorf("%s: version %s, %q (-want +got):\n%s", what, version, v.Tags[tagRules], diff)
	}
}

// writes counts the requests that changed something in the registry.
func (w *gateWorld) writes() int {
	families, err := w.reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == "driftd_registry_requests_total" && l.GetName() == "op" && (l.GetValue() == "set_tag" || l.GetValue() == "create_run") {
					n += int(m.GetCounter().GetValue())
				}
			}
		}
	}
	return n
}

func TestVersionsAreValidatedAfterEachBlock(t *testing.T) {
	w := newGateWorld(t, 5, "")
	w.tag("2", "pending")
	w.tag("3", "pending")
	w.tag("4", "failed") // by a person
	w.alias("challenger", "5")
	w.tick(-1)
	w.want("without any prediction", "2", "pending", 0)

	shadow(t, w.store, w.m.Ingest, 0, 100, map[string]int{"1": 8, "2": 4, "3": 20, "4": 0, "5": 8})
	w.tick(0)
	w.want("few labels", "2", "pending", 0)
	w.want("a challenger with few labels", "5", "pending", 0)
	before := w.writes()
	w.tick(0)
	w.restart(nil)
	w.tick(0)
	if got := w.writes(); before == 0 || got != 0 {
		t.Errorf("the block was written of %d times, then again %d times", before, got)
	}

	shadow(t, w.store, w.m.Ingest, 1, 100, map[string]int{"1": 8, "2": 4, "3": 20, "4": 0, "5": 8})
	w.tick(1)
	w.want("better", "2", "passed", 3)
	w.want("worse", "3", "failed", 3)
	w.want("what a person refused", "4", "failed", 3)
	w.want("a challenger", "5", "passed", 3)
	for status, n := range map[string]float64{"passed": 2, "failed": 1, "pending": 3, "error": 0} {
		if got := testutil.ToFloat64(w.count.WithLabelValues(w.name(), status)); got != n {
			t.Errorf("driftd_validations_total{status=%q} is %g, want %g", status, got, n)
		}
	}

	// A verdict stands, until somebody asks again.
	shadow(t, w.store, w.m.Ingest, 2, 1000, map[string]int{"1": 8, "2": 400, "3": 0})
	w.tick(2)
	w.want("decided before", "2", "passed", 3)
	w.tag("2", "pending")
	w.tick(3)
	w.want("asked again", "2", "failed", 4)
}

type led struct {
	until time.Time
	err   error
}

func (l led) Confirm(context.Context, int32) (time.Time, error) { return l.until, l.err }

func TestOnlyTheLeaderValidates(t *testing.T) {
	w := newGateWorld(t, 2, "")
	w.tag("2", "pending")
	shadow(t, w.store, w.m.Ingest, 0, 200, map[string]int{"1": 8, "2": 4})
	w.restart(led{err: alerts.ErrNotLeading})
	w.tick(0)
	w.want("not the leader", "2", "pending", 0)
	w.restart(led{until: time.Now().Add(time.Minute)})
	w.run(t.Context(), w.m, schedule.Tick{Time: start.AddDate(0, 0, 1).Add(2 * time.Hour), Epoch: 7})
	w.want("catching up", "2", "pending", 0)
	w.tick(0)
	w.want("the leader", "2", "passed", 1)
}

func TestValidationWaitsForTheRegistry(t *testing.T) {
	w := newGateWorld(t, 2, "")
	w.tag("2", "pending")
	shadow(t, w.store, w.m.Ingest, 0, 200, map[string]int{"1": 8, "2": 4})
	up := w.registry
	w.registry = away{up}
	w.tick(0)
	if got := testutil.ToFloat64(w.count.WithLabelValues(w.name(), validationError)); got != 1 {
		t.Errorf("driftd_validations_total{status=error} is %g, want 1", got)
	}
	w.registry = up
	w.tick(0)
	w.want("back again", "2", "passed", 1)
}

// away is a registry that cannot be read.
type away struct{ versionTagger }

func (away) Model(context.Context, string) (registry.Model, error) {
	return registry.Model{}, registry.ErrUnreachable
}

// Looks at growing labels share the error that the confidence allows: what is
// clear enough at the first look, of few days, is not at the forty-first.
func TestLooksAreStrict(t *testing.T) {
	w := newGateWorld(t, 2, ", confidence: 0.95, accuracy: 0.87, tolerate: {accuracy: 0.08, auc: 0.08}")
	w.tag("2", "pending")
	shadow(t, w.store, w.m.Ingest, 0, 300, map[string]int{"1": 20, "2": 20})
	w.tick(40)
	w.want("at the forty-first look", "2", "pending", 0)
	w.tick(0)
	w.want("at the first look", "2", "passed", 1)
}

// The daemon itself, with the registry in a file, which keeps no runs.
func TestTheDaemonValidates(t *testing.T) {
	dir := t.TempDir()
	versions, err := filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tags := range []map[string]string{nil, {tagValidation: "pending"}} {
		if _, err := versions.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, Tags: tags}); err != nil {
			t.Fatal(err)
		}
	}
	if err := versions.Assign(t.Context(), champion, model.Ref{Name: "churn", Version: "1"}); err != nil {
		t.Fatal(err)
	}
	database := parts.Database(t)
	writeFile(t, filepath.Join(dir, "password"), database.Auth.Password)
	c, err := config.Parse("driftd.yaml", fmt.Appendf(nil, `
clickhouse: {addresses: [%q], dial_timeout: 30s, database: %s, username: %s, password_file: %s/password}
registry: {file: %s/registry.json}
http: {listen: "127.0.0.1:0"}
models: [{name: churn, task: binary, positive: "1", schedule: "10 2 * * *", labels: {maturity: 1h}, validate: {}}]
`, database.Addr[0], database.Auth.Database, database.Auth.Username, dir, dir))
	if err != nil {
		t.Fatal(err)
	}
	shadow(t, openStore(t, database, c.Models[0].Ingest), c.Models[0].Ingest, 0, 250, map[string]int{"1": 10, "2": 5})
	daemon, err := New(Options{Config: c, Version: "test", Stepped: start, Log: log(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- daemon.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if err := daemon.Advance(ctx, start.Add(27*time.Hour)); err != nil {
		t.Fatal(err)
	}
	v, err := versions.Version(ctx, model.Ref{Name: "churn", Version: "2"})
	if err != nil {
		t.Fatal(err)
	}
	if v.Tags[tagValidation] != "passed" {
		t.Errorf("tags %v, want it passed", v.Tags)
	}
}
