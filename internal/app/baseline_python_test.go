package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

// trainingJob logs the fixture's rows as people do.
const trainingJob = `
import os, sys
from fixture import COLUMNS, frame
from driftd_baseline import log_baseline
log_baseline(frame(), **{sys.argv[1]: sys.argv[2]}, **COLUMNS)
`

// What the Python package logs, driftd reads, as a run's and as a logged model's.
func TestPythonLogsABaselineToMLflow(t *testing.T) {
	python, s := parts.Python(t), tracking{parts.MLflow(t)}
	text, err := os.ReadFile(filepath.Join("..", "..", "evaluate", "baseline", "testdata", "python.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := baseline.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	s.create(t, name)
	train := func(flag, id string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), python, "-c", trainingJob, flag, id)
		cmd.Env = append(os.Environ(), "MLFLOW_TRACKING_URI="+s.url, "PYTHONPATH="+filepath.Join("..", "..", "python", "driftd_baseline"), "PYTHONDONTWRITEBYTECODE=1", "MLFLOW_DISABLE_TELEMETRY=true")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	run := s.run(t)
	train("run_id", run)
	s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	run, id := s.logged(t)
	train("model_id", id)
	s.register(t, object{"name": name, "run_id": run, "source": "models:/" + id, "model_id": id})

	b := newBaselines(newMLflow(t, s.url), log(t))
	for _, version := range []string{"1", "2"} {
		got, found, err := b.Baseline(t.Context(), model.Ref{Name: name, Version: version})
		if err != nil || !found {
			t.Fatalf("version %s: found %t, error %v", version, found, err)
		}
		// Another release of numpy may add in another order.
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(baseline.Baseline{}, baseline.Series{}), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("version %s (-fixture +logged):\n%s", version, diff)
		}
	}
	if want.Window != 24*time.Hour {
		t.Errorf("blocks of %s", want.Window)
	}
}
