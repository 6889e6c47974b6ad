package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// BenchmarkTick measures what one tick asks of the store: a model with 18
// features, 2,000 predictions a day by each of two versions, a year of daily
// verdicts behind it.
func BenchmarkTick(b *testing.B) {
	const days, daily = 60, 2000
	rng := seeded(b, 1)
	m := ingest.Model{Name: "flights", Task: model.Binary}
	for i := range 18 {
		f := ingest.Feature{Name: fmt.Sprintf("n%d", i), Kind: ingest.Number}
		if i >= 14 {
			f = ingest.Feature{Name: fmt.Sprintf("c%d", i), Kind: ingest.Category}
		}
		m.Features = append(m.Features, f)
	}
	s := migrated(b, m)
	day := func(d int) *ingest.Batch {
		var rows []prediction
		var outcomes []outcome
		for i := range daily {
			id := fmt.Sprint(d*daily + i)
			made := at(d, time.Duration(i)*24*time.Hour/daily)
			var features []any
			for k := range m.Features {
				if k < 14 {
					features = append(features, rng.NormFloat64())
				} else {
					features = append(features, fmt.Sprint(rng.IntN(12)))
				}
			}
			for _, version := range []string{"1", "2"} {
				rows = append(rows, prediction{ID: id, Version: version, At: made, Score: rng.Float64(), Class: "1", Features: features})
			}
			outcomes = append(outcomes, outcome{ID: id, At: made.Add(24 * time.Hour), Label: fmt.Sprint(rng.IntN(2))})
		}
		return batch(m, int64(d*daily*3), rows, outcomes...)
	}
	for d := range days {
		insert(b, s, day(d))
	}
	p := policy(m)
	ref := model.Ref{Name: "flights", Version: "1"}
	profiles, err := s.Profiles(b.Context(), p, ref, at(0, 0), at(28, 0))
	if err != nil {
		b.Fatal(err)
	}
	reference := frozen(b, "r", ref, profiles)
	reference.PinnedAt = at(29, 0)
	if err := s.Pin(b.Context(), reference); err != nil {
		b.Fatal(err)
	}
	for d := range 365 {
		if err := s.SaveVerdicts(b.Context(), []evaluate.Verdict{verdict("1", at(d-365, 0)), verdict("2", at(d-365, 0))}); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	next := func() int { n++; return n }
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"Ping", func() error { return s.Ping(b.Context()) }},
		{"Insert4000Predictions2000Outcomes", func() error { return s.Insert(b.Context(), day(days+next()), false) }},
		{"StartTick", func() error {
			_, err := s.StartTick(b.Context(), "flights", "alias champion", at(next(), 0), alerts.Serving{Ref: ref, Known: true})
			return err
		}},
		{"LoadPast", func() error { _, err := s.LoadPast(b.Context(), "flights", at(1, 0)); return err }},
		{"Activity", func() error { _, err := s.Activity(b.Context(), p, at(50, 0), at(51, 0)); return err }},
		{"CountDayOf20Series", func() error { return countBetween(b, s, p, reference, at(50, 0), at(51, 0), time.Time{}) }},
		{"Counts", func() error {
			_, err := s.Counts(b.Context(), p, reference, at(50, 0), at(51, 0), 24*time.Hour)
			return err
		}},
		{"MaturedDay", func() error { _, err := s.Matured(b.Context(), p, at(50, 0), at(51, 0)); return err }},
		{"SaveVerdicts", func() error {
			tick := at(next(), 0)
			return s.SaveVerdicts(b.Context(), []evaluate.Verdict{verdict("1", tick), verdict("2", tick)})
		}},
		{"SaveAction", func() error {
			return s.SaveAction(b.Context(), alerts.Action{ID: "x", Model: "flights", Stage: alerts.Intent, Tick: at(0, 0), At: at(0, 0)})
		}},
		{"FinishTick", func() error { return s.FinishTick(b.Context(), "flights", at(next(), 0)) }},
		{"Count28DaysOf20Series", func() error { return countBetween(b, s, p, reference, at(0, 0), at(28, 0), time.Time{}) }},
		{"Profiles28Days", func() error { _, err := s.Profiles(b.Context(), p, ref, at(0, 0), at(28, 0)); return err }},
	} {
		b.Run(part.name, func(b *testing.B) {
			for b.Loop() {
				if err := part.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
