package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// moved is the serving version with a warning about the inputs named.
func moved(at time.Time, features ...string) evaluate.Verdict {
	v := evaluate.Verdict{Ref: ref("2"), Tick: at, Status: evaluate.Healthy, Serving: true, ReferenceID: "r"}
	for _, f := range features {
		v.Status, v.Reason = evaluate.Warning, evaluate.ReasonShifted
		v.Evidence = append(v.Evidence, evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: f, Level: evaluate.Alerted, LogM: 9, Peak: 9, Alert: 8, Since: at})
	}
	return v
}

// read is what people see: the header of each message, and how many lines its
// thread has.
func (w *world) read() []string {
	var all []string
	for _, m := range w.people.Messages(channel) {
		all = append(all, strings.Join([]string{m.Header, strings.Repeat("·", len(m.Thread))}, " "))
	}
	return all
}

// step runs a tick so many minutes after the first and says what people see then.
type step struct {
	minutes  int
	name     string
	features []string
	want     []string
}

func (w *world) play(p alerts.Policy, steps []step) {
	w.t.Helper()
	for _, s := range steps {
		at := tick.Add(time.Duration(s.minutes) * time.Minute)
		for range 2 { // a repeated tick says nothing twice
			if _, err := w.run(p, at, w.serving(), moved(at, s.features...)); err != nil {
				w.t.Fatalf("%s: %v", s.name, err)
			}
			if diff := cmp.Diff(s.want, w.read()); diff != "" {
				w.t.Errorf("after %d min, %s:\n%s", s.minutes, s.name, diff)
			}
		}
	}
}

func TestSilenceHoldsUntilItEnds(t *testing.T) {
	for _, c := range []struct {
		name    string
		silence alerts.Silence
		steps   []step
	}{
		{"from the start", alerts.Silence{Until: tick.Add(time.Hour), By: "sam"}, []step{
			{0, "opens", []string{"tenure"}, nil},
			{30, "another joins", []string{"plan", "tenure"}, nil},
			{60, "over: the latest state", []string{"plan", "tenure"}, []string{"🟡 2 inputs of churn@2 moved away from the reference: plan, tenure ··"}},
		}},
		{"over within it", alerts.Silence{Class: alerts.ClassDrift, Until: tick.Add(time.Hour), By: "sam"}, []step{
			{0, "opens", []string{"tenure"}, nil},
			{30, "recovers", nil, nil},
			{60, "nothing to say", nil, nil},
		}},
		{"of another class", alerts.Silence{Class: alerts.ClassData, Until: tick.Add(time.Hour), By: "sam"}, []step{
			{0, "opens", []string{"tenure"}, []string{"🟡 1 input of churn@2 moved away from the reference: tenure ·"}},
		}},
		{"of another model", alerts.Silence{Model: "other", Until: tick.Add(time.Hour), By: "sam"}, []step{
			{0, "opens", []string{"tenure"}, []string{"🟡 1 input of churn@2 moved away from the reference: tenure ·"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.silences = []alerts.Silence{c.silence}
			p, _, _ := worse()
			w.play(p, c.steps)
		})
	}
}

func TestSilencedMessageSaysSoOnce(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	opened := "🟡 1 input of churn@2 moved away from the reference: tenure "
	w.play(p, []step{{0, "opens", []string{"tenure"}, []string{opened + "·"}}})
	w.silences = []alerts.Silence{{Model: "churn", Until: tick.Add(2 * time.Hour), By: "sam", Why: "campaign"}}
	w.play(p, []step{
		{30, "silenced", []string{"tenure"}, []string{opened + "··"}},
		{60, "another joins", []string{"plan", "tenure"}, []string{opened + "··"}},
		{90, "and leaves", []string{"tenure"}, []string{opened + "··"}},
		{120, "over", []string{"tenure"}, []string{opened + "····"}},
	})
	if got := w.people.Messages(channel)[0].Thread[1].Text; !strings.HasSuffix(got, "silenced until 2026-09-17 02:10 UTC by sam: campaign") {
		t.Errorf("thread says %q", got)
	}
}

// What driftd does to a slot is told whatever is silenced.
func TestSilenceHidesNoAction(t *testing.T) {
	for mode, want := range map[alerts.Mode]int{alerts.Observe: 0, alerts.Approve: 1, alerts.Auto: 1} {
		w := newWorld(t)
		w.silences = []alerts.Silence{{Until: tick.Add(24 * time.Hour), By: "sam"}}
		p, v, _ := worse()
		p.Mode = mode
		for k := range 3 {
			if _, err := w.run(p, tick.Add(time.Duration(k)*time.Minute), w.serving(), v); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(w.people.Messages(channel)); got != want {
			t.Errorf("%s: %d messages, want %d", mode, got, want)
		}
	}
}
