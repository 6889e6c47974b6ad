package alerts_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
)

const readBackAs1 = "read back as 1 at once, 1 after 5 s, 1 after 30 s"

// doneDetail is the detail of the one row that says the slot was moved.
func (w *world) doneDetail() string {
	w.t.Helper()
	at := slices.IndexFunc(w.rows, func(a alerts.Action) bool { return a.Stage == alerts.Done })
	if at < 0 {
		w.t.Fatalf("rows %+v, want one that it is done", w.rows)
	}
	return w.rows[at].Detail
}

// A slot that was moved is read again after a while, and what it shows is on
// record; whatever it is, the next tick decides what that means.
func TestASlotThatWasMovedIsReadAgain(t *testing.T) {
	for _, test := range []struct {
		name   string
		holder []string // "" cannot be read
		want   string
	}{
		{"it stays", []string{"1", "1"}, readBackAs1},
		{"a person moves it", []string{"1", "3"}, "read back as 1 at once, 1 after 5 s, 3 after 30 s"},
		{"the registry goes away", []string{"", "1"}, "read back as 1 at once, nothing that could be read after 5 s, 1 after 30 s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.holder = func() (string, error) {
				holder := test.holder[0]
				if test.holder = test.holder[1:]; holder == "" {
					return "", errors.New("503")
				}
				if n := len(w.people.Messages(channel)); n != 1 {
					t.Errorf("%d messages before the slot was read again, want 1: nobody waits for that", n)
				}
				return holder, nil
			}
			p, v, _ := worse()
			if _, err := w.run(p, tick, w.serving(), v); err != nil {
				t.Fatal(err)
			}
			if got := w.doneDetail(); got != test.want {
				t.Errorf("recorded %q, want %q", got, test.want)
			}
			if diff := cmp.Diff([]time.Duration{5 * time.Second, 25 * time.Second}, w.waits); diff != "" {
				t.Errorf("waits: %s", diff)
			}
			if _, err := w.run(p, tick, w.serving(), v); err != nil || len(w.waits) != 2 || len(w.moves) != 1 {
				t.Errorf("the same tick again: %v, %d waits, moves %v", err, len(w.waits), w.moves)
			}
		})
	}
}

func TestASlotThatNobodyMovedIsNotReadAgain(t *testing.T) {
	w := newWorld(t)
	w.switching = alerts.ErrMoved
	p, v, _ := worse()
	if _, err := w.run(p, tick, w.serving(), v); err != nil || len(w.waits) != 0 {
		t.Errorf("%v, %d waits", err, len(w.waits))
	}
}
