package evaluate_test

import (
	"context"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// stray is the flights with one prediction of version 1 that has a wrong date.
type stray struct {
	*memory
	at      time.Time
	matured int // calls
}

func (s *stray) within(from, to time.Time) bool { return !s.at.Before(from) && s.at.Before(to) }

func (s *stray) Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	all, err := s.memory.Activity(ctx, p, from, to)
	if !s.within(from, to) || err != nil {
		return all, err
	}
	for i := range all {
		if all[i].Version == "1" {
			all[i].First = s.at
			all[i].Rows++
			return all, nil
		}
	}
	return append(all, evaluate.Activity{Version: "1", First: s.at, Last: s.at, Rows: 1}), nil
}

func (s *stray) Matured(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Matured, error) {
	s.matured++
	all, err := s.memory.Matured(ctx, p, from, to)
	if s.within(from, to) {
		all = append(all, evaluate.Matured{Version: "1", Predicted: 1})
	}
	return all, err
}

// One event with a date of long ago must neither keep a version from ever
// having a reference, nor cost work for every empty day since.
func TestStrayDateCostsLittleAndBlocksNothing(t *testing.T) {
	m := &stray{memory: newMemory(t, map[string]string{"1": "v1"}), at: time.Date(1990, time.March, 2, 10, 0, 0, 0, time.UTC)}
	p := flightsPolicy(m.memory)
	p.Source = evaluate.ReferenceSource{FirstDays: 28}
	e := evaluate.New(m, m, m)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: m.pinned, Demoted: map[string]bool{}}
	var last evaluate.Verdict
	for tick := day(time.April, 1).Add(10 * time.Minute); tick.Before(day(time.May, 15)); tick = tick.AddDate(0, 0, 1) {
		before := m.matured
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		if asked := m.matured - before; asked > 100 {
			t.Fatalf("%s asked %d times for labels", tick.Format(time.DateOnly), asked)
		}
		past.References = m.pinned
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version], last = v, v
		}
	}
	ref, ok := m.pinned["1"]
	if !ok || !ref.From.Equal(day(time.April, 1)) && !ref.From.Equal(day(time.April, 2)) || ref.Rows < 1000 {
		t.Errorf("reference from %s of %d rows, want the first days of traffic", ref.From, ref.Rows)
	}
	if last.LabelsTo.Before(day(time.May, 1)) || last.Live.Status == evaluate.Inconclusive {
		t.Errorf("labels judged up to %s, live %+v", last.LabelsTo, last.Live)
	}
}
