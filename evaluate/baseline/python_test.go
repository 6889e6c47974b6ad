package baseline

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/parts"
)

// column is a column of the rows from which the Python package wrote its file.
type column struct {
	numbers []float64 // NaN for null
	texts   []string  // "" for null
}

func readRows(t *testing.T) (map[string]column, []time.Time) {
	t.Helper()
	f, err := os.Open("testdata/rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns, times := map[string]column{}, []time.Time{}
	for j, name := range all[0] {
		var c column
		for _, row := range all[1:] {
			x, err := strconv.ParseFloat(row[j], 64)
			if err != nil {
				x = math.NaN()
			}
			c.numbers, c.texts = append(c.numbers, x), append(c.texts, row[j])
		}
		columns[name] = c
	}
	for _, text := range columns["at"].texts {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, at)
	}
	for i, text := range columns["since"].texts { // what is counted of a moment is its age
		if since, err := time.Parse(time.RFC3339, text); err == nil {
			columns["since"].numbers[i] = float64(times[i].UnixMilli()-since.UnixMilli()) / (24 * 60 * 60 * 1000)
		}
	}
	return columns, times
}

// count counts rows into a layout; nil rows are all.
func (c column) count(l drift.Layout, rows []int) drift.Counts {
	byCell := map[int32]uint64{}
	for _, i := range rows {
		switch {
		case l.Kind == drift.Categorical && c.texts[i] == "", l.Kind == drift.Numeric && math.IsNaN(c.numbers[i]):
			byCell[drift.Null]++
		case l.Kind == drift.Categorical:
			byCell[l.CellOf(strings.ToLower(c.texts[i]))]++ // True is true
		default:
			byCell[l.Cell(c.numbers[i])]++
		}
	}
	return drift.NewCounts(byCell)
}

// layout is what driftd freezes from the rows.
func (c column) layout(t *testing.T, kind drift.Kind) drift.Layout {
	t.Helper()
	numbers, texts := map[float64]uint64{}, map[string]uint64{}
	for i, x := range c.numbers {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			numbers[x]++
		}
		if c.texts[i] != "" {
			texts[strings.ToLower(c.texts[i])]++
		}
	}
	if kind == drift.Categorical {
		return drift.NewCategorical(texts)
	}
	var values []float64
	for x := range numbers {
		values = append(values, x)
	}
	slices.Sort(values)
	n := make([]uint64, len(values))
	for i, x := range values {
		n[i] = numbers[x]
	}
	l, err := drift.NewNumeric(values, n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The Python package freezes the cells that driftd would, counts the rows into
// them, and measures what driftd measures.
func TestPythonWritesWhatDriftdFreezes(t *testing.T) {
	text, err := os.ReadFile("testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	rows, times := readRows(t)
	every := make([]int, len(times))
	byDay := map[time.Time][]int{}
	for i, at := range times {
		every[i] = i
		day := at.Truncate(24 * time.Hour)
		byDay[day] = append(byDay[day], i)
	}
	names := map[string]string{
		"balance": "balance", "spend": "spend", "tenure": "tenure", "plan": "plan", "active": "active", "since": "since", ScoreSeries: "p", ClassSeries: "class",
	}
	if len(b.Series) != len(names) || b.Rows != uint64(len(times)) || len(b.Blocks) != len(byDay) || b.Window != 24*time.Hour {
		t.Fatalf("%d series, %d rows, %d blocks of %s", len(b.Series), b.Rows, len(b.Blocks), b.Window)
	}
	thinned := false
	for _, s := range b.Series {
		c := rows[names[s.Name]]
		want := c.layout(t, s.Layout.Kind)
		thinned = thinned || len(want.Knots) > 900 && len(want.Knots) < 1500
		if diff := cmp.Diff(want, s.Layout); diff != "" {
			t.Errorf("%s: layout (-rows +file):\n%s", s.Name, diff)
		}
		if diff := cmp.Diff(c.count(want, every), s.Counts); diff != "" {
			t.Errorf("%s: counts (-rows +file):\n%s", s.Name, diff)
		}
		for _, block := range b.Blocks {
			if diff := cmp.Diff(c.count(want, byDay[block.From]), block.Series[s.Name]); diff != "" {
				t.Errorf("%s on %s (-rows +file):\n%s", s.Name, block.From.Format(time.DateOnly), diff)
			}
		}
	}
	if balance, _ := b.Find("balance"); !thinned || balance.Counts.At(drift.PosInf) != 2 || balance.Counts.At(drift.Null) == 0 {
		t.Error("no series with more values than knots, infinities and nulls: the test would show little")
	}

	var scores []float64
	var positive []bool
	correct := 0
	for i, label := range rows["churned"].texts {
		if label == "" {
			continue
		}
		scores, positive = append(scores, rows["p"].numbers[i]), append(positive, label == "1")
		if rows["class"].texts[i] == label {
			correct++
		}
	}
	for name, want := range map[string]performance.Estimate{
		"accuracy": performance.Accuracy(correct, len(scores)), "auc": performance.AUC(scores, positive), "brier": performance.Brier(scores, positive),
	} {
		got := b.Metrics[name]
		// Sums are taken in another order.
		for what, d := range map[string]float64{"value": got.Value - want.Value, "lower": got.Lower - want.Lower, "upper": got.Upper - want.Upper} {
			if math.Abs(d) > 1e-12 || got.N != want.N {
				t.Errorf("%s: %s differs by %g, %d rows of %d", name, what, d, got.N, want.N)
			}
		}
	}
}

// python runs the interpreter in the package's directory.
func python(t *testing.T, args ...string) {
	t.Helper()
	dir := filepath.Join("..", "..", "python", "driftd_baseline")
	sources, _ := filepath.Glob(filepath.Join(dir, "*", "*.py"))
	own, _ := filepath.Glob(filepath.Join(dir, "*.py"))
	for _, source := range append(sources, own...) {
		if _, err := os.Stat(source); err != nil { // so that a result is not reused when it changes
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), parts.Python(t), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("python %v: %v\n%s", args, err, out)
	}
}

func TestPythonPackage(t *testing.T) { python(t, "-m", "unittest", "-q") }

// The committed file is what the package writes today.
func TestPythonFixtureIsCurrent(t *testing.T) {
	dir := t.TempDir()
	python(t, "fixture.py", dir)
	for _, name := range []string{"rows.csv", "python.json"} {
		want, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s differs from what the package writes: make baseline-fixture", name)
		}
	}
}
