package alerts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Slack is down for an hour while incidents open, change and end: afterwards people
// read the state of then, each once, and nothing that is over is said aloud.
func TestAnOutageEndsWithTheNewestState(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	const warn, opened = "🟡", " moved away from the reference: "
	tell := func(minutes int, features ...string) {
		t.Helper()
		at := tick.Add(time.Duration(minutes) * time.Minute)
		for _, name := range []string{"a", "b", "c", "d"} { // models of one channel, each with an incident of its own
			of := p
			of.Model = name
			v := moved(at)
			v.Ref.Name = name
			v.Evidence = nil
			for _, f := range features {
				if model, input, _ := strings.Cut(f, "/"); model == name {
					v.Status, v.Reason = evaluate.Warning, evaluate.ReasonShifted
					v.Evidence = append(v.Evidence, evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: input, Level: evaluate.Alerted, LogM: 9, Peak: 9, Alert: 8, Since: at})
				}
			}
			serving := w.serving()
			serving.Ref.Name = name
			past := w.past(at, serving, nil)
			past.Incidents = slices.DeleteFunc(past.Incidents, func(i alerts.Incident) bool { return i.Ref.Name != name })
			plan := alerts.Decide(of, []evaluate.Verdict{v}, past, at)
			_ = w.applier().Apply(t.Context(), plan, past) // what Slack did not take is logged and comes again
		}
	}
	tell(0, "a/x")
	w.people.Outage(true)
	tell(15, "a/x", "b/x", "c/x", "d/x")
	tell(30, "a/x", "a/y", "b/x", "b/y", "c/x")
	tell(45, "a/y", "b/x", "b/y", "b/z", "c/x")
	tell(60, "b/x", "b/y", "b/z", "c/x")
	w.people.Outage(false)
	tell(75, "b/x", "b/y", "b/z", "c/x")
	tell(90, "b/x", "b/y", "b/z", "c/x")
	var got []string
	for _, m := range w.people.Messages(channel) {
		aloud := 0
		for _, reply := range m.Thread {
			if reply.Broadcast {
				aloud++
			}
		}
		got = append(got, fmt.Sprintf("%s, %d edits, %d aloud", m.Text, m.Edits, aloud))
	}
	want := []string{
		"🟢 a@2 sees the inputs of its reference again, 1 edits, 0 aloud",
		warn + " 3 inputs of b@2" + opened + "x, y, z, 0 edits, 0 aloud",
		warn + " 1 input of c@2" + opened + "x, 0 edits, 0 aloud",
	}
	// d opened and ended meanwhile. Its first delivery may have arrived: its end is told,
	// so that nobody is left with it.
	want = append(want, "🟢 d@2 sees the inputs of its reference again, 0 edits, 0 aloud")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("people read (-want +got):\n%s", diff)
	}
}
