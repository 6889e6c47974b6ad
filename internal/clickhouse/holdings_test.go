package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// What is read at once of all versions is what is read of each: which predicted, from when
// to when, and what their buckets hold.
func TestHoldingsAgreeWithActivityAndHolds(t *testing.T) {
	const days, rows = 75, 3000
	rng := seeded(t, 1070)
	s := migrated(t, flights)
	p := policy(flights)
	said := []string{"1", "2", "10", runOf2, modelOf2, runUnknown}
	var all []prediction
	for i := range rows {
		version := said[rng.IntN(len(said))]
		made := time.Duration(rng.Int64N(int64(days * 24 * time.Hour / time.Millisecond)))
		if version == "10" {
			made %= 20 * 24 * 3600 * 1000 // it stopped
		}
		all = append(all, prediction{ID: fmt.Sprint(i), Version: version, At: at(0, made*time.Millisecond), Score: rng.Float64()})
		if rng.IntN(5) == 0 { // sent again at once, or much later
			all = append(all, all[rng.IntN(len(all))])
		}
	}
	for i := 0; i < len(all); i += 500 {
		insert(t, s, batch(flights, int64(i), all[i:min(i+500, len(all))]))
	}

	agree := func(when string, versions int, from, to time.Time) {
		t.Helper()
		holdings, err := s.Holdings(t.Context(), p, from, to)
		if err != nil {
			t.Fatal(err)
		}
		held, got := map[string][]evaluate.Held{}, []evaluate.Activity(nil)
		for _, h := range holdings {
			held[h.Version] = append(held[h.Version], h.Held)
			if n := len(got); n == 0 || got[n-1].Version != h.Version {
				got = append(got, evaluate.Activity{Version: h.Version, First: h.Bucket})
			}
			got[len(got)-1].Last = h.Last
		}
		want, err := s.Activity(t.Context(), p, from, to)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) != versions {
			t.Errorf("%s: %d versions predicted, want %d", when, len(want), versions)
		}
		for i, a := range want {
			want[i] = evaluate.Activity{Version: a.Version, First: a.First.Truncate(p.Bucket), Last: a.Last}
			ref := evaluate.Reference{Ref: model.Ref{Name: flights.Name, Version: a.Version}}
			one, err := s.Holds(t.Context(), p, ref, from, to)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(one, held[a.Version]); diff != "" || len(one) == 0 {
				t.Errorf("%s: version %s of %d buckets (-alone +at once): %s", when, a.Version, len(one), diff)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: versions (-activity +holdings): %s", when, diff)
		}
	}
	agree("before ids are resolved", 3, at(0, 0), at(days, 0))
	ids := []Unresolved{{ID: runOf2, First: at(0, 0)}, {ID: modelOf2, First: at(0, 0)}}
	if err := s.Resolve(t.Context(), flights.Name, at(days, 0), ids, map[string]string{runOf2: "2", modelOf2: "2"}); err != nil {
		t.Fatal(err)
	}
	agree("with ids", 3, at(0, 0), at(days, 0))
	agree("a stretch", 2, at(23, 7*time.Hour), at(66, 21*time.Hour))
	agree("an hour", 0, at(days, 0), at(days, time.Hour))
	run(t, s, "OPTIMIZE TABLE %s FINAL", predictionsTable(flights.Name))
	agree("merged", 3, at(0, 0), at(days, 0))
	p.Bucket = 24 * time.Hour
	agree("days", 3, at(1, 0), at(days-1, 0))
}

// asking counts what is asked of each version, and which predicted.
type asking struct {
	*Store
	activity, holds int
}

func (a *asking) Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	a.activity++
	return a.Store.Activity(ctx, p, from, to)
}

func (a *asking) Holds(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	a.holds++
	return a.Store.Holds(ctx, p, ref, from, to)
}

