package evaluate_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// tardy is a store in which the rows of one stretch arrive late, and that
// remembers verdicts.
type tardy struct {
	*memory
	from, to time.Time // whose rows are missing
	arrived  bool
	noticed  bool
	cut      bool      // the tick at which they arrive is repeated
	counted  time.Time // tick at which they were noticed
	verdicts []evaluate.Verdict
}

func (s *tardy) Counts(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	all, err := s.memory.Counts(ctx, p, ref, from, to, window)
	if !s.noticed { // what arrived after it was counted is not in the counts
		all = slices.DeleteFunc(all, func(c evaluate.Counts) bool { return !c.From.Before(s.from) && c.From.Before(s.to) })
	}
	return all, err
}

func (s *tardy) Count(_ context.Context, _ evaluate.Policy, _ evaluate.Reference, _ []evaluate.Held, tick time.Time) ([]evaluate.Counts, bool, error) {
	if s.arrived && !s.noticed {
		s.noticed, s.counted = true, tick
	}
	return nil, false, nil
}

// Holds and Counted know of one bucket: that in which the missing rows begin.
func (s *tardy) Holds(_ context.Context, _ evaluate.Policy, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return s.bucket(s.arrived, from, to), nil
}

func (s *tardy) Counted(_ context.Context, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return s.bucket(s.noticed, from, to), nil
}

func (s *tardy) bucket(whole bool, from, to time.Time) []evaluate.Held {
	if s.from.Before(from) || !s.from.Before(to) {
		return nil
	}
	if !whole {
		return []evaluate.Held{{Bucket: s.from, Rows: 1, Offsets: 1}}
	}
	return []evaluate.Held{{Bucket: s.from, Rows: 2, Offsets: 3, Tick: s.counted}}
}

func (s *tardy) Judged(_ context.Context, ref model.Ref, at time.Time) (evaluate.Verdict, bool, error) {
	for _, v := range slices.Backward(s.verdicts) {
		if v.Ref == ref && !v.DriftTo.IsZero() && !v.DriftTo.After(at) {
			return v, true, nil
		}
	}
	return evaluate.Verdict{}, false, nil
}

// daily judges v1 by its inputs, day by day, and returns every verdict.
func daily(t *testing.T, s *tardy, arrives time.Time) []evaluate.Verdict {
	t.Helper()
	p := flightsPolicy(s.memory)
	p.Live.Metrics = nil
	e := evaluate.New(s, s, s.memory)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	for tick := day(time.June, 2).Add(10 * time.Minute); tick.Before(day(time.July, 25)); tick = tick.AddDate(0, 0, 1) {
		past.References = s.pinned
		s.arrived = !tick.Before(arrives)
		if s.cut && tick.Equal(arrives) { // what was counted is stored, and no verdict
			if _, err := e.Evaluate(t.Context(), p, "1", past, tick); err != nil {
				t.Fatal(err)
			}
		}
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.Verdicts["1"] = verdicts[0]
		s.verdicts = append(s.verdicts, verdicts[0])
	}
	return s.verdicts
}

// Four warm days arrive two weeks late: the alert they complete comes late, and
// from then on everything stands as if they had come in time.
func TestLateRowsAreJudgedAsIfInTime(t *testing.T) {
	missing := func() *tardy {
		return &tardy{memory: newMemory(t, map[string]string{"1": "v1"}), from: day(time.July, 3), to: day(time.July, 7)}
	}
	arrives := day(time.July, 18).Add(10 * time.Minute)
	inTime := daily(t, missing(), time.Time{})
	late := daily(t, missing(), arrives)
	sets := cmp.Options{
		cmpopts.IgnoreFields(evaluate.Verdict{}, "Revision", "Revised", "Results"),
		cmpopts.SortSlices(func(a, b evaluate.Evidence) bool { return a.Feature < b.Feature }),
	}
	differed := false
	for i, v := range late {
		switch {
		case v.Tick.Before(arrives):
			differed = differed || !cmp.Equal(inTime[i], v, sets)
			if v.Revision != 0 {
				t.Errorf("%s: revision %d before anything came late", v.Tick.Format(time.DateOnly), v.Revision)
			}
			continue
		case v.Tick.Equal(arrives):
			revised := map[time.Time]bool{}
			for _, r := range v.Results {
				if r.Revision != 0 {
					revised[r.From] = true
				}
			}
			// July 3 to 16; the 17th is judged for the first time.
			if len(revised) != 14 || !revised[day(time.July, 3)] || !revised[day(time.July, 16)] || v.Revision != 1 || !v.Revised.Equal(day(time.July, 17)) {
				t.Errorf("%d windows were judged anew, revision %d up to %s", len(revised), v.Revision, v.Revised)
			}
		case v.Revision != 1 || !v.Revised.IsZero():
			t.Errorf("%s: revision %d again", v.Tick.Format(time.DateOnly), v.Revision)
		}
		if diff := cmp.Diff(inTime[i], v, sets); diff != "" {
			t.Fatalf("%s (-in time +late): %s", v.Tick.Format(time.DateOnly), diff)
		}
	}
	if !differed {
		t.Error("the late rows made no difference: they prove nothing")
	}
}

// A tick that counts late rows and comes to no verdict is repeated: the windows that
// they change are judged anew all the same.
func TestLateRowsOfATickThatWasCutShort(t *testing.T) {
	run := func(cut bool) []evaluate.Verdict {
		s := &tardy{memory: newMemory(t, map[string]string{"1": "v1"}), from: day(time.July, 3), to: day(time.July, 7), cut: cut}
		return daily(t, s, day(time.July, 18).Add(10*time.Minute))
	}
	want, got := run(false), run(true)
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b evaluate.Evidence) bool { return a.Feature < b.Feature })); diff != "" {
		t.Errorf("verdicts (-at once +after it was cut short): %s", diff)
	}
	if got[len(got)-1].Revision == 0 {
		t.Error("nothing was judged anew: this proves nothing")
	}
}

// A repeated delivery makes no revision: the counts are what they were.
func TestRepeatedRowsChangeNothing(t *testing.T) {
	s := &repeated{tardy: tardy{memory: newMemory(t, map[string]string{"1": "v1"})}}
	s.tardy.noticed = true
	p := flightsPolicy(s.memory)
	p.Live.Metrics = nil
	e := evaluate.New(s, s, s.memory)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	for tick := day(time.June, 2).Add(10 * time.Minute); tick.Before(day(time.June, 20)); tick = tick.AddDate(0, 0, 1) {
		past.References = s.pinned
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.Verdicts["1"] = verdicts[0]
		if verdicts[0].Revision != 0 {
			t.Fatalf("%s: revision %d", tick.Format(time.DateOnly), verdicts[0].Revision)
		}
	}
	if s.asked == 0 {
		t.Error("nobody looked for late rows")
	}
}

// repeated always says that a bucket holds more rows than were counted.
type repeated struct {
	tardy
	asked int
}

func (s *repeated) Holds(_ context.Context, p evaluate.Policy, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return filled(from, to, p.Bucket), nil
}

func (s *repeated) Counted(_ context.Context, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	s.asked++
	return nil, nil
}
