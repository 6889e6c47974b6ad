package schedule

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t testing.TB, expr string) Schedule {
	t.Helper()
	s, err := Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC)
}

func TestCatchUpRunsWhatHasSomethingToJudge(t *testing.T) {
	tests := []struct {
		name             string
		expr             string
		after, until     time.Time
		bucket, lateness time.Duration
		want             []time.Time
	}{
		{"nothing was missed", "*/15 * * * *", at(1, 0, 15), at(1, 0, 29), time.Hour, 0, nil},
		{"one tick is the newest and runs although no bucket closed", "*/15 * * * *", at(1, 0, 15), at(1, 0, 31), time.Hour, 0,
			[]time.Time{at(1, 0, 30)}},
		{"the first tick after each closing, and the newest", "*/15 * * * *", at(1, 0, 15), at(1, 2, 44), time.Hour, 5 * time.Minute,
			[]time.Time{at(1, 1, 15), at(1, 2, 15), at(1, 2, 30)}},
		{"a tick at the very moment of closing counts", "0 * * * *", at(1, 0, 0), at(1, 3, 0), time.Hour, 0,
			[]time.Time{at(1, 1, 0), at(1, 2, 0), at(1, 3, 0)}},
		{"ticks rarer than buckets are all kept", "0 6 * * *", at(1, 6, 0), at(4, 7, 0), time.Hour, 5 * time.Minute,
			[]time.Time{at(2, 6, 0), at(3, 6, 0), at(4, 6, 0)}},
		{"the newest is not given twice", "0 6 * * *", at(1, 6, 0), at(2, 6, 0), 24 * time.Hour, 0,
			[]time.Time{at(2, 6, 0)}},
		{"a clock that was set back repeats nothing", "*/15 * * * *", at(2, 0, 0), at(1, 0, 0), time.Hour, 0, nil},
		{"no bucket, no skipping", "*/15 * * * *", at(1, 0, 0), at(1, 0, 45), 0, 0,
			[]time.Time{at(1, 0, 15), at(1, 0, 30), at(1, 0, 45)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, tt.expr)
			got := slices.Collect(s.CatchUp(tt.after, tt.until, tt.bucket, tt.lateness))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ticks (-want +got):\n%s", diff)
			}
		})
	}
}

// The jump over ticks is an optimisation: it must keep exactly those that the
// definition, applied tick by tick, keeps.
func TestCatchUpEqualsItsDefinition(t *testing.T) {
	for _, expr := range []string{"* * * * *", "*/7 * * * *", "17 3,9 * * *", "@every 25m", "0 0 * * 1"} {
		s := mustParse(t, expr)
		for _, bucket := range []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour} {
			for _, lateness := range []time.Duration{0, 5 * time.Minute, 90 * time.Minute} {
				after, until := at(2, 3, 4), at(19, 5, 6)
				var want []time.Time
				last := after
				for tick := range s.Due(after, until) {
					closed := floor(tick.Add(-lateness), bucket)
					if closed.After(floor(last.Add(-lateness), bucket)) || s.Next(tick).After(until) {
						want, last = append(want, tick), tick
					}
				}
				got := slices.Collect(s.CatchUp(after, until, bucket, lateness))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q bucket %s lateness %s (-want +got):\n%s", expr, bucket, lateness, diff)
				}
			}
		}
	}
}

func TestCatchUpOverYearsOfDowntimeHoldsNothing(t *testing.T) {
	s := mustParse(t, "* * * * *")
	n := 0
	allocs := testing.AllocsPerRun(1, func() {
		n = 0
		for range s.CatchUp(at(1, 0, 0).AddDate(-10, 0, 0), at(1, 0, 0), 24*time.Hour, 5*time.Minute) {
			n++
		}
	})
	if want := 3652 + 1; n != want { // days in the ten years, and the newest minute
		t.Errorf("%d ticks, want %d", n, want)
	}
	// A slice of the 5.3 million minutes would be counted here.
	if allocs > 100 {
		t.Errorf("%.0f allocations for ten years", allocs)
	}
}

func TestEveryIsAlignedWhateverTheStart(t *testing.T) {
	s := mustParse(t, "@every 25m")
	a := slices.Collect(s.Due(at(1, 0, 0), at(1, 6, 0)))
	b := slices.Collect(s.Due(at(1, 0, 7), at(1, 6, 0)))
	if diff := cmp.Diff(a[len(a)-len(b):], b); diff != "" || len(b) == 0 {
		t.Errorf("ticks depend on the start (-a +b):\n%s", diff)
	}
}
