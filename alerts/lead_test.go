package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
)

// term is the leadership of a replica that is taken over after so many questions.
type term struct {
	holds int
	asked int
}

func (l *term) Confirm(context.Context, int32) (time.Time, error) {
	if l.asked++; l.asked > l.holds {
		return time.Time{}, fmt.Errorf("term 7 is over: %w", alerts.ErrNotLeading)
	}
	return time.Now().Add(time.Minute), nil
}

// Whenever the lead is lost, nothing more is done, and whoever takes over runs
// the same tick to the same end: one move, one message.
func TestLeadIsLostAtEveryStep(t *testing.T) {
	p, v, _ := worse()
	all := &term{holds: 1000}
	undisturbed := newWorld(t)
	undisturbed.leadership = all
	if _, err := undisturbed.runIn(7, p, tick, undisturbed.serving(), v); err != nil {
		t.Fatal(err)
	}
	if all.asked < 4 {
		t.Fatalf("asked %d times who leads", all.asked)
	}
	for _, row := range undisturbed.rows {
		if row.Epoch != 7 {
			t.Errorf("%s was written in term %d, want 7", row.Stage, row.Epoch)
		}
	}
	for holds := range all.asked {
		t.Run(fmt.Sprintf("after %d confirmations", holds), func(t *testing.T) {
			w := newWorld(t)
			seen := w.serving()
			w.leadership = &term{holds: holds}
			if _, err := w.runIn(7, p, tick, seen, v); !errors.Is(err, alerts.ErrNotLeading) {
				t.Fatalf("error %v, want that another leads", err)
			}
			before := w.calls
			w.restart() // the other replica
			w.leadership = &term{holds: 1000}
			if _, err := w.runIn(8, p, tick, seen, v); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"2 to 1"}, w.moves); diff != "" {
				t.Errorf("moves: %s", diff)
			}
			if n := len(w.people.Messages(channel)); n != 1 {
				t.Errorf("%d messages", n)
			}
			w.restart()
			w.leadership = &term{}
			calls := w.calls
			if _, err := w.runIn(7, p, tick, seen, v); !errors.Is(err, alerts.ErrNotLeading) || w.calls != calls {
				t.Errorf("the deposed replica made %d calls more (%d before): %v", w.calls-calls, before, err)
			}
		})
	}
}
