package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

func TestActivityAndServed(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	rows := []prediction{
		{ID: "a", Version: "2", At: at(0, 0)},
		{ID: "b", Version: "2", At: at(0, time.Hour), Role: "shadow"},
		{ID: "c", Version: "10", At: at(0, 2*time.Hour)},
		{ID: "d", Version: "2", At: at(40, 0)},
	}
	insert(t, s, batch(flights, 0, rows))
	insert(t, s, batch(flights, 100, rows[:1])) // a producer's duplicate
	got, err := s.Activity(t.Context(), p, at(0, 0), at(40, 0))
	if err != nil {
		t.Fatal(err)
	}
	want := []evaluate.Activity{
		{Version: "10", First: at(0, 2*time.Hour), Last: at(0, 2*time.Hour), Rows: 1, Served: 1},
		{Version: "2", First: at(0, 0), Last: at(0, time.Hour), Rows: 2, Served: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	all, byRef, first, err := s.Served(t.Context(), model.Ref{Name: "flights", Version: "2"}, at(0, time.Minute), at(41, 0))
	if err != nil || all != 2 || byRef != 1 || !first.Equal(at(40, 0)) {
		t.Errorf("served: %d of %d since %s, %v; want 1 of 2 since %s", byRef, all, first, err, at(40, 0))
	}
	if all, byRef, first, err := s.Served(t.Context(), model.Ref{Name: "flights", Version: "3"}, at(0, 0), at(0, time.Minute)); err != nil || all != 1 || byRef != 0 || !first.IsZero() {
		t.Errorf("served by nobody: %d of %d since %s, %v", byRef, all, first, err)
	}
}
