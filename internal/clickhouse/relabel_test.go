package clickhouse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate"
)

var _ evaluate.Revisions = (*Store)(nil)

const labelDays = 9

// world is what happened: predictions of two versions, and outcomes by their own
// time, corrections and repetitions among them.
func labelWorld(rng *rand.Rand) (predictions []prediction, outcomes []outcome) {
	for d := range labelDays {
		for i := range 300 {
			id, made := fmt.Sprintf("%d-%d", d, i), at(d, time.Duration(rng.Int64N(int64(24*time.Hour)))).Truncate(time.Millisecond)
			for _, version := range []string{"1", "2"} {
				role := map[string]string{"1": "served", "2": "shadow"}[version]
				predictions = append(predictions, prediction{
					ID: id, Version: version, At: made, Role: role, Score: rng.Float64(), Segment: []string{"", "eu", "=us"}[i%3],
				})
			}
			for range rng.IntN(3) {
				o := outcome{ID: id, At: made.Add(time.Duration(rng.Int64N(int64(30 * time.Hour)))).Truncate(time.Millisecond), Label: fmt.Sprint(rng.IntN(2))}
				outcomes = append(outcomes, o)
				if rng.IntN(4) == 0 {
					outcomes = append(outcomes, o)
				}
			}
		}
	}
	return predictions, outcomes
}

// labelPolicy judges labels a day after, from the first day on.
func labelPolicy() evaluate.Policy {
	p := policy(flights)
	p.Segments = flights.Segments
	p.Bucket, p.Lateness, p.Maturity = time.Hour, 5*time.Minute, 24*time.Hour
	p.Source = evaluate.ReferenceSource{FirstDays: 300}
	p.Live = evaluate.LivePolicy{
		Metrics: []string{"accuracy", "auc", "brier"}, Block: 24 * time.Hour, MinLabels: 1, Coverage: 0.1,
		Tolerate: map[string]float64{"accuracy": 0.01, "auc": 0.01, "brier": 0.005},
	}
	p.Budgets = evaluate.Budgets{Demotions: 0.01, Pages: 0.5, DriftAlerts: 2}
	return p
}

