package app

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"

	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
)

// labelledFile writes n rows of random quality, with scores of two digits so that
// some tie. right of them are classified right, or as their scores say if it is -1.
func labelledFile(t *testing.T, r *rand.Rand, path string, n, right, productionRight int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("target,churn_probability,churn_prediction,production_score,production_prediction\n")
	spread, other := 0.15+0.3*r.Float64(), 0.15+0.3*r.Float64()
	for i := range n {
		positive := r.IntN(3) == 0
		score := func(spread float64) float64 {
			middle := 0.3
			if positive {
				middle = 0.7
			}
			return min(1, max(0, middle+spread*r.NormFloat64()))
		}
		class := func(right int, score float64) int {
			if right < 0 && score > 0.5 || right >= 0 && positive == (i < right) {
				return 1
			}
			return 0
		}
		label := 0
		if positive {
			label = 1
		}
		a, c := score(spread), score(other)
		fmt.Fprintf(&b, "%d,%.2f,%d,%.2f,%d\n", label, a, class(right, a), c, class(productionRight, c))
	}
	writeFile(t, path, b.String())
}

// pythonVerdict is what the pipeline makes of a file.
type pythonVerdict struct {
	Metrics map[string]float64 `json:"metrics"`
	Status  string             `json:"status"`
}

// python runs what people have in Python and decodes what it prints.
func python(t *testing.T, version string, into any, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), parts.PythonOf(t, version), append([]string{"testdata/validate.py"}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "MLFLOW_DISABLE_TELEMETRY=true")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, errs.String())
	}
}

// asParquet writes the rows of a labelled file as Parquet.
func asParquet(t *testing.T, path string) string {
	t.Helper()
	type row struct {
		Target     int64   `parquet:"target"`
		Score      float64 `parquet:"churn_probability"`
		Class      int64   `parquet:"churn_prediction"`
		Tenure     float64 `parquet:"tenure"`
		Production float64 `parquet:"production_score"`
		Says       float64 `parquet:"production_prediction"` // as pandas writes a column that had holes
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		r := row{Tenure: math.NaN()}
		if _, err := fmt.Sscanf(strings.ReplaceAll(line, ",", " "), "%d %g %d %g %g", &r.Target, &r.Score, &r.Class, &r.Production, &r.Says); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	path += ".parquet"
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	return path
}

// gated is a configuration with one model and the registry at url.
func gated(t *testing.T, name, url, validate string) (config.Config, config.Model) {
	t.Helper()
	text := fmt.Sprintf("registry: {mlflow: {url: %q, rate_per_second: 1000, burst: 1000, timeout: 1m}}\nmodels:\n  - {name: %s, task: binary, positive: \"1\", labels: {maturity: 1h}%s}\n", url, name, validate)
	c, err := config.Parse("driftd.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c, c.Models[0]
}

var pandasColumns = map[string]string{"label": "target", "score": "churn_probability", "prediction": "churn_prediction"}

// The same file gives the same metrics and the same verdict as the pipeline that
// people have in Python, with scikit-learn, also where a value is at its limit.
func TestTheVerdictIsThePythonPipelines(t *testing.T) {
	dir := t.TempDir()
	const seed = 20261125
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var files []string
	for i, rights := range [][2]int{{850, 850}, {849, 849}, {900, 900}, {899, 900}, {900, 899}, {850, 0}} {
		files = append(files, filepath.Join(dir, fmt.Sprintf("tie%d.csv", i)))
		labelledFile(t, r, files[i], 1000, rights[0], rights[1])
	}
	for i := range 24 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("random%d.csv", i)))
		labelledFile(t, r, files[len(files)-1], 20+r.IntN(2000), -1, -1)
	}
	var want []pythonVerdict
	python(t, parts.MLflowVersions()[0], &want, append([]string{"judge"}, files...)...)

	_, m := gated(t, "churn", "http://127.0.0.1:1", "")
	seen := map[gate.Status]int{}
	for i, file := range files {
		done, err := decideFile(m, contest{candidate: registry.Version{Ref: model.Ref{Name: "churn", Version: "4"}}, production: "3"},
			ValidateOptions{File: file, Columns: pandasColumns})
		if err != nil {
			t.Fatal(err)
		}
		seen[done.Status]++
		got := pythonVerdict{done.Metrics(), string(done.Status)}
		if diff := cmp.Diff(want[i], got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s (-python +driftd):\n%s", filepath.Base(file), diff)
		}
	}
	// The same rows as Parquet, with a feature that is not always a number.
	done, err := decideFile(m, contest{production: "3"}, ValidateOptions{File: asParquet(t, files[2]), Columns: pandasColumns})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[2].Metrics, done.Metrics(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("as Parquet (-python +driftd):\n%s", diff)
	}
	if seen[gate.Passed] < 3 || seen[gate.Failed] < 3 {
		t.Errorf("verdicts %v: the files prove little", seen)
	}
}

// What a validation writes, MLflow's own client reads.
func TestPythonReadsTheValidation(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) { pythonReadsTheValidation(t, version, tracking{parts.MLflowOf(t, version)}) })
	}
}

func pythonReadsTheValidation(t *testing.T, version string, s tracking) {
	name := fmt.Sprintf("churn-%016x", rand.Uint64())
	s.create(t, name)
	for range 2 {
		run := s.run(t)
		s.register(t, object{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	}
	s.call(t, "POST", "mlflow/registered-models/alias", object{"name": name, "alias": "champion", "version": "1"})
	file := filepath.Join(t.TempDir(), "rows.csv")
	labelledFile(t, rand.New(rand.NewPCG(7, 0)), file, 1000, 900, 899)
	experiment := "promotions of " + name
	c, m := gated(t, name, s.url, fmt.Sprintf(", validate: {experiment: %q}", experiment))

	options := ValidateOptions{Version: "2", File: file, Columns: pandasColumns, DryRun: true}
	dry, err := Validate(t.Context(), c, nil, m, options, time.Now())
	if err != nil || dry.Run != "" || dry.Written {
		t.Fatalf("dry run: %+v, error %v", dry, err)
	}
	options.DryRun = false
	done, err := Validate(t.Context(), c, nil, m, options, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	type state struct {
		Runs []struct {
			ID, Name, Status string
			Metrics          map[string]float64
			Params           map[string]string
		}
		Tags map[string]string
	}
	var got, want state
	python(t, version, &got, "read", s.url, name, "2", experiment)
	if len(got.Runs) != 1 {
		t.Fatalf("runs %+v, want one: the dry run wrote none", got.Runs)
	}
	want.Runs = append(want.Runs, got.Runs[0])
	want.Runs[0].ID, want.Runs[0].Name, want.Runs[0].Status = done.Run, "validation-"+name+"-v2", "FINISHED"
	want.Runs[0].Metrics = done.Metrics()
	want.Runs[0].Params = map[string]string{
		"model": name, "version": "2", "validation_status": string(done.Status), "labels": "1000", "paired": "true", "confidence": "0",
		"production_version": "1", "production_labels": "1000", "file": file,
	}
	want.Tags = map[string]string{"validation_status": string(done.Status), "driftd_validation": done.Summary()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the client reads (-want +got):\n%s", diff)
	}
	if len(done.Metrics()) != 8 {
		t.Errorf("metrics %v, want eight", done.Metrics())
	}
	options.Version = "9"
	if _, err := Validate(t.Context(), c, nil, m, options, time.Now()); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("a version that does not exist: error %v", err)
	}
}
