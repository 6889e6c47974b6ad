package drift_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// peersJSON is what peers.py prints.
type peersJSON struct {
	Versions map[string]string             `json:"versions"`
	Seconds  map[string]float64            `json:"seconds"`
	Values   map[string]map[string]float64 `json:"values"`
}

// TestBesidePeers compares the same live rows with the same reference rows: what
// driftd takes from rows and from stored counts, and what its peers take.
func TestBesidePeers(t *testing.T) {
	if *python == "" {
		t.Skip("no -python with the peers: `make bench-drift` installs them")
	}
	b := newBeside(t)
	began := time.Now()
	ref := b.pin(t)
	pinned := time.Since(began)
	began = time.Now()
	count(t, b.store, b.policy, ref, day0)
	counted := time.Since(began)
	const times = 5
	began = time.Now()
	var ours map[string]map[string]float64
	for range times {
		ours = b.compare(t, ref)
	}
	compared := time.Since(began) / times
	peers := b.peers(t)
	b.agree(t, ours, peers)

	rows := counted + compared
	evidently := peers.Seconds["evidently psi"] + peers.Seconds["evidently ks"]
	byHand := peers.Seconds["by hand psi"] + peers.Seconds["by hand ks"]
	say(t, "PSI and KS of %d features, %d reference and %d live rows (Evidently %s, Polars %s, NumPy %s)\n\n| | seconds | beside driftd from rows | beside stored counts |\n|---|---|---|---|\n",
		*features, *daily, *daily, peers.Versions["evidently"], peers.Versions["polars"], peers.Versions["numpy"])
	for _, line := range []struct {
		name string
		took float64
	}{
		{"driftd: the reference pinned, once a version", pinned.Seconds()},
		{"driftd from rows: 24 buckets counted, compared", rows.Seconds()},
		{"driftd from stored counts", compared.Seconds()},
		{"by hand, deciles alone", peers.Seconds["by hand psi"]},
		{"by hand, both", byHand},
		{"Evidently", evidently},
	} {
		say(t, "| %s | %.4g | %.3g× | %.3g× |\n", line.name, line.took, line.took/rows.Seconds(), line.took/compared.Seconds())
	}
	say(t, "\n")
}

// beside is one model with reference rows before day0 and live rows on it.
type beside struct {
	*fleet
	store  *clickhouse.Store
	policy evaluate.Policy
	ref    model.Ref
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	f := newEngine(t)
	f.configure(t, 1, 1)
	c, err := config.Load(f.config)
	if err != nil {
		t.Fatal(err)
	}
	m := c.Models[0]
	b := &beside{fleet: f, store: f.open(t, c), policy: m.Policy, ref: model.Ref{Name: m.Policy.Model, Version: "1"}}
	if err := b.store.EnsureModel(t.Context(), m.Ingest); err != nil {
		t.Fatal(err)
	}
	for i, from := range []time.Time{day0.AddDate(0, 0, -1), day0} {
		f.predict(t, m.Policy.Model, 1, from, 24*time.Hour, *daily, float64(i)*0.05)
	}
	f.exec(t, "OPTIMIZE TABLE driftd.predictions_"+m.Policy.Model+" FINAL") // as it is soon after a day
	return b
}

// pin freezes the cells of every feature as an evaluation does.
func (b *beside) pin(t *testing.T) evaluate.Reference {
	t.Helper()
	ref := evaluate.Reference{ID: "r", Ref: b.ref, PinnedAt: day0}
	profiles, err := b.store.Profiles(t.Context(), b.policy, b.ref, day0.AddDate(0, 0, -1), day0)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		if p.Series.Kind != drift.Numeric || p.Series.Name == evaluate.ScoreSeries {
			continue // the peers compare the features
		}
		series, err := p.Freeze()
		if err != nil {
			t.Fatal(err)
		}
		ref.Series = append(ref.Series, series)
	}
	return ref
}

// compare reads the stored counts of the day and returns PSI and KS by feature.
func (b *beside) compare(t *testing.T, ref evaluate.Reference) map[string]map[string]float64 {
	t.Helper()
	windows, err := b.store.Counts(t.Context(), b.policy, ref, day0, day0.AddDate(0, 0, 1), 24*time.Hour)
	if err != nil || len(windows) != 1 {
		t.Fatalf("%d windows, %v", len(windows), err)
	}
	values := map[string]map[string]float64{}
	for _, name := range []string{"psi", "ks"} {
		measure, err := drift.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		values[name] = map[string]float64{}
		for _, s := range ref.Series {
			c := measure.Compare(s.Layout, s.Counts, windows[0].Series[s.Name], measure.Tolerance)
			if c.Reason != "" || c.Live != uint64(*daily) {
				t.Fatalf("%s of %s: %s, %d live rows", name, s.Name, c.Reason, c.Live)
			}
			values[name][s.Name] = c.Value
		}
	}
	return values
}

// peers hands the same rows to peers.py.
func (b *beside) peers(t *testing.T) (said peersJSON) {
	t.Helper()
	var columns []string
	for i := range *features {
		columns = append(columns, fmt.Sprintf("assumeNotNull(f_n%d) AS n%d", i, i))
	}
	var files []string
	for i, from := range []time.Time{day0.AddDate(0, 0, -1), day0} {
		path := filepath.Join(b.dir, fmt.Sprintf("%d.parquet", i))
		b.export(t, path, fmt.Sprintf("SELECT %s FROM driftd.predictions_%s WHERE toDate(ts) = '%s' FORMAT Parquet",
			strings.Join(columns, ", "), b.ref.Name, from.Format(time.DateOnly)))
		files = append(files, path)
	}
	command := exec.CommandContext(t.Context(), *python, append([]string{"peers.py"}, files...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, &said)
	}
	if err != nil {
		t.Fatalf("peers.py: %v", err)
	}
	return said
}

// export writes the answer of a statement to a file.
func (b *beside) export(t *testing.T, path, sql string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.at.HTTPAddress+"/?query="+url.QueryEscape(sql), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(b.at.Username, b.at.Password)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(file, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("export: %s, %v", answer.Status, err)
	}
}

// agree says whether everybody measured the same thing: KS within a thousandth,
// which is what the knots allow, and PSI over the same deciles. Evidently's PSI has
// bins of its own, its KS is a p-value: neither is compared.
func (b *beside) agree(t *testing.T, ours map[string]map[string]float64, peers peersJSON) {
	t.Helper()
	for name, tolerance := range map[string]float64{"psi": 1e-4, "ks": 1e-3} {
		for feature, want := range peers.Values["by hand "+name] {
			if got := ours[name][feature]; math.Abs(got-want) > tolerance {
				t.Errorf("%s of %s: %v, by hand %v", name, feature, got, want)
			}
		}
	}
	for _, name := range []string{"psi", "ks"} {
		if len(peers.Values["evidently "+name]) != *features || len(ours[name]) != *features {
			t.Errorf("%s: Evidently measured %d features, driftd %d, want %d", name, len(peers.Values["evidently "+name]), len(ours[name]), *features)
		}
	}
}