// replay delivers everything by the given days and judges after each day. It
// returns what was said last.
func (s *labelStore) replay(t *testing.T, p evaluate.Policy, deliver func(outcome) int, predictions []prediction, outcomes []outcome) []evaluate.Published {
	t.Helper()
	offset := int64(0)
	send := func(predictions []prediction, outcomes ...outcome) {
		if len(predictions)+len(outcomes) > 0 {
			insert(t, s.Store, batch(flights, offset, predictions, outcomes...))
			offset += int64(len(predictions) + len(outcomes))
		}
	}
	e := evaluate.New(s, s, s).WithRevisions(s)
	for d := 0; d < labelDays+5; d++ {
		var now []prediction
		for _, row := range predictions {
			if row.At.Before(at(d+1, 0)) && !row.At.Before(at(d, 0)) {
				now = append(now, row)
			}
		}
		var come []outcome
		for _, o := range outcomes {
			if deliver(o) == d {
				come = append(come, o)
			}
		}
		send(now, come...)
		tick := at(d+1, 10*time.Minute)
		past, err := s.LoadPast(t.Context(), p.Model, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.Evaluate.Slots = []evaluate.Tenure{{Version: "2", From: at(-1, 0)}, {Version: "1", From: at(0, 0)}}
		verdicts, err := e.Evaluate(t.Context(), p, "1", past.Evaluate, tick)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
			t.Fatal(err)
		}
	}
	said, err := s.Published(t.Context(), p, at(0, 0), at(labelDays+9, 0), forever)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

type labelStore struct{ *Store }

// However late, repeated and out of order labels come, in the end the tables say
// what they would had all come in time.
func TestLateLabelsGiveTheTablesOfABatch(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := seeded(t, 600+seed)
			predictions, outcomes := labelWorld(rng)
			inTime := (&labelStore{migrated(t, flights)}).replay(t, labelPolicy(), func(o outcome) int { return int(o.At.Sub(at(0, 0)) / (24 * time.Hour)) }, predictions, outcomes)
			rng.Shuffle(len(outcomes), func(i, j int) { outcomes[i], outcomes[j] = outcomes[j], outcomes[i] })
			delays := map[outcome]int{}
			for _, o := range outcomes {
				delays[o] = min(labelDays+2, int(o.At.Sub(at(0, 0))/(24*time.Hour))+rng.IntN(5))
			}
			late := (&labelStore{migrated(t, flights)}).replay(t, labelPolicy(), func(o outcome) int { return delays[o] }, predictions, outcomes)
			ignore := []cmp.Option{
				cmpopts.IgnoreFields(evaluate.Result{}, "Revision", "Limit"), // limits are of a baseline that is learned as labels come
				cmp.Comparer(func(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }),
				cmp.FilterPath(func(p cmp.Path) bool {
					return len(p) > 1 && (p.Last().String() == ".Lower" || p.Last().String() == ".Upper")
				}, cmp.Ignore()), // the design effect of a pair is that of the evidence, which is not told again
			}
			if diff := cmp.Diff(inTime, late, ignore...); diff != "" {
				t.Errorf("in time, then late: %s", diff)
			}
			if !slices.ContainsFunc(late, func(r evaluate.Published) bool { return r.Revision > 0 && r.Segment != "" }) {
				t.Error("nothing was revised within a segment")
			}
			revised := slices.ContainsFunc(late, func(r evaluate.Published) bool { return r.Revision > 0 })
			if !revised || slices.ContainsFunc(inTime, func(r evaluate.Published) bool { return r.Revision > 0 }) {
				t.Errorf("revised: late %t, in time too", revised)
			}
		})
	}
}

// What labels said at maturity is what the evidence heard, whatever comes later.
func TestLateLabelsAreNotHeardTwice(t *testing.T) {
	rng := seeded(t, 610)
	predictions, outcomes := labelWorld(rng)
	s := &labelStore{migrated(t, flights)}
	s.replay(t, labelPolicy(), func(o outcome) int { return min(labelDays+2, int(o.At.Sub(at(0, 0))/(24*time.Hour))+rng.IntN(5)) }, predictions, outcomes)
	last, err := s.LastVerdicts(t.Context(), flights.Name, forever)
	if err != nil {
		t.Fatal(err)
	}
	for version, v := range last {
		for _, e := range v.Evidence {
			if e.Kind == evaluate.Paired && e.Blocks != e.State.Blocks {
				t.Errorf("version %s %s: heard %d blocks, its state %d", version, e.Check, e.Blocks, e.State.Blocks)
			}
			if e.Kind == evaluate.Paired && e.Blocks > labelDays {
				t.Errorf("version %s %s heard %d blocks of %d days", version, e.Check, e.Blocks, labelDays)
			}
		}
	}
}

