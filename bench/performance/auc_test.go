package performance_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
)

var (
	rows    = flag.Int("rows", 100_000, "scored rows")
	python  = flag.String("python", "", "interpreter that has scikit-learn; without one it is left out")
	results = flag.String("results", "", "file that the figures are written to as well")
)

// stretch is how many rows are counted at a time, as batches of rows come.
const stretch = 100_000

type peer struct {
	Versions map[string]string  `json:"versions"`
	AUC      float64            `json:"auc"`
	Variance float64            `json:"variance"`
	Seconds  map[string]float64 `json:"seconds"`
	Peak     int64              `json:"peak_bytes"`
}

// TestAUC measures the AUC with DeLong's interval of the same rows three ways.
func TestAUC(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	scores, labels := make([]float64, *rows), make([]bool, *rows)
	for i := range scores {
		labels[i] = random.Float64() < .2
		x := random.NormFloat64()
		if labels[i] {
			x += 1.2
		}
		scores[i] = 1 / (1 + math.Exp(-x))
	}

	var counts performance.ScoreCounts
	began, before := time.Now(), allocated()
	for from := 0; from < len(scores); from += stretch {
		to := min(from+stretch, len(scores))
		counts.Add(performance.CountScores(scores[from:to], labels[from:to]))
	}
	counted, memory := time.Since(began), allocated()-before
	const times = 100
	began = time.Now()
	var ours performance.Estimate
	for range times {
		ours = counts.AUC()
	}
	judged := time.Since(began) / times
	began = time.Now()
	exact := performance.AUC(scores, labels)
	sorted := time.Since(began)
	if d := math.Abs(ours.Value - exact.Value); d > ours.Bound {
		t.Errorf("from counts %v, from rows %v: %v apart, bound %v", ours.Value, exact.Value, d, ours.Bound)
	}
	fromRows := counted + judged
	say(t, "AUC with DeLong's interval of %d scored rows, one processor\n\n| | seconds | beside driftd from rows | beside stored counts |\n|---|---|---|---|\n", *rows)
	line := func(name string, took float64) {
		say(t, "| %s | %.3g | %.3g× | %.3g× |\n", name, took, took/fromRows.Seconds(), took/judged.Seconds())
	}
	line("driftd: rows counted by score, and judged", fromRows.Seconds())
	line("driftd: judged from stored counts", judged.Seconds())
	line("driftd: exact, by sorting rows", sorted.Seconds())
	if *python != "" {
		p := ask(t, scores, labels)
		line("scikit-learn's roc_auc_score, which has no interval", p.Seconds["roc_auc_score"])
		line("NumPy: AUC and DeLong's variance by midranks", p.Seconds["delong"])
		say(t, "\nscikit-learn %s, NumPy %s; its peak %d MB, ours %d kB allocated beside the rows.\n", p.Versions["scikit-learn"], p.Versions["numpy"], p.Peak>>20, memory>>10)
		if math.Abs(exact.Value-p.AUC) > 1e-9 || math.Abs(exact.SE*exact.SE/p.Variance-1) > 1e-6 {
			t.Errorf("exact AUC %v, variance %v; scikit-learn %v, by midranks %v", exact.Value, exact.SE*exact.SE, p.AUC, p.Variance)
		}
		if math.Abs(ours.SE*ours.SE/p.Variance-1) > .01 {
			t.Errorf("variance from counts %v, by midranks %v", ours.SE*ours.SE, p.Variance)
		}
	}
	say(t, "From counts %.6f, exact %.6f: %.1g apart, at most %.1g by the bound.\n", ours.Value, exact.Value, math.Abs(ours.Value-exact.Value), ours.Bound)
}

// allocated is what was allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// ask hands the same rows to peers.py.
func ask(t *testing.T, scores []float64, labels []bool) (p peer) {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, put func(w *bufio.Writer) error) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := bufio.NewWriter(f)
		if err := put(w); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	x := file("scores", func(w *bufio.Writer) error { return binary.Write(w, binary.LittleEndian, scores) })
	y := file("labels", func(w *bufio.Writer) error { return binary.Write(w, binary.LittleEndian, labels) })
	command := exec.CommandContext(t.Context(), *python, "peers.py", x, y)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, &p)
	}
	if err != nil {
		t.Fatalf("peers.py: %v", err)
	}
	return p
}

// say prints figures, also into the file of results.
func say(t *testing.T, format string, args ...any) {
	t.Helper()
	fmt.Printf(format, args...)
	if *results == "" {
		return
	}
	f, err := os.OpenFile(*results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, format, args...); err != nil {
		t.Fatal(err)
	}
}
