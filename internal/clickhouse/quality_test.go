package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
)

// Five weeks of a model whose wind becomes a text, whose messages can no longer
// be read, and which falls silent: what the engine counts is what is told.
func TestDataQualityOnTheEngine(t *testing.T) {
	rng := seeded(t, 62)
	s := migrated(t, flights)
	const bucket, days = 6 * time.Hour, 35
	breaks, unread, silent := at(days, 0), at(days, bucket), at(days, 2*bucket)
	var rows []prediction
	for from := at(0, 0); from.Before(silent); from = from.Add(bucket) {
		for range 250 {
			p := prediction{ID: fmt.Sprint(len(rows)), Version: "1", At: from.Add(time.Duration(rng.Int64N(int64(bucket)))).Truncate(time.Millisecond), Score: rng.Float64(), Features: []any{10 * rng.Float64(), "UA"}}
			if !from.Before(breaks) {
				p.Features[0], p.Extra = nil, map[string]string{"wind": `"12,5"`}
			}
			rows = append(rows, p)
		}
	}
	insert(t, s, batch(flights, 0, rows))
	var bad []ingest.Reject
	for range 600 {
		bad = append(bad, ingest.Reject{Time: unread.Add(time.Hour), Reason: ingest.BadJSON, Kind: ingest.PredictionsTopic, Message: message("r")})
	}
	insert(t, s, rejects("events", 1e6, bad...))

	p := policy(flights)
	p.Bucket, p.Lateness, p.Maturity = bucket, 5*time.Minute, 0
	p.Source = evaluate.ReferenceSource{From: at(0, 0), To: at(14, 0), FirstDays: 14}
	p.Drift = evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi"}, Tolerate: map[string]float64{"psi": 0.1}}
	p.Quality = evaluate.QualityPolicy{Checks: []string{"missing", "invalid", "unseen", drift.Rejects, drift.Volume, drift.Freshness}, Tolerate: map[string]float64{"missing": 0.01, "invalid": 0.001, "unseen": 0.01, drift.Rejects: 0.01, drift.Volume: 0.7, drift.Freshness: 1}}
	p.Budgets = evaluate.Budgets{DriftAlerts: 2, DataAlerts: 2}

	e := evaluate.New(s, s, s).WithArrivals(s)
	want := map[time.Time]string{breaks.Add(bucket): "wind invalid", unread.Add(bucket): "wind invalid, rejects bad_json", silent.Add(bucket): "wind invalid, freshness " + silent.Format("15:04")}
	for tick := at(33, bucket); !tick.After(silent.Add(bucket)); tick = tick.Add(bucket) {
		past, err := s.LoadPast(t.Context(), p.Model, tick.Add(6*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		verdicts, err := e.Evaluate(t.Context(), p, "1", past.Evaluate, tick.Add(6*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, ev := range verdicts[0].Evidence {
			for _, voice := range ev.Voices {
				if ev.Kind != evaluate.Quality || ev.Broken != voice.Check {
					continue
				}
				if told != "" {
					told += ", "
				}
				if ev.Feature != "" {
					told += ev.Feature + " "
				}
				told += voice.Check
				if voice.Detail != "" {
					told += " " + voice.Detail
				}
				if !voice.Since.IsZero() {
					told += voice.Since.Format(" 15:04")
				}
			}
		}
		if diff := cmp.Diff(want[tick], told); diff != "" {
			t.Errorf("%s: %s", tick, diff)
		}
	}
}
