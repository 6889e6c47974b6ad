package clickhouse

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest"
)

// gathered lets the inserts wait for each other and returns their errors once
// all went in together.
func gathered(t *testing.T, s *Store, ctxs []context.Context, batches ...*ingest.Batch) []error {
	t.Helper()
	statement := occupied(t, s, batches[0])
	errs := make([]error, len(batches))
	done := make(chan struct{})
	for i, b := range batches {
		go func() {
			errs[i] = s.Insert(ctxs[i], b, false)
			done <- struct{}{}
		}()
	}
	waiting := func() int {
		s.groups.mu.Lock()
		defer s.groups.mu.Unlock()
		return len(s.groups.waiting[statement])
	}
	left := len(batches)
	for waiting() < left {
		time.Sleep(time.Millisecond)
		for _, ctx := range ctxs {
			if ctx.Err() != nil && left == len(batches) {
				<-done // it gives up by itself
				left--
			}
		}
	}
	s.insertGroups(statement)
	for range left {
		<-done
	}
	return errs
}

// occupied makes the line of the batch's table look as if an insert were running.
func occupied(t *testing.T, s *Store, b *ingest.Batch) string {
	t.Helper()
	tables, err := tablesOf(b)
	if err != nil {
		t.Fatal(err)
	}
	statement, err := tables[0].call.render()
	if err != nil {
		t.Fatal(err)
	}
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	s.groups.running[statement]++
	return statement
}

func background(n int) []context.Context {
	all := make([]context.Context, n)
	for i := range all {
		all[i] = context.Background()
	}
	return all
}

func TestWaitingRangesGoInTogether(t *testing.T) {
	s := migrated(t, flights)
	batches := []*ingest.Batch{sequence(0, 1000), sequence(5000, 3), sequence(6000, 300), sequence(7000, 1)}
	for i, err := range gathered(t, s, background(4), batches...) {
		if err != nil {
			t.Errorf("range %d: %v", i, err)
		}
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'predictions_flights' AND active AND level = 0"); got != 1 {
		t.Errorf("%d parts, want one for all ranges", got)
	}
	for range 2 { // and each of them again, after a failure
		if got := scalar[uint64](t, s, "SELECT count() FROM predictions_flights"); got != 1304 {
			t.Errorf("%d rows, want 1304", got)
		}
		if got := scalar[uint64](t, s, wrong); got != 0 {
			t.Errorf("%d rows differ from what was inserted", got)
		}
		for _, b := range batches {
			if err := s.Insert(t.Context(), b, true); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestGroupSharesItsFailure(t *testing.T) {
	s := migrated(t, flights)
	unknown := flights
	unknown.Name = "unknown"
	lost := func(first int64) *ingest.Batch {
		b := sequence(first, 10)
		b.Predictions[0].Model = unknown
		return b
	}
	for i, err := range gathered(t, s, background(2), lost(0), lost(100)) {
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrSchemaDiffers) || e.Ambiguous() {
			t.Errorf("range %d: %v: want ErrSchemaDiffers, not ambiguous", i, err)
		}
	}
}

func TestWhoGivesUpWaitingIsLeftOut(t *testing.T) {
	s := migrated(t, flights)
	ctxs := background(3)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	ctxs[1] = cancelled
	errs := gathered(t, s, ctxs, sequence(0, 10), sequence(100, 10), sequence(200, 10))
	var e *Error
	if !errors.As(errs[1], &e) || !errors.Is(errs[1], context.Canceled) || e.Ambiguous() {
		t.Errorf("the one who gave up: %v: want context.Canceled, not ambiguous", errs[1])
	}
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("the others: %v, %v", errs[0], errs[2])
	}
	if got := scalar[string](t, s, "SELECT toString(arraySort(groupUniqArray(version))) FROM predictions_flights"); got != "['0','200']" {
		t.Errorf("ranges %s are stored, want those of the two who waited", got)
	}
}

func TestGroupEndsWithItsLastMember(t *testing.T) {
	early, cancel := context.WithDeadline(t.Context(), at(0, 0))
	defer cancel()
	late, cancel := context.WithDeadline(t.Context(), at(1, 0))
	defer cancel()
	ctx, cancel := together([]context.Context{early, late, early})
	defer cancel()
	if deadline, ok := ctx.Deadline(); !ok || !deadline.Equal(at(1, 0)) {
		t.Errorf("deadline %s, %t: want that of the last member", deadline, ok)
	}
	ctx, cancel = together([]context.Context{early, t.Context()})
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		t.Errorf("deadline %s, though one member has none", deadline)
	}
}
