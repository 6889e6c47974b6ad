package clickhouse

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
)

// A topic that is created anew counts its offsets from 0 again. Neither the rows
// nor the tokens of the former topic stand for those of the new one.
func TestRecreatedTopicHidesNothing(t *testing.T) {
	for _, suspect := range []bool{false, true} {
		s := migrated(t, flights)
		former := hundred(0)
		former.TopicID = "former"
		insert(t, s, former)
		later := hundred(0)
		later.TopicID = "later"
		for i := range later.Predictions[0].ID {
			later.Predictions[0].Time[i] = later.Predictions[0].Time[i].Add(time.Minute)
		}
		for i := range later.Outcomes.ID {
			later.Outcomes.Time[i] = later.Outcomes.Time[i].Add(time.Minute)
		}
		later.Rejects[0].Time = later.Rejects[0].Time.Add(time.Minute)
		for range 2 {
			if err := s.Insert(t.Context(), later, suspect); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([3]uint64{200, 100, 2}, copies(t, s)); diff != "" {
			t.Errorf("suspect=%v: %s", suspect, diff)
		}
	}
}

// A message without timestamp is known again.
func TestSuspectInsertKnowsRejectsWithoutTime(t *testing.T) {
	s := migrated(t, flights)
	b := &ingest.Batch{Topic: "events", Last: 1, Rejects: []ingest.Reject{{Reason: ingest.BadJSON}, {Offset: 1, Time: at(0, 0), Reason: ingest.BadJSON}}}
	for range 3 {
		if err := s.Insert(t.Context(), b, true); err != nil {
			t.Fatal(err)
		}
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM rejects"); got != 2 {
		t.Errorf("%d rejects stored, want 2", got)
	}
}

// Late events of one batch may be spread over more months than a server takes in
// one insert unless told.
func TestManyMonthsInOneBatch(t *testing.T) {
	s := migrated(t, flights)
	var rows []prediction
	const months = 130
	for i := range months {
		rows = append(rows, prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, 0).AddDate(0, -i, 0), Score: 0.5})
	}
	b := batch(flights, 0, rows)
	insert(t, s, b)
	insert(t, s, b)
	if err := s.Insert(t.Context(), b, true); err != nil {
		t.Fatal(err)
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM predictions_flights"); got != months {
		t.Errorf("%d rows, want %d", got, months)
	}
}

// Should a token be forgotten, a plain repeat is there twice on disk, readers see
// it once, and a suspect repeat, which asks no token, leaves one copy.
func TestForgottenTokens(t *testing.T) {
	s := migrated(t, flights)
	for _, table := range []string{"predictions_flights", "outcomes", "rejects"} {
		run(t, s, "ALTER TABLE %s MODIFY SETTING non_replicated_deduplication_window = 5", table)
		run(t, s, "SYSTEM STOP MERGES %s", table)
	}
	insert(t, s, hundred(0))
	for i := range 3 {
		insert(t, s, hundred(int64(1000*(i+1))))
	}
	if err := s.Insert(t.Context(), hundred(0), true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]uint64{400, 200, 4}, copies(t, s)); diff != "" {
		t.Errorf("suspect repeat: %s", diff)
	}
	insert(t, s, hundred(0))
	if got := copies(t, s); got == [3]uint64{400, 200, 4} {
		t.Error("the tokens were not forgotten: this test tests nothing")
	}
	if got := visible(t, s); got != [3]uint64{400, 200, 4} {
		t.Errorf("readers see %v", got)
	}
}

// visible returns how many rows readers see of each table.
func visible(t *testing.T, s *Store) [3]uint64 {
	t.Helper()
	return [3]uint64{
		scalar[uint64](t, s, "SELECT count() FROM predictions_flights FINAL"),
		scalar[uint64](t, s, "SELECT count() FROM outcomes FINAL"),
		scalar[uint64](t, s, "SELECT count() FROM rejects FINAL"),
	}
}

// A group whose offsets have expired reads everything again, in ranges that are
// cut in other ways: readers see one copy, before, during and after merges.
func TestEverythingReadAgain(t *testing.T) {
	s := migrated(t, flights)
	var rows []prediction
	var outcomes []outcome
	const n = 600
	for i := range n {
		rows = append(rows, prediction{ID: fmt.Sprint(i), Version: "1", At: at(i%90, 0), Score: 0.5})
		outcomes = append(outcomes, outcome{ID: fmt.Sprint(i), At: at(i%90, time.Hour), Label: "1"})
	}
	store := func(size int) {
		for from := 0; from < n; from += size {
			to := min(n, from+size)
			insert(t, s, batch(flights, int64(from), rows[from:to]))
			b := batch(flights, int64(n+from), nil, outcomes[from:to]...)
			insert(t, s, b)
		}
	}
	store(100)
	ctx, stop := context.WithCancel(t.Context())
	var merging sync.WaitGroup
	merging.Go(func() {
		for ctx.Err() == nil {
			_ = s.conn.Exec(ctx, "OPTIMIZE TABLE predictions_flights FINAL") // fails when another merge runs
		}
	})
	for _, size := range []int{70, 250, 33} {
		store(size)
		for range 5 {
			if got := visible(t, s); got != [3]uint64{n, n, 0} {
				t.Errorf("readers see %v, want %d of each", got, n)
			}
		}
	}
	stop()
	merging.Wait()
}
