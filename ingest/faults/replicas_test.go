//go:build linux

package faults

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

// Of the models, the first two have a version that is worse, as its labels show;
// of the others a person wants the version back that served before. Every second
// one is served by a stage, the others by an alias.
const (
	actingModels = 8
	worseModels  = 2
	historyDays  = 14
	requests     = 250 // a day of a model that is judged
)

const actingConfiguration = `
kafka:
  brokers: [%q]
  group: acting
  session_timeout: 1500ms
  flush: {after: 50ms}
  topics: [{name: predictions, kind: predictions}, {name: outcomes, kind: outcomes}]
clickhouse: {addresses: [%q], dial_timeout: 30s, database: %s, username: %s, password_file: %s}
registry: {mlflow: {url: %q, rate_per_second: 25, burst: 5, timeout: 20s}}
http: {listen: "127.0.0.1:0"}
models:
`

// replicas are two processes of `driftd run` with one configuration.
type replicas struct {
	t      *testing.T
	binary string
	config string
	log    string
	starts chan<- func()
	all    [2]*exec.Cmd
	kills  int
}

func (r *replicas) start(i int) {
	r.t.Helper()
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(r.binary, "run", "-c", r.config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	r.starts <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		r.t.Fatal(err)
	}
	r.all[i] = cmd
}

func (r *replicas) kill(i int) {
	_ = r.all[i].Process.Kill()
	_ = r.all[i].Wait()
	r.all[i] = nil
	r.kills++
}

// Two replicas of the daemon are killed (SIGKILL) one after the other, or both,
// whenever one has begun to move a slot: over Apache Kafka, the ClickHouse engine
// and MLflow. Every slot is moved once, and the record of each move is that of an
// undisturbed one.
func TestKilledReplicasMoveEverySlotOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("kills real processes")
	}
	chosen := parts.Seed(t)
	rng := rand.New(rand.NewPCG(chosen, 0))
	versions := parts.MLflowVersions()
	people := newSlots(t, parts.MLflowOf(t, versions[rng.IntN(len(versions))]))
	broker := parts.KafkaCluster(t, 1, nil)[0]
	if err := newBrokerLog(broker.Address).create(t.Context()); err != nil {
		t.Fatal(err)
	}
	counted := httptest.NewServer(people)
	defer counted.Close()

	dir := t.TempDir()
	r := &replicas{t: t, binary: buildDriftd(t), config: filepath.Join(dir, "driftd.yaml"), log: filepath.Join(dir, "driftd.log"), starts: starter(t)}
	at := parts.Database(t)
	password := filepath.Join(dir, "password")
	text := fmt.Sprintf(actingConfiguration, broker.Address, at.Addr[0], at.Auth.Database, at.Auth.Username, password, counted.URL)
	for i := range actingModels {
		name := fmt.Sprintf("m%d-%x", i, chosen)
		slot := "{alias: champion}"
		if i%2 == 0 {
			slot = "{stage: Production}"
		}
		people.register(name, i%2 == 0)
		text += fmt.Sprintf("  - {name: %s, task: binary, positive: \"1\", features: {tenure: number}, serving: %s, schedule: \"* * * * *\", bucket: 24h, "+
			"labels: {maturity: 1h}, reference: {first_days: 2}, performance: {metrics: [brier]}, act: {mode: auto}}\n", name, slot)
	}
	for path, text := range map[string]string{r.config: text, password: at.Auth.Password} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(r.config)
	if err != nil {
		t.Fatal(err)
	}
	store, done, err := app.OpenStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	orders := prepare(t, store, c, broker.Address, rng)
	conn, err := driver.Open(at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	t.Cleanup(func() {
		for i, cmd := range r.all {
			if cmd != nil {
				r.kill(i)
			}
		}
		if t.Failed() {
			t.Logf("end of the log:\n%s", endOf(r.log))
		}
	})
	began := time.Now()
	r.start(0)
	r.start(1)
	for begun := uint64(0); ; {
		var now, moved uint64
		const counts = "SELECT uniqExact(id), uniqExactIf(id, stage = 'done') FROM actions"
		if err := conn.QueryRow(t.Context(), counts).Scan(&now, &moved); err != nil {
			t.Fatal(err)
		}
		if moved == actingModels {
			break
		}
		if time.Since(began) > 2*parts.Patience {
			t.Fatalf("%d of %d slots were moved", moved, actingModels)
		}
		if now == begun {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		begun = now
		time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond)
		victims := [][]int{{0}, {1}, {0, 1}}[rng.IntN(3)]
		for _, i := range victims {
			r.kill(i)
		}
		time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
		for _, i := range victims {
			r.start(i)
		}
	}
	took, killed := time.Since(began), r.kills
	r.kill(0)
	r.kill(1)
	terms := auditMoves(t, store, c, orders, people)
	t.Logf("%d replicas killed in %s, %d terms wrote the record of %d moves", killed, took.Round(time.Second), terms, actingModels)
	if killed < actingModels/2 {
		t.Errorf("only %d kills: the storm was none", killed)
	}
}

