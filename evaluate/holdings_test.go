package evaluate_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// surveyed is a store that tells at once what buckets hold of the versions 1 and 2, and
// notes what it is asked.
type surveyed struct {
	counting
	last  time.Time      // of version 2
	asked [][2]time.Time // at once
	alone [][2]time.Time // of one version
}

func (s *surveyed) Holdings(_ context.Context, p evaluate.Policy, from, to time.Time) (all []evaluate.Holding, err error) {
	s.asked = append(s.asked, [2]time.Time{from, to})
	for _, h := range but(filled(from, to, p.Bucket), s.is) {
		all = append(all, evaluate.Holding{Version: "1", Last: h.Bucket, Held: h})
	}
	bucket := s.last.Truncate(p.Bucket)
	return append(all, evaluate.Holding{Version: "2", Last: s.last, Held: evaluate.Held{Bucket: bucket, Rows: 1, Offsets: 1}}), nil
}

func (s *surveyed) Holds(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	s.alone = append(s.alone, [2]time.Time{from, to})
	return s.counting.Holds(ctx, p, ref, from, to)
}

// A version's buckets are asked alone only where what was read of all does not tell, and
// what is counted is the same.
func TestBucketsAreAskedAtOnce(t *testing.T) {
	const horizon = 31 * 24 * time.Hour
	type stretches = [][2]time.Time
	counted := day(time.June, 20)
	closed, since := counted.Add(time.Hour), counted.Add(-horizon)
	late := day(time.June, 12).Add(3 * time.Hour)
	for _, c := range []struct {
		name     string
		tick     time.Time
		past     func(*evaluate.Past)
		is       map[time.Time]evaluate.Held
		window   time.Duration
		at, only stretches // asked of all versions, and of one
		from     time.Time // the earliest bucket that is counted
	}{
		{name: "a bucket closed", at: stretches{{since, closed}}, from: counted},
		{name: "late rows", is: map[time.Time]evaluate.Held{late: {Rows: 2, Offsets: 5}}, at: stretches{{since, closed}}, from: late},
		{name: "some closed", tick: counted.Add(50*time.Hour + 10*time.Minute), at: stretches{{since, counted.Add(50 * time.Hour)}}, from: counted},
		{name: "no bucket closed", tick: counted.Add(20 * time.Minute)},
		{name: "longer windows", window: 60 * 24 * time.Hour, at: stretches{{closed.AddDate(0, 0, -60).Add(-time.Hour), closed}}, from: counted},
		{
			name: "an id was resolved", past: func(p *evaluate.Past) { p.Reopened = map[string]time.Time{"1": late} },
			at: stretches{{since, closed}}, from: late,
		},
		{
			name: "an id of long ago was resolved", past: func(p *evaluate.Past) { p.Reopened = map[string]time.Time{"1": day(time.May, 2)} },
			at: stretches{{since, closed}}, only: stretches{{day(time.May, 2), closed}}, from: day(time.May, 2),
		},
		{
			name: "counted less far than others", past: func(p *evaluate.Past) {
				v := p.Verdicts["1"]
				v.CountedTo = v.CountedTo.Add(-2 * time.Hour)
				p.Verdicts["1"] = v
			},
			at: stretches{{since, closed}}, only: stretches{{since.Add(-2 * time.Hour), closed}}, from: counted.Add(-2 * time.Hour),
		},
		{
			name: "a reference that begins later", past: func(p *evaluate.Past) {
				v := p.Verdicts["1"]
				v.CountedTo = closed.Add(time.Hour)
				p.Verdicts["1"], p.Reopened = v, map[string]time.Time{"1": late}
			},
			at: stretches{{since, closed}}, only: stretches{{closed.Add(time.Hour - horizon), closed.Add(time.Hour)}}, from: late,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ref := model.Ref{Name: "flights", Version: "1"}
			past := evaluate.Past{
				Verdicts: map[string]evaluate.Verdict{
					"1": {Ref: ref, Tick: counted.Add(10 * time.Minute), FirstSeen: day(time.April, 1), CountedTo: counted, DriftTo: counted},
					"2": {Tick: counted.Add(10 * time.Minute), FirstSeen: day(time.April, 1)},
				},
				References: map[string]evaluate.Reference{"1": {ID: "r", Ref: ref, To: day(time.May, 1)}},
			}
			if c.past != nil {
				c.past(&past)
			}
			p := evaluate.Policy{Model: "flights", Bucket: time.Hour, Lateness: 5 * time.Minute, Drift: evaluate.DriftPolicy{Window: max(c.window, 24*time.Hour)}}
			run := func(e func(*surveyed) *evaluate.Evaluator) *surveyed {
				s := &surveyed{counting: counting{active: evaluate.Activity{Version: "1"}, is: c.is}, last: counted}
				tick := c.tick
				if tick.IsZero() {
					tick = closed.Add(10 * time.Minute)
				}
				if _, err := e(s).Evaluate(t.Context(), p, "1", past, tick); err != nil {
					t.Fatal(err)
				}
				return s
			}
			want := run(func(s *surveyed) *evaluate.Evaluator { return evaluate.New(s, s, s) })
			got := run(func(s *surveyed) *evaluate.Evaluator { return evaluate.New(s, s, s).WithHoldings(s) })
			if diff := cmp.Diff([]stretches{c.at, c.only}, []stretches{got.asked, got.alone}); diff != "" {
				t.Errorf("asked at once, and alone: %s", diff)
			}
			if diff := cmp.Diff(want.counted, got.counted); diff != "" {
				t.Errorf("counted (-each alone +at once): %s", diff)
			}
			if c.from.IsZero() != (len(got.counted) == 0) || len(got.counted) > 0 && !got.counted[0][0].Equal(c.from) {
				t.Errorf("counted %v, want from %s", got.counted, c.from)
			}
		})
	}
}

// What is read begins with a bucket: who predicted in it, but too long ago, is not judged.
func TestWhoPredictedTooLongAgoIsNotJudged(t *testing.T) {
	counted := day(time.June, 20)
	from := counted.Add(time.Hour).AddDate(0, 0, -60).Add(-5 * time.Minute) // a window, and what may be late
	for _, c := range []struct {
		last time.Time
		want int
	}{{from.Add(-time.Millisecond), 1}, {from, 2}} {
		s := &surveyed{counting: counting{active: evaluate.Activity{Version: "1"}}, last: c.last}
		v := evaluate.Verdict{Tick: counted.Add(10 * time.Minute), FirstSeen: day(time.April, 1)}
		past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{"1": v, "2": v}}
		p := evaluate.Policy{Model: "flights", Bucket: time.Hour, Lateness: 5 * time.Minute, Drift: evaluate.DriftPolicy{Window: 60 * 24 * time.Hour}}
		verdicts, err := evaluate.New(s, s, s).WithHoldings(s).Evaluate(t.Context(), p, "1", past, counted.Add(70*time.Minute))
		if err != nil || len(verdicts) != c.want {
			t.Errorf("last prediction at %s: %d versions are judged, %v; want %d", c.last, len(verdicts), err, c.want)
		}
	}
}
