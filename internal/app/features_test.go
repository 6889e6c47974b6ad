package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

var champion = registry.Slot{Kind: registry.Alias, Name: "champion"}

// signed is the text of a file MLmodel with these inputs, folded as MLflow does.
func signed(inputs ...string) string {
	columns := make([]string, len(inputs))
	for i, in := range inputs {
		name, kind, _ := strings.Cut(in, ":")
		columns[i] = fmt.Sprintf(`{"type": %q, "name": %q, "required": true}`, kind, name)
	}
	return "artifact_path: model\nsignature:\n  inputs: '[" + strings.Join(columns, ",\n    ") + "]'\n  outputs: null\n"
}

// unconfigured is a model whose configuration lists no features.
func unconfigured(name string) config.Model {
	return config.Model{
		Policy: evaluate.Policy{Model: name, Task: model.Binary}, Ingest: ingest.Model{Name: name, Task: model.Binary},
		Slot: champion, Signature: true,
	}
}

// wantFeatures refreshes the daemon and compares what it declares.
func wantFeatures(t *testing.T, d *declarer, m config.Model, want ...string) {
	t.Helper()
	now, err := d.current(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, f := range now.Ingest.Features {
		got = append(got, f.Name+":"+f.Kind.String())
		if now.Policy.Features[i].Name != f.Name {
			t.Errorf("evaluation has %v, ingest %v", now.Policy.Features, now.Ingest.Features)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	if in := d.ingested()[0].Features; !slices.Equal(in, now.Ingest.Features) {
		t.Errorf("ingest has %v", in)
	}
}

func log(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

func TestFeaturesComeFromTheSignatureInMLflow(t *testing.T) {
	s := tracking{parts.MLflow(t)}
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	m := unconfigured(name)
	store := openStore(t, parts.Database(t), m.Ingest)
	r := newMLflow(t, s.url)
	one, two := newDeclarer(r, store, []config.Model{m}, log(t)), newDeclarer(r, store, []config.Model{m}, log(t))
	wantFeatures(t, one, m) // nothing is registered

	// MLflow 2: the file is among the run's artifacts.
	run := s.run(t)
	s.call(t, "PUT", "mlflow-artifacts/artifacts/0/"+run+"/artifacts/model/MLmodel", signed("tenure:long", "plan:string", "active:boolean", "since:datetime"))
	s.create(t, name)
	s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	wantFeatures(t, one, m) // nothing serves
	s.call(t, "POST", "mlflow/registered-models/alias", object{"name": name, "alias": "champion", "version": "1"})
	var both sync.WaitGroup // two daemons at once
	for _, d := range []*declarer{one, two} {
		both.Go(func() {
			if _, err := d.current(context.Background(), m); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	for _, d := range []*declarer{one, two} {
		wantFeatures(t, d, m, "tenure:number", "plan:category", "active:category", "since:timestamp")
	}

	// MLflow 3: the file is the logged model's. A new version brings an input,
	// drops one, and has one of another type.
	_, id := s.logged(t)
	s.call(t, "PUT", "mlflow-artifacts/artifacts/0/models/"+id+"/artifacts/MLmodel", signed("tenure:string", "balance:double", "plan:string", "since:datetime"))
	s.register(t, object{"name": name, "source": "models:/" + id, "model_id": id})
	s.call(t, "POST", "mlflow/registered-models/alias", object{"name": name, "alias": "champion", "version": "2"})
	want := []string{"tenure:number", "plan:category", "active:category", "since:timestamp", "balance:number"}
	wantFeatures(t, one, m, want...)
	wantFeatures(t, two, m, want...)

	// A daemon that starts while MLflow is down has what is stored.
	late := newDeclarer(newMLflow(t, "http://127.0.0.1:1"), store, []config.Model{m}, log(t))
	wantFeatures(t, late, m, want...)
}

func TestFeaturesComeFromTheSignatureInTheFile(t *testing.T) {
	dir := t.TempDir()
	f, err := filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	m := unconfigured("churn")
	store := openStore(t, parts.Database(t), m.Ingest)
	d := newDeclarer(f, store, []config.Model{m}, log(t))
	writeFile(t, filepath.Join(dir, "v1", "MLmodel"), signed("tenure:long"))
	ref, err := f.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, Source: "v1"})
	if err == nil {
		err = f.Assign(t.Context(), champion, ref)
	}
	if err != nil {
		t.Fatal(err)
	}
	wantFeatures(t, d, m, "tenure:number")

	// A signature without names changes nothing, and is not read again.
	writeFile(t, filepath.Join(dir, "v2", "MLmodel"), "signature: {inputs: '[{\"type\": \"double\"}]'}\n")
	ref, err = f.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, Source: "v2"})
	if err == nil {
		err = f.Assign(t.Context(), champion, ref)
	}
	if err != nil {
		t.Fatal(err)
	}
	wantFeatures(t, d, m, "tenure:number")
	if d.read["churn"] != ref {
		t.Errorf("read %v last, want %v", d.read["churn"], ref)
	}
}

// A feature that events carry undeclared is promoted: running daemons take it
// up, and the past is filled.
func TestPromotedFeaturesAreTakenUp(t *testing.T) {
	f, err := filestore.New(filestore.Config{Path: filepath.Join(t.TempDir(), "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	m := unconfigured("churn")
	store := openStore(t, parts.Database(t), m.Ingest)
	d := newDeclarer(f, store, []config.Model{m}, log(t))
	carry(t, store, m.Ingest, map[string]string{"balance": "1.5", "plan": `"pro"`, "history": "[1]", "since": `"2026-01-01"`}, map[string]string{"balance": "2", "plan": "7"})
	for name, want := range map[string]string{"tenure": "no event", "history": "neither numbers nor texts"} {
		if done, err := Promote(t.Context(), store, m, []string{name}, "", 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("promote %s: %v, %v", name, done, err)
		}
	}
	wantFeatures(t, d, m)
	for range 2 { // again does no harm
		done, err := Promote(t.Context(), store, m, []string{"balance", "plan", "since"}, "", 0)
		want := []Promoted{{"balance", "number", 2, 0}, {"plan", "category", 2, 0}, {"since", "timestamp", 1, 0}}
		if diff := cmp.Diff(want, done); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
	}
	if _, err := Promote(t.Context(), store, m, []string{"balance"}, "category", 0); err == nil || !strings.Contains(err.Error(), "is a number already") {
		t.Errorf("promoted as another kind: %v", err)
	}
	wantFeatures(t, d, m, "balance:number", "plan:category", "since:timestamp")
	running, err := d.current(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	command, err := Declared(t.Context(), store, m)
	if diff := cmp.Diff(running.Policy.Features, command.Policy.Features); err != nil || diff != "" {
		t.Errorf("a command (+) sees other features than the daemon (-): %s, %v", diff, err)
	}
}