// A model is judged alike whether its buckets are asked at once or version by version:
// with rows that come late, events that are sent again, a version that comes later, one
// whose id is resolved, and ticks that are left out.
func TestJudgedAlikeByHoldings(t *testing.T) {
	const step, days, perTick = 12 * time.Hour, 13, 600
	p := policy(flights)
	p.Bucket, p.Lateness, p.Maturity = 6*time.Hour, 5*time.Minute, 0
	p.Source = evaluate.ReferenceSource{FirstDays: 4}
	p.Drift = evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi"}, Tolerate: map[string]float64{"psi": 0.1}}
	p.Budgets = evaluate.Budgets{DriftAlerts: 2}
	judge := func(atOnce bool) (verdicts []evaluate.Verdict, counts []string, asked asking) {
		rng := seeded(t, 1071)
		s := migrated(t, flights)
		run(t, s, "SYSTEM STOP MERGES %s", predictionsTable(flights.Name)) // a merge changes what buckets hold when it likes
		asked.Store = s
		e := evaluate.New(&asked, s, s)
		if atOnce {
			e.WithHoldings(s)
		}
		var wait []prediction // until they arrive
		offset := int64(0)
		for tick := step; tick <= days*24*time.Hour; tick += step {
			for i := range perTick {
				version := []string{"1", "2", runOf2}[i%3]
				if version == "2" && tick < 4*24*time.Hour {
					version = "1"
				}
				wait = append(wait, prediction{
					ID: fmt.Sprint(tick, i), Version: version, At: at(0, tick-time.Duration(1+rng.Int64N(int64(step)-1)).Truncate(time.Millisecond)),
					Score: rng.Float64(), Class: "1", Features: []any{rng.NormFloat64(), "UA"}, Segment: "eu",
				})
			}
			var come []prediction
			wait = slices.DeleteFunc(wait, func(row prediction) bool {
				now := rng.IntN(6) > 0
				if now {
					come = append(come, row)
				}
				return now && rng.IntN(10) > 0 // else it is sent again
			})
			insert(t, s, batch(flights, offset, come))
			offset += int64(len(come))
			now := at(0, tick+10*time.Minute)
			switch {
			case tick == 8*24*time.Hour:
				if err := s.Resolve(t.Context(), flights.Name, now, []Unresolved{{ID: runOf2, First: at(0, 0)}}, map[string]string{runOf2: "3"}); err != nil {
					t.Fatal(err)
				}
			case tick > 10*24*time.Hour && tick < 11*24*time.Hour:
				continue
			}
			past, err := s.LoadPast(t.Context(), flights.Name, now)
			if err != nil {
				t.Fatal(err)
			}
			judged, err := e.Evaluate(t.Context(), p, "1", past.Evaluate, now)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SaveVerdicts(t.Context(), judged); err != nil {
				t.Fatal(err)
			}
			verdicts = append(verdicts, judged...)
		}
		for _, table := range []string{"counted_buckets", "bucket_counts"} {
			counts = append(counts, scalar[string](t, s, "SELECT arrayStringConcat(arraySort(groupArray(toString(tuple(*)))), '\n') FROM "+table+" FINAL"))
		}
		return verdicts, counts, asked
	}
	want, wantCounts, alone := judge(false)
	got, gotCounts, atOnce := judge(true)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-each alone +at once): %s", diff)
	}
	if diff := cmp.Diff(wantCounts, gotCounts); diff != "" {
		t.Errorf("what was counted (-each alone +at once): %s", diff)
	}
	versions, revised := map[string]bool{}, 0
	for _, v := range got {
		versions[v.Ref.Version] = versions[v.Ref.Version] || v.ReferenceID != ""
		if v.Revision > 0 {
			revised++
		}
	}
	if len(versions) != 3 || !versions["1"] || !versions["2"] || !versions["3"] || revised == 0 {
		t.Errorf("versions with a reference: %v, %d verdicts were revised: this proves nothing", versions, revised)
	}
	t.Logf("asked which versions predicted %d times, and at once %d; what one holds %d times, and at once %d", alone.activity, atOnce.activity, alone.holds, atOnce.holds)
	if atOnce.holds > alone.holds/4 || atOnce.activity >= alone.activity {
		t.Errorf("asked which versions predicted %d times of %d, and what one holds %d times of %d", atOnce.activity, alone.activity, atOnce.holds, alone.holds)
	}
}
