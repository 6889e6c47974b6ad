package alerts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
)

// A demotion that an earlier tick left behind as an intent is finished by a tick that
// is killed before its end, and run again: what it first saw of the slot is older than
// its own move, which nobody has undone.
func TestKilledWhileFinishingAnEarlierDemotion(t *testing.T) {
	p, v, _ := worse()
	next := tick.Add(time.Hour)
	left := func() *world {
		w := newWorld(t)
		w.switching = alerts.ErrUncertain
		if _, err := w.run(p, tick, w.serving(), v); !errors.Is(err, alerts.ErrUncertain) {
			t.Fatalf("error %v, want an unknown outcome", err)
		}
		w.switching, w.calls = nil, 0
		return w
	}
	undisturbed := left()
	if _, err := undisturbed.run(p, next, undisturbed.serving(), v); err != nil {
		t.Fatal(err)
	}
	if got := undisturbed.written["2"]; got[alerts.TagHealth] != alerts.HealthDemoted || got[alerts.TagReplacedBy] != "1" || !strings.HasSuffix(got[alerts.TagAction], ":done") {
		t.Errorf("tags of the demoted version: %v", got)
	}
	for k := 1; k <= undisturbed.calls; k++ {
		w := left()
		w.killAt, w.late = k, true
		seen := w.serving()
		if _, err := w.run(p, next, seen, v); !errors.Is(err, errKilled) {
			t.Fatalf("error %v, want the kill", err)
		}
		w.restart()
		if _, err := w.run(p, next, seen, v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"2 to 1"}, w.moves); diff != "" {
			t.Errorf("killed at call %d: moves: %s", k, diff)
		}
		if got := w.rows[len(w.rows)-1].Stage; got != alerts.Done {
			t.Errorf("killed at call %d: the journal ends with %s, want done", k, got)
		}
		if i := w.incident("2", alerts.ClassPerformance); i.Action == nil || i.Action.Stage != alerts.Done {
			t.Errorf("killed at call %d: people read of %+v", k, i.Action)
		}
		if diff := cmp.Diff(undisturbed.written, w.written); diff != "" {
			t.Errorf("killed at call %d: tags: %s", k, diff)
		}
	}
}

// The process was killed after the intent row and before the tag: nobody judges the
// version, and it is tagged all the same before its slot is touched, and after.
func TestAnIntentOfAKilledTickIsTagged(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	before := tick.Add(-time.Hour)
	w.rows = []alerts.Action{{ID: "a", Model: "churn", From: "2", To: "1", Slot: p.Slot, Stage: alerts.Intent, Tick: before, At: before, Reason: alerts.Ordered, By: "alice"}}
	w.switching = alerts.ErrUncertain
	if _, err := w.run(p, tick, w.serving()); !errors.Is(err, alerts.ErrUncertain) {
		t.Fatalf("error %v, want an unknown outcome", err)
	}
	if diff := cmp.Diff(map[string]string{alerts.TagAction: "a:intent"}, w.written["2"]); diff != "" {
		t.Errorf("tags while the outcome is unknown: %s", diff)
	}
	w.switching = nil
	if _, err := w.run(p, tick.Add(time.Hour), w.serving()); err != nil {
		t.Fatal(err)
	}
	if got := w.written["2"]; len(w.moves) != 1 || got[alerts.TagHealth] != alerts.HealthDemoted || got[alerts.TagAction] != "a:done" || w.written["1"][alerts.TagReplaces] != "2" {
		t.Errorf("moves %v, tags %v", w.moves, w.written)
	}
}

// A switch whose answer was lost, and that the next tick sees to be made, is not
// made again: people may undo it at the same moment.
func TestAMoveThatIsSeenIsNotMadeAgain(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	before := tick.Add(-time.Hour)
	w.rows = []alerts.Action{{ID: "a", Model: "churn", From: "2", To: "1", Slot: p.Slot, Stage: alerts.Intent, Tick: before, At: before}}
	w.move("1")
	seen := w.serving()
	w.move("2") // a person
	if _, err := w.run(p, tick, seen, replaced(tick)...); err != nil {
		t.Fatal(err)
	}
	if w.slot != "2" {
		t.Errorf("moves %v: the person's does not stand", w.moves)
	}
	if diff := cmp.Diff([]alerts.Stage{alerts.Intent, alerts.Done}, w.stages()); diff != "" {
		t.Errorf("audit rows: %s", diff)
	}
}