// prepare stores that the second version of each model took over from the first,
// and gives an order for those that nobody judges, which it returns by model. Of the
// others it sends what both versions said, and what was right.
func prepare(t *testing.T, store *clickhouse.Store, c config.Config, broker string, rng *rand.Rand) map[string]string {
	t.Helper()
	now := time.Now().UTC()
	first := now.Truncate(24*time.Hour).AddDate(0, 0, -historyDays)
	orders := map[string]string{}
	var events []*kgo.Record
	for i, m := range c.Models {
		name := m.Policy.Model
		serves := func(version string, tick time.Time) {
			seen := alerts.Serving{Ref: model.Ref{Name: name, Version: version}, Known: true}
			if _, err := store.StartTick(t.Context(), name, m.Slot.String(), tick, seen); err != nil {
				t.Fatal(err)
			}
			if err := store.FinishTick(t.Context(), name, tick); err != nil {
				t.Fatal(err)
			}
		}
		if i < worseModels {
			serves("1", first.Add(10*time.Minute))
			serves("2", first.Add(48*time.Hour+10*time.Minute))
			events = append(events, history(name, first, now.Add(-2*time.Hour), rng)...)
			continue
		}
		serves("1", now.Add(-72*time.Hour).Truncate(time.Minute))
		serves("2", now.Add(-2*time.Minute).Truncate(time.Minute))
		id, err := app.Rollback(t.Context(), store, m, "", "alice", "complaints", now.Add(-90*time.Second).Truncate(time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		orders[name] = id
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), events...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return orders
}

// history is what two versions said to the same requests, the first one rightly in
// nine of ten, the second in six, and what was right.
func history(name string, from, to time.Time, rng *rand.Rand) []*kgo.Record {
	var events []*kgo.Record
	send := func(topic, format string, args ...any) {
		events = append(events, &kgo.Record{Topic: topic, Key: fmt.Append(nil, args[0]), Value: fmt.Appendf(nil, format, args...)})
	}
	for at, n := from, 0; at.Before(to); at, n = at.Add(24*time.Hour/requests), n+1 {
		label := rng.IntN(2)
		for version, right := range map[string]int{"1": 9, "2": 6} {
			says := label
			if rng.IntN(10) >= right {
				says = 1 - label
			}
			role := map[string]string{"1": "shadow", "2": "served"}[version]
			send("predictions", `{"prediction_id":"%[2]s-%[1]d","model":%[2]q,"version":%[3]q,"timestamp":%[4]q,"features":{"tenure":%[5]d},"score":%[6]g,"role":%[7]q}`,
				n, name, version, at.Format(time.RFC3339), rng.IntN(60), 0.2+0.6*float64(says), role)
		}
		send("outcomes", `{"prediction_id":"%[2]s-%[1]d","model":%[2]q,"timestamp":%[3]q,"label":"%[4]d"}`, n, name, at.Add(30*time.Minute).Format(time.RFC3339), label)
	}
	return events
}

// auditMoves compares what was done with its record, and returns how many terms
// wrote it.
func auditMoves(t *testing.T, store *clickhouse.Store, c config.Config, orders map[string]string, registry *slots) (terms int) {
	t.Helper()
	epochs := map[int32]bool{}
	for _, m := range c.Models {
		name := m.Policy.Model
		if diff := cmp.Diff([]string{"2 to 1"}, registry.moves[name]); diff != "" {
			t.Errorf("moves of %s of %s: %s", m.Slot, name, diff)
		}
		if holder := registry.holder(name); holder != "1" {
			t.Errorf("%s of %s is held by %q, want 1", m.Slot, name, holder)
		}
		rows, err := store.ActionStages(t.Context(), name, time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var stages []alerts.Stage
		for _, a := range rows {
			stages = append(stages, a.Stage)
			epochs[a.Epoch] = true
			if a.ID != rows[0].ID || a.From != "2" || a.To != "1" || a.Epoch < rows[0].Epoch {
				t.Errorf("row of %s: %+v", name, a)
			}
		}
		if diff := cmp.Diff([]alerts.Stage{alerts.Intent, alerts.Done}, slices.Compact(stages)); diff != "" {
			t.Errorf("record of %s: %s", name, diff)
			continue
		}
		id, by := rows[0].ID, rows[0].By
		if ordered := orders[name]; ordered != "" && (id != ordered || by != "alice") || ordered == "" && by != "" {
			t.Errorf("%s was moved by action %s of %q, want %q", name, id, by, ordered)
		}
		if tag := registry.tag(name, "2", alerts.TagAction); !strings.HasPrefix(tag, id+":") {
			t.Errorf("version 2 of %s is tagged with action %q, want %s", name, tag, id)
		}
	}
	return len(epochs)
}
