package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// Forty days of two versions on the engine: a reference that chooses its window, a
// challenger that takes it, and windows beside the same hours of four weeks before.
func TestWindowsAreChosenTakenAndComparedOnTheEngine(t *testing.T) {
	rng := seeded(t, 63)
	m := ingest.Model{Name: "m", Task: model.Binary, Features: []ingest.Feature{{Name: "n", Kind: ingest.Number}}}
	s := migrated(t, m)
	const days, perDay, reference = 40, 300, 30
	var rows []prediction
	for day := range days {
		for i := range perDay {
			for _, version := range []string{"1", "2"} {
				if version == "2" && day < reference {
					continue // came when the reference was over
				}
				rows = append(rows, prediction{
					ID: fmt.Sprint(day, "-", i), Version: version, At: at(day, time.Duration(rng.Int64N(int64(24*time.Hour)))).Truncate(time.Millisecond),
					Score: rng.Float64(), Class: "1", Features: []any{rng.NormFloat64()},
				})
			}
		}
	}
	insert(t, s, batch(m, 0, rows))

	p := policy(m)
	p.Bucket, p.Lateness, p.Maturity, p.Budgets.DriftAlerts = 24*time.Hour, 5*time.Minute, 0, 2
	p.Drift = evaluate.DriftPolicy{Measures: []string{"psi"}, Tolerate: map[string]float64{"psi": 0.1}, Compare: evaluate.Trailing}
	p.Source = evaluate.ReferenceSource{From: at(0, 0), To: at(reference, 0), FirstDays: 14, Version: evaluate.ServingVersion}
	var past evaluate.Past
	past.Verdicts = map[string]evaluate.Verdict{}
	results := map[string][]evaluate.Result{}
	for day := reference; day <= days; day++ {
		tick := at(day, 10*time.Minute)
		var err error
		if past.References, err = s.References(t.Context(), m.Name, tick); err != nil {
			t.Fatal(err)
		}
		verdicts, err := evaluate.New(s, s, s).Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version] = v
			stored, err := s.Results(t.Context(), v.Ref, tick, tick)
			if err != nil {
				t.Fatal(err)
			}
			results[v.Ref.Version] = append(results[v.Ref.Version], stored...)
		}
	}
	refs, err := s.References(t.Context(), m.Name, at(days, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	own, taken := refs["1"], refs["2"]
	if own.Window != 24*time.Hour || !own.Auto || taken.Of != "1" || taken.Window != own.Window || taken.Rows != own.Rows || !taken.Since.Equal(at(reference+1, 0)) {
		t.Errorf("version 1 has windows of %s (auto %v); version 2 took %d rows of %q, windows of %s since %s", own.Window, own.Auto, taken.Rows, taken.Of, taken.Window, taken.Since)
	}

	psi, err := drift.Lookup("psi")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, r := range results["1"] {
		if r.Feature != "n" || r.Check != "psi" || r.Against == "" {
			continue
		}
		ago := []int{1}
		if r.Against == evaluate.SameHours {
			ago = []int{7, 14, 21, 28}
		}
		var before drift.Counts
		for _, n := range ago {
			for _, c := range expected(m, own, rows, r.From.AddDate(0, 0, -n), r.To.AddDate(0, 0, -n), 24*time.Hour) {
				before.Add(c.Series["n"])
			}
		}
		live := expected(m, own, rows, r.From, r.To, 24*time.Hour)[0].Series["n"]
		for _, series := range own.Series {
			if series.Name == "n" {
				if want := psi.Compare(series.Layout, before, live, 0.1).Value; r.Value == nil || *r.Value != want || r.P != nil {
					t.Errorf("%s against %s: %v, want %v", r.From.Format(time.DateOnly), r.Against, r.Value, want)
				}
			}
		}
		compared++
	}
	if compared != 2*(days-reference) {
		t.Errorf("%d windows were compared with those before, want %d", compared, 2*(days-reference))
	}
}
