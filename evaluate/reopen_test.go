package evaluate_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// counting is a store that has one active version and notes what is counted.
type counting struct {
	evaluate.Profiler
	evaluate.Labels
	active  evaluate.Activity
	counted [][2]time.Time
	is, was map[time.Time]evaluate.Held // of buckets that hold, or held when they were counted, anything but a row
}

func (c *counting) Activity(context.Context, evaluate.Policy, time.Time, time.Time) ([]evaluate.Activity, error) {
	return []evaluate.Activity{c.active}, nil
}

func (c *counting) Whole(_ context.Context, ref evaluate.Reference) (evaluate.Reference, error) {
	return ref, nil
}

func (c *counting) Count(_ context.Context, p evaluate.Policy, _ evaluate.Reference, held []evaluate.Held, _ time.Time) ([]evaluate.Counts, bool, error) {
	c.counted = append(c.counted, [2]time.Time{held[0].Bucket, held[len(held)-1].Bucket.Add(p.Bucket)})
	return nil, false, nil
}

// filled gives every bucket a row.
func filled(from, to time.Time, bucket time.Duration) (all []evaluate.Held) {
	for ; from.Before(to); from = from.Add(bucket) {
		all = append(all, evaluate.Held{Bucket: from, Rows: 1, Offsets: 1})
	}
	return all
}

func (c *counting) Holds(_ context.Context, p evaluate.Policy, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return but(filled(from, to, p.Bucket), c.is), nil
}

func (c *counting) Counts(context.Context, evaluate.Policy, evaluate.Reference, time.Time, time.Time, time.Duration) ([]evaluate.Counts, error) {
	return nil, nil
}

func (c *counting) Counted(_ context.Context, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return but(filled(from, to, time.Hour), c.was), nil
}

// but sets what some buckets hold; those without rows are left out.
func but(all []evaluate.Held, others map[time.Time]evaluate.Held) []evaluate.Held {
	for i := range all {
		if other, ok := others[all[i].Bucket]; ok {
			other.Bucket = all[i].Bucket
			all[i] = other
		}
	}
	return slices.DeleteFunc(all, func(h evaluate.Held) bool { return h.Rows == 0 })
}

func (c *counting) Judged(context.Context, model.Ref, time.Time) (evaluate.Verdict, bool, error) {
	return evaluate.Verdict{}, false, nil
}

// Predictions that become a version's after their buckets were counted have
// them counted anew, down to the end of the reference, which is frozen.
func TestReopenedBucketsAreCountedAgain(t *testing.T) {
	reference, counted, tick := day(time.June, 1), day(time.June, 20), day(time.June, 21).Add(10*time.Minute)
	for _, c := range []struct {
		name     string
		reopened map[string]time.Time
		from     time.Time
	}{
		{"nothing", nil, counted},
		{"another version", map[string]time.Time{"2": day(time.June, 5)}, counted},
		{"in the middle of a bucket", map[string]time.Time{"1": day(time.June, 5).Add(90 * time.Minute)}, day(time.June, 5).Add(time.Hour)},
		{"before the reference ended", map[string]time.Time{"1": day(time.May, 5)}, reference},
		{"not counted yet", map[string]time.Time{"1": day(time.June, 20).Add(5 * time.Hour)}, counted},
	} {
		s := &counting{active: evaluate.Activity{Version: "1", First: day(time.April, 1), Last: tick, Rows: 1}}
		ref := model.Ref{Name: "flights", Version: "1"}
		past := evaluate.Past{
			Verdicts:   map[string]evaluate.Verdict{"1": {Ref: ref, FirstSeen: day(time.April, 1), CountedTo: counted, DriftTo: counted}},
			References: map[string]evaluate.Reference{"1": {ID: "r", Ref: ref, To: reference}},
			Reopened:   c.reopened,
		}
		p := evaluate.Policy{Model: "flights", Bucket: time.Hour, Drift: evaluate.DriftPolicy{Window: 24 * time.Hour, Tolerate: map[string]float64{}}}
		verdicts, err := evaluate.New(s, s, s).Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		want := [][2]time.Time{{counted, day(time.June, 21)}}
		if c.from.Before(counted) {
			want = append([][2]time.Time{{c.from, counted}}, want...)
		}
		if diff := cmp.Diff(want, s.counted); diff != "" || !verdicts[0].CountedTo.Equal(day(time.June, 21)) {
			t.Errorf("%s: counted to %s, calls (-want +got):\n%s", c.name, verdicts[0].CountedTo, diff)
		}
	}
}

// A closed bucket is counted again when it holds other rows than it did, whichever way
// that shows, and those after it with it.
func TestWhatABucketHoldsTellsWhetherItIsLate(t *testing.T) {
	since, counted, tick := day(time.June, 1), day(time.June, 20), day(time.June, 20).Add(10*time.Minute)
	first, second := day(time.June, 10), day(time.June, 12).Add(3*time.Hour)
	type held = map[time.Time]evaluate.Held
	for _, c := range []struct {
		name    string
		was, is held
		from    time.Time // zero when nothing is counted again
	}{
		{"the same rows", nil, nil, time.Time{}},
		{"one more", nil, held{second: {Rows: 2, Offsets: 3}}, second},
		{"one was merged away", held{second: {Rows: 2, Offsets: 3}}, nil, second},
		{"another in its place", nil, held{second: {Rows: 1, Offsets: 9}}, second},
		{"counted before offsets were noted", held{second: {Rows: 1}}, nil, time.Time{}},
		{"never counted", held{first: {}}, nil, first},
		{"all gone", nil, held{first: {}}, first.Add(time.Hour)},
		{"two of them", held{second: {}}, held{first: {Rows: 5, Offsets: 50}}, first},
		{"counted at the tick that judged", held{second: {Rows: 1, Offsets: 1, Tick: counted}}, nil, time.Time{}},
		{"counted at a tick that came to no verdict", held{second: {Rows: 1, Offsets: 1, Tick: tick}}, nil, second},
	} {
		s := &counting{active: evaluate.Activity{Version: "1", First: day(time.April, 1), Last: tick, Rows: 1}, was: c.was, is: c.is}
		ref := model.Ref{Name: "flights", Version: "1"}
		past := evaluate.Past{
			Verdicts:   map[string]evaluate.Verdict{"1": {Ref: ref, Tick: counted, FirstSeen: day(time.April, 1), CountedTo: counted, DriftTo: counted}},
			References: map[string]evaluate.Reference{"1": {ID: "r", Ref: ref, To: since}},
		}
		p := evaluate.Policy{Model: "flights", Bucket: time.Hour, Drift: evaluate.DriftPolicy{Window: 24 * time.Hour, Tolerate: map[string]float64{}}}
		if _, err := evaluate.New(s, s, s).Evaluate(t.Context(), p, "1", past, tick.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		want := [][2]time.Time{{counted, counted.Add(time.Hour)}}
		if !c.from.IsZero() {
			want = append([][2]time.Time{{c.from, counted}}, want...)
		}
		if diff := cmp.Diff(want, s.counted); diff != "" {
			t.Errorf("%s: counted (-want +got): %s", c.name, diff)
		}
	}
}