// A prediction without an outcome by its maturity is of the negative class; outcomes
// that come late revise that, which the evidence does not hear.
func TestAbsentOutcomesAreNegative(t *testing.T) {
	for seed := range uint64(3) {
		rng := seeded(t, 620+seed)
		predictions, outcomes := labelWorld(rng)
		delays := map[outcome]int{}
		for _, o := range outcomes {
			delays[o] = min(labelDays+2, int(o.At.Sub(at(0, 0))/(24*time.Hour))+rng.IntN(5))
		}
		p := labelPolicy()
		p.AbsentNegative, p.Live.Metrics = true, []string{"accuracy", "recall"}
		s := &labelStore{migrated(t, flights)}
		said := map[string]evaluate.Result{}
		for _, r := range s.replay(t, p, func(o outcome) int { return delays[o] }, predictions, outcomes) {
			if r.Against == "" && r.Segment == "" {
				said[fmt.Sprint(r.Version, r.Check, r.From.Sub(at(0, 0))/(24*time.Hour))] = r.Result
			}
		}
		revised := false
		for _, version := range []string{"1", "2"} {
			for d := range time.Duration(labelDays) {
				var rows, came, right, positive, found float64
				for _, row := range predictions {
					if row.Version != version || row.At.Before(at(int(d), 0)) || !row.At.Before(at(int(d)+1, 0)) {
						continue
					}
					label, known := labelOf(row, outcomes, p.Maturity)
					called := row.Score.(float64) >= 0.5
					rows, came = rows+1, came+one(known)
					right += one(called == (label == "1"))
					positive, found = positive+one(label == "1"), found+one(label == "1" && called)
				}
				for check, want := range map[string]float64{"coverage": came / rows, "accuracy": right / rows, "recall": found / positive} {
					got := said[fmt.Sprint(version, check, d)]
					revised = revised || got.Revision > 0
					switch {
					case math.IsNaN(want) && got.Value == nil && got.Reason == "no_positives":
					case got.Value == nil || math.Abs(*got.Value-want) > 1e-12:
						t.Errorf("seed %d: version %s, day %d, %s: %+v, want %v", seed, version, d, check, got, want)
					case check == "coverage" && (got.Reason == evaluate.ReasonAbsent) != (want < 1):
						t.Errorf("seed %d: day %d: coverage %v says %q", seed, d, want, got.Reason)
					}
				}
			}
		}
		if !revised {
			t.Errorf("seed %d: no late outcome revised anything", seed)
		}
	}
}

// labelOf is the last outcome of the prediction by its own time that is at most the
// maturity away.
func labelOf(row prediction, outcomes []outcome, maturity time.Duration) (label string, known bool) {
	var newest time.Time
	for _, o := range outcomes {
		if o.ID == row.ID && o.At.Sub(row.At).Abs() <= maturity && !o.At.Before(newest) {
			label, known, newest = o.Label, true, o.At
		}
	}
	return label, known
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Outcomes that cease under absent: negative make every prediction negative: half of
// the reference's coverage is the least by default.
func TestCeasedOutcomesAreNotNegative(t *testing.T) {
	rng := seeded(t, 630)
	predictions, outcomes := labelWorld(rng)
	p := labelPolicy()
	p.AbsentNegative, p.Live.Coverage, p.Source.FirstDays = true, 0, 3
	outcomes = slices.DeleteFunc(outcomes, func(o outcome) bool { return !o.At.Before(at(6, 0)) })
	for i := range predictions { // enough for a reference
		for range 2 {
			again := predictions[i]
			again.ID += fmt.Sprint("-", rng.Uint64())
			predictions = append(predictions, again)
			for _, o := range outcomes {
				if o.ID == predictions[i].ID {
					o.ID = again.ID
					outcomes = append(outcomes, o)
				}
			}
		}
	}
	s := &labelStore{migrated(t, flights)}
	said := s.replay(t, p, func(o outcome) int { return int(o.At.Sub(at(0, 0)) / (24 * time.Hour)) }, predictions, outcomes)
	for _, r := range said {
		day := int(r.From.Sub(at(0, 0)) / (24 * time.Hour))
		if r.Check != "coverage" || r.Segment != "" || day < 3 {
			continue
		}
		t.Logf("version %s, day %d: coverage %.3f, at least %.3f: %s %s", r.Version, day, *r.Value, *r.Limit, r.Status, r.Reason)
		if ceased := day >= 6; *r.Limit < 0.2 || (r.Reason == evaluate.ReasonCoverage) != ceased || (r.Status == evaluate.Inconclusive) != ceased {
			t.Errorf("version %s, day %d: coverage %v of at least %v is %s, %q", r.Version, day, *r.Value, *r.Limit, r.Status, r.Reason)
		}
	}
}
