package clickhouse

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// late returns the hours before the given end that hold other rows than when they were
// counted.
func late(t *testing.T, s *Store, p evaluate.Policy, ref evaluate.Reference, to time.Time) (hours []int) {
	t.Helper()
	now, err1 := s.Holds(t.Context(), p, ref, at(0, 0), to)
	counted, err2 := s.Counted(t.Context(), ref, at(0, 0), to)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	holds := map[time.Time]evaluate.Held{}
	for _, held := range now {
		holds[held.Bucket] = held
	}
	for at := at(0, 0); at.Before(to); at = at.Add(time.Hour) {
		was := evaluate.Held{}
		for _, c := range counted {
			if c.Bucket.Equal(at) {
				was = c
			}
		}
		if is := holds[at]; is.Rows != was.Rows || is.Offsets != was.Offsets {
			hours = append(hours, at.Hour())
		}
	}
	return hours
}

func TestLateRowsAreNoticedOnce(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	ref := evaluate.Reference{ID: "r", Ref: model.Ref{Name: flights.Name, Version: "1"}}
	offset := int64(0)
	arrive := func(version string, hours ...int) {
		t.Helper()
		var rows []prediction
		for _, hour := range hours {
			rows = append(rows, prediction{ID: fmt.Sprint(offset, hour), Version: version, At: at(0, time.Duration(hour)*time.Hour+time.Minute), Features: []any{1.0, "UA"}})
		}
		insert(t, s, batch(flights, offset, rows))
		offset += 100
	}
	late := func(what string, want ...int) {
		t.Helper()
		if got := late(t, s, p, ref, at(0, 10*time.Hour)); !slices.Equal(got, want) {
			t.Errorf("%s: hours %v are late, want %v", what, got, want)
		}
	}
	count := func(from, to int) {
		t.Helper()
		if err := countBetween(t, s, p, ref, at(0, time.Duration(from)*time.Hour), at(0, time.Duration(to)*time.Hour), at(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	arrive("1", 0, 1, 1, 5)
	count(0, 10)
	late("all was counted")
	arrive("2", 3)
	late("of another version")
	arrive("1", 11)
	late("beyond what was counted")
	arrive("1", 7, 4)
	late("two buckets", 4, 7)
	count(4, 10)
	late("counted again")
	arrive("1", 0)
	late("a bucket that was counted at first", 0)
	count(0, 10)
	late("counted again")
	counted, err := s.Counted(t.Context(), ref, at(0, 0), at(0, 10*time.Hour))
	if err != nil || len(counted) != 5 || !counted[0].Tick.Equal(at(1, 0)) {
		t.Errorf("counted: %+v, %v", counted, err)
	}
	if err := s.Resolve(t.Context(), flights.Name, at(1, 0), []Unresolved{{ID: "2", First: at(0, 3*time.Hour)}}, map[string]string{"2": "1"}); err != nil {
		t.Fatal(err)
	}
	late("rows that became the version's", 3)
}

// An event that was sent again with other values is noticed also where a merge dropped
// the one it replaces before anybody looked.
func TestLateRowsAreNoticedAfterAMerge(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	ref := evaluate.Reference{ID: "r", Ref: model.Ref{Name: flights.Name, Version: "1"}}
	send := func(offset int64, carrier string) {
		insert(t, s, batch(flights, offset, []prediction{{ID: "a", Version: "1", At: at(0, time.Minute), Features: []any{1.0, carrier}}}))
	}
	late := func() bool {
		run(t, s, "OPTIMIZE TABLE %s FINAL", predictionsTable(flights.Name))
		return len(late(t, s, p, ref, at(0, time.Hour))) > 0
	}
	for offset, carrier := range []string{"UA", "AA", "AA"} {
		send(int64(offset), carrier)
		if !late() {
			t.Errorf("offset %d is not late", offset)
		}
		if err := countBetween(t, s, p, ref, at(0, 0), at(0, time.Hour), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if late() {
			t.Errorf("offset %d is late though it was counted", offset)
		}
	}
}

// Late rows that could not be counted are still late.
func TestLateRowsAreNoticedAfterAFailure(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	good := evaluate.Reference{ID: "r", Ref: model.Ref{Name: flights.Name, Version: "1"}}
	bad := good
	bad.Series = []evaluate.ReferenceSeries{{Name: "no such feature", Layout: drift.NewCategorical(nil)}}
	late := func() bool {
		return len(late(t, s, p, good, at(0, time.Hour))) > 0
	}
	insert(t, s, batch(flights, 0, []prediction{{ID: "a", Version: "1", At: at(0, time.Minute)}}))
	if err := countBetween(t, s, p, bad, at(0, 0), at(0, time.Hour), time.Time{}); err == nil {
		t.Fatal("counted a feature that is not there")
	}
	if !late() {
		t.Error("nothing is late, though nothing was counted")
	}
	if err := countBetween(t, s, p, good, at(0, 0), at(0, time.Hour), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if late() {
		t.Error("late, though it was counted")
	}
}

func TestJudgedIsTheLastVerdictBeforeAWindow(t *testing.T) {
	s := migrated(t)
	ref := model.Ref{Name: "churn", Version: "1"}
	for day := range 5 {
		v := evaluate.Verdict{Ref: ref, Tick: at(day, time.Hour), Status: evaluate.Healthy, ReferenceID: "r", DriftTo: at(day, 0), Revision: uint32(day)}
		if day == 0 {
			v.DriftTo = time.Time{} // nothing judged yet
		}
		if err := s.SaveVerdicts(t.Context(), []evaluate.Verdict{v}); err != nil {
			t.Fatal(err)
		}
	}
	for days, want := range map[int]int{0: -1, 1: 1, 3: 3, 9: 4} {
		v, found, err := s.Judged(t.Context(), ref, at(days, 30*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if found != (want >= 0) || found && (!v.DriftTo.Equal(at(want, 0)) || v.Revision != uint32(want)) {
			t.Errorf("before day %d: %v, drift judged to %s; want day %d", days, found, v.DriftTo, want)
		}
	}
}

// Windows from day 3 on were judged anew at day 8, so that what was said between does not
// know of the rows that had come late.
func TestJudgedKnowsOfRowsThatCameLate(t *testing.T) {
	s := migrated(t)
	ref := model.Ref{Name: "churn", Version: "1"}
	for day := 1; day <= 10; day++ {
		v := evaluate.Verdict{Ref: ref, Tick: at(day, time.Hour), Status: evaluate.Healthy, ReferenceID: "r", DriftTo: at(day, 0)}
		judge := func(feature string, from int, revision uint32) {
			v.Results = append(v.Results, evaluate.Result{Check: "psi", Feature: feature, From: at(from, 0), To: at(from+1, 0), Status: evaluate.Healthy, Revision: revision})
		}
		judge("wind", day-1, 0)
		switch day {
		case 8:
			v.Revision, v.Revised = 1, at(7, 0)
			for from := 3; from < 7; from++ {
				judge("wind", from, 1)
			}
		case 9:
			v.Revision = 2
			judge("", 0, 2) // about labels of long ago
		}
		if err := s.SaveVerdicts(t.Context(), []evaluate.Verdict{v}); err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[int]int{2: 2, 3: 3, 4: 3, 7: 3, 8: 8, 9: 9, 10: 10} {
		v, found, err := s.Judged(t.Context(), ref, at(before, 0))
		if err != nil || !found || !v.DriftTo.Equal(at(want, 0)) {
			t.Errorf("before day %d: found %t, drift judged to %s, error %v; want day %d", before, found, v.DriftTo, err, want)
		}
	}
}
