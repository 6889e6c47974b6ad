package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

// trainedFile is a baseline of so many rows, one series.
func trainedFile(rows int) string {
	return fmt.Sprintf(`{"format": 1, "rows": %d, "series": [{"name": "tenure", "kind": "number", "values": [1], "n": [%d]}]}`, rows, rows)
}

// wantBaseline reads a version's baseline and compares its rows; 0 for none.
func wantBaseline(t *testing.T, r registry.Artifacts, ref model.Ref, rows uint64) {
	t.Helper()
	b, found, err := newBaselines(r, log(t)).Baseline(t.Context(), ref)
	if err != nil || found != (rows > 0) || b.Rows != rows {
		t.Errorf("baseline of %s: %d rows, found %t, error %v, want %d", ref, b.Rows, found, err, rows)
	}
}

func TestBaselineInMLflow(t *testing.T) {
	s := tracking{parts.MLflow(t)}
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	s.create(t, name)
	r := newMLflow(t, s.url)
	version := func(number string) model.Ref { return model.Ref{Name: name, Version: number} }

	// MLflow 2: among the run's artifacts.
	run := s.run(t)
	s.call(t, "PUT", "mlflow-artifacts/artifacts/0/"+run+"/artifacts/model/"+baseline.Path, trainedFile(2000))
	s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	wantBaseline(t, r, version("1"), 2000)

	// MLflow 3: the logged model's.
	run, id := s.logged(t)
	s.call(t, "PUT", "mlflow-artifacts/artifacts/0/models/"+id+"/artifacts/"+baseline.Path, trainedFile(3000))
	s.register(t, object{"name": name, "run_id": run, "source": "models:/" + id, "model_id": id})
	wantBaseline(t, r, version("2"), 3000)

	// Neither has one, then it is logged.
	run = s.run(t)
	s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	wantBaseline(t, r, version("3"), 0)
	s.call(t, "PUT", "mlflow-artifacts/artifacts/0/"+run+"/artifacts/model/"+baseline.Path, trainedFile(4000))
	wantBaseline(t, r, version("3"), 4000)

	_, _, err := newBaselines(newMLflow(t, "http://127.0.0.1:1"), log(t)).Baseline(t.Context(), version("1"))
	if err == nil || errors.Is(err, evaluate.ErrBaseline) {
		t.Errorf("a server that is down: error %v, want one that is not final", err)
	}
}

func TestBaselineInTheFile(t *testing.T) {
	dir := t.TempDir()
	f, err := filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "v1", "monitoring", "baseline.json"), trainedFile(2000))
	for _, source := range []string{"v1", ""} {
		if _, err := f.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, Source: source}); err != nil {
			t.Fatal(err)
		}
	}
	wantBaseline(t, f, model.Ref{Name: "churn", Version: "1"}, 2000)
	wantBaseline(t, f, model.Ref{Name: "churn", Version: "2"}, 0)
	wantBaseline(t, f, model.Ref{Name: "churn", Version: "3"}, 0) // not registered

	// A file that is broken is said once, and not read again.
	writeFile(t, filepath.Join(dir, "v1", "monitoring", "baseline.json"), trainedFile(3))
	var said bytes.Buffer
	b := newBaselines(f, slog.New(slog.NewTextHandler(&said, nil)))
	for range 3 {
		_, found, err := b.Baseline(t.Context(), model.Ref{Name: "churn", Version: "1"})
		if want := "monitoring/baseline.json of churn@1: rows: 3: want 1000 to"; found || !errors.Is(err, evaluate.ErrBaseline) || !strings.Contains(err.Error(), want) {
			t.Errorf("found %t, error %v, want %s", found, err, want)
		}
	}
	if strings.Count(said.String(), "rows: 3: want 1000") != 1 {
		t.Errorf("logged:\n%s", &said)
	}
}

// What a registry answers decides whether its word is final.
func TestBaselineThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		final  bool
	}{
		"internal error":    {http.StatusInternalServerError, `{"error_code": "INTERNAL_ERROR", "message": "no such key"}`, true},
		"too large":         {http.StatusOK, strings.Repeat(" ", registry.MaxArtifact+1), true},
		"refused":           {http.StatusForbidden, `{"error_code": "PERMISSION_DENIED", "message": "no"}`, false},
		"a proxy's refusal": {http.StatusNotFound, "<html>", false},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer web.Close()
			_, found, err := newBaselines(newMLflow(t, web.URL), log(t)).Baseline(context.Background(), model.Ref{Name: "churn", Version: "1"})
			if err == nil || found || errors.Is(err, evaluate.ErrBaseline) != c.final {
				t.Errorf("found %t, error %v, want final %t", found, err, c.final)
			}
		})
	}
}

// Nobody registers versions: that is no registry that is down.
func TestBaselineWithoutARegistryFile(t *testing.T) {
	f, err := filestore.New(filestore.Config{Path: filepath.Join(t.TempDir(), "nowhere", "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	wantBaseline(t, f, model.Ref{Name: "churn", Version: "1"}, 0)
	wantBaseline(t, f, model.Ref{Name: "churn", Version: "2026-prod"}, 0) // no registry's version
	wantBaseline(t, f, model.Ref{Name: "team/churn", Version: "1"}, 0)
}
