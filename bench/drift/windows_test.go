package drift_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// TestWindows shows what counting a day costs by its rows, that judging it from
// stored counts does not depend on them, and what the counts take on disk.
func TestWindows(t *testing.T) {
	f := newEngine(t)
	f.configure(t, 1, 1)
	c, err := config.Load(f.config)
	if err != nil {
		t.Fatal(err)
	}
	store, m := f.open(t, c), c.Models[0]
	if err := store.EnsureModel(t.Context(), m.Ingest); err != nil {
		t.Fatal(err)
	}
	ref := reference(t, m.Policy)
	ref.Ref = model.Ref{Name: m.Policy.Model, Version: "1"}
	say(t, "%d features of %d knots, a day of hourly and of daily buckets\n\n| rows a day | bucket | counted from rows, s | judged from counts, ms | bytes on disk a feature and bucket |\n|---|---|---|---|---|\n", *features, drift.MaxKnots)
	for i, rows := 0, 10_000; rows <= *most; i, rows = i+1, rows*10 {
		day := day0.AddDate(0, 0, i)
		f.predict(t, m.Policy.Model, 1, day, 24*time.Hour, rows, 0)
		for _, bucket := range []time.Duration{time.Hour, 24 * time.Hour} {
			p := m.Policy
			p.Bucket, ref.ID = bucket, fmt.Sprint(rows, bucket)
			began := time.Now()
			count(t, store, p, ref, day)
			counted := time.Since(began)
			judged := time.Hour // the best of five: the shortest is the least disturbed
			for range 5 {
				began = time.Now()
				windows, err := store.Counts(t.Context(), p, ref, day, day.AddDate(0, 0, 1), 24*time.Hour)
				if err != nil || len(windows) != 1 {
					t.Fatalf("%d windows, %v", len(windows), err)
				}
				measureAll(t, p, ref, windows[0], rows)
				judged = min(judged, time.Since(began))
			}
			say(t, "| %d | %s | %.3g | %.3g | %.0f |\n", rows, bucket, counted.Seconds(), float64(judged.Microseconds())/1000, f.stored(t, ref.ID))
		}
	}
	say(t, "\n")
}

// count counts a day's rows under the reference.
func count(t *testing.T, store *clickhouse.Store, p evaluate.Policy, ref evaluate.Reference, day time.Time) {
	t.Helper()
	held, err := store.Holds(t.Context(), p, ref, day, day.AddDate(0, 0, 1))
	if err == nil {
		_, _, err = store.Count(t.Context(), p, ref, held, time.Time{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// measureAll takes the policy's measures of every series.
func measureAll(t *testing.T, p evaluate.Policy, ref evaluate.Reference, live evaluate.Counts, rows int) {
	t.Helper()
	for _, name := range p.Drift.Measures {
		measure, err := drift.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range ref.Series {
			if !measure.Applies(s.Layout.Kind) {
				continue
			}
			if c := measure.Compare(s.Layout, s.Counts, live.Series[s.Name], measure.Tolerance); c.Reason != "" || c.Live != uint64(rows) {
				t.Fatalf("%s of %s: %s, %d live rows, want %d", name, s.Name, c.Reason, c.Live, rows)
			}
		}
	}
}

// stored returns what one feature's counts of one bucket take on disk: the counts
// of a reference alone in a table of their own, merged.
func (f *fleet) stored(t *testing.T, id string) float64 {
	t.Helper()
	f.exec(t, "CREATE OR REPLACE TABLE driftd.alone AS driftd.bucket_counts")
	f.exec(t, "INSERT INTO driftd.alone SELECT * FROM driftd.bucket_counts FINAL WHERE series LIKE 'n%' AND reference_id = '"+id+"'")
	f.exec(t, "OPTIMIZE TABLE driftd.alone FINAL")
	var bytes float64
	if err := f.conn.QueryRow(t.Context(), "SELECT sum(data_compressed_bytes) / sum(rows) FROM system.parts WHERE active AND database = 'driftd' AND table = 'alone'").Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return bytes
}
