package alerts_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack/slackfake"
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
		all = append(all, strings.Join([]string{m.Text, strings.Repeat("·", len(m.Thread))}, " "))
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

func TestChangesAreGathered(t *testing.T) {
	opened := func(names string, n int) string {
		return strings.Join([]string{"🟡 ", map[bool]string{true: "1 input", false: "2 inputs"}[n == 1], " of churn@2 moved away from the reference: ", names}, "")
	}
	w := newWorld(t)
	p, _, _ := worse()
	p.Wait, p.Interval, p.Repeat = 30*time.Minute, time.Hour, 24*time.Hour
	w.play(p, []step{
		{0, "opens, and waits", []string{"tenure"}, nil},
		{15, "another joins", []string{"plan", "tenure"}, nil},
		{30, "is told", []string{"plan", "tenure"}, []string{opened("plan, tenure", 2) + " ··"}},
		{45, "one leaves: too soon for an edit", []string{"tenure"}, []string{opened("plan, tenure", 2) + " ··"}},
		{90, "is edited", []string{"tenure"}, []string{opened("tenure", 1) + " ···"}},
		{24*60 + 30, "not yet", []string{"tenure"}, []string{opened("tenure", 1) + " ···"}},
		{24*60 + 45, "nothing was said for a day", []string{"tenure"}, []string{opened("tenure", 1) + " ····"}},
		{24*60 + 60, "once is enough", []string{"tenure"}, []string{opened("tenure", 1) + " ····"}},
	})
	if got := w.people.Messages(channel)[0].Thread[3]; got.Broadcast || !strings.HasSuffix(got.Text, "still open after 1 d") {
		t.Errorf("after a day the thread says %+v", got)
	}
}

func TestWhatIsOverBeforeItIsToldIsNotTold(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Wait = time.Hour
	w.play(p, []step{
		{0, "opens", []string{"tenure"}, nil},
		{15, "recovers", nil, nil},
		{120, "nothing happened", nil, nil},
	})
	if i := w.incident("2", alerts.ClassDrift); i.Held != alerts.Unheard || i.Pending() {
		t.Errorf("held by %q, pending %t", i.Held, i.Pending())
	}
}

// Why something is held is stored as it is now, also where nothing else changes.
func TestWhyItIsHeldIsKept(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Wait = 3 * time.Hour
	shift, null := moved(tick, "tenure").Evidence[0], broken(faulty("balance", "missing", 0.97, 0.02))
	generation := 0
	for k, want := range []alerts.Reason{alerts.Waiting, alerts.Inhibited, alerts.Inhibited} {
		v := moved(tick.Add(time.Duration(k) * time.Hour))
		v.Evidence = []evaluate.Evidence{shift}
		if k > 0 {
			v.Evidence = append(v.Evidence, null)
		}
		plan, err := w.run(p, v.Tick, w.serving(), v)
		if err != nil {
			t.Fatal(err)
		}
		i := w.incident("2", alerts.ClassDrift)
		about := slices.ContainsFunc(plan.Lines, func(l alerts.Line) bool { return l.Incident != nil && l.Incident.ID == i.ID })
		if i.Held != want || !i.Pending() || k > 0 && i.Generation != generation || about != (k < 2) {
			t.Errorf("tick %d: held by %q at generation %d, in the plan %t; want %q", k, i.Held, i.Generation, about, want)
		}
		generation = i.Generation
	}
}

// A page does not wait.
func TestPagesDoNotWait(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	p.Mode, p.Wait, p.Interval = alerts.Observe, time.Hour, time.Hour
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	if got := len(w.people.Messages(channel)); got != 1 {
		t.Errorf("%d messages, want one at once", got)
	}
}

// Five hundred features that break at one tick are one message.
func TestManyFeaturesAreOneMessage(t *testing.T) {
	var names []string
	for k := range 500 {
		names = append(names, fmt.Sprintf("feature_%03d", k))
	}
	for class, verdict := range map[alerts.Class]func(time.Time) evaluate.Verdict{
		alerts.ClassDrift: func(at time.Time) evaluate.Verdict { return moved(at, names...) },
		alerts.ClassData: func(at time.Time) evaluate.Verdict {
			v := moved(at)
			v.Status, v.Reason = evaluate.Warning, evaluate.ReasonData
			for _, name := range names {
				v.Evidence = append(v.Evidence, broken(faulty(name, "missing", 0.97, 0.02)))
			}
			return v
		},
	} {
		w := newWorld(t)
		p, _, _ := worse()
		for k := range 8 {
			at := tick.Add(time.Duration(k) * 15 * time.Minute)
			if _, err := w.run(p, at, w.serving(), verdict(at)); err != nil {
				t.Fatal(err)
			}
		}
		got := w.people.Messages(channel)
		if len(got) != 1 || len(got[0].Thread) != 1 || w.people.Calls("chat.postMessage") != 2 {
			t.Errorf("%s: %d messages, want one with one line in its thread: %v", class, len(got), w.read())
		}
	}
}

// Three days on which the state flips at every tick: one message, a second
// opening and the notice aloud, then a line a day in the thread.
func TestFlappingIsQuiet(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Interval, p.Repeat = 15*time.Minute, 24*time.Hour
	day := 4 * 24
	said := func() (messages, aloud, lines, edits int) {
		for _, m := range w.people.Messages(channel) {
			messages, lines, edits = messages+1, lines+len(m.Thread), edits+m.Edits
			for _, r := range m.Thread {
				if r.Broadcast {
					aloud++
				}
			}
		}
		return messages, aloud, lines, edits
	}
	play := func(from, to int, features func(k int) []string) {
		for k := from; k < to; k++ {
			at := tick.Add(time.Duration(k) * 15 * time.Minute)
			if _, err := w.run(p, at, w.serving(), moved(at, features(k)...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(k int) []string { return []string{"tenure"}[:(k+1)%2] }
	play(0, day, flip)
	messages, aloud, lines, edits := said()
	if messages != 1 || aloud != 2 || lines != 5 || edits != 4 {
		t.Errorf("a day: %d messages, %d lines of threads shown in the channel, %d in all, %d edits; want 1, 2, 5, 4", messages, aloud, lines, edits)
	}
	play(day, 3*day+8, flip)
	if m, a, l, e := said(); m != 1 || a != aloud || l > lines+3 || e > edits+3 {
		t.Errorf("74 hours: %d messages, %d shown in the channel, %d lines, %d edits; want at most a line and an edit more a day", m, a, l, e)
	}
	if i := w.incident("2", alerts.ClassDrift); i.State != alerts.Open || i.Flapping.IsZero() {
		t.Errorf("state %s, flapping since %s: want it pinned", i.State, i.Flapping)
	}
	play(3*day+8, 5*day, func(int) []string { return nil })
	if i := w.incident("2", alerts.ClassDrift); i.State != alerts.Resolved || !strings.HasPrefix(w.read()[0], "🟢") {
		t.Errorf("state %s, people read %v: want it over after a calm day", i.State, w.read())
	}
}

// Slack is away for an hour in which incidents of three models open and one of
// them ends: then people read how things stand, and no more.
func TestAfterAnOutageTheLatestStateIsTold(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Interval, p.Repeat = 15*time.Minute, 24*time.Hour
	run := func(k int, states map[string][]string) {
		at := tick.Add(time.Duration(k) * 15 * time.Minute)
		for name, features := range states {
			v, serving := moved(at, features...), w.serving()
			p.Model, v.Ref.Name, serving.Ref.Name = name, name, name
			_, err := w.run(p, at, serving, v)
			if down := k < 4; (err != nil) != down {
				t.Errorf("tick %d of %s: %v", k, name, err)
			}
		}
	}
	for range 9 { // one for each delivery that is tried within the hour
		w.people.Fail(slackfake.Down)
	}
	run(0, map[string][]string{"churn": {"tenure"}})
	run(1, map[string][]string{"churn": {"tenure"}, "fraud": {"amount"}})
	run(2, map[string][]string{"churn": {"tenure", "plan"}, "fraud": {"amount"}, "offers": {"age"}})
	run(3, map[string][]string{"churn": {"plan"}, "fraud": nil, "offers": {"age"}})
	if got := w.read(); len(got) != 0 {
		t.Fatalf("%v during the outage", got)
	}
	for k := 4; k < 8; k++ {
		run(k, map[string][]string{"churn": {"plan"}, "fraud": nil, "offers": {"age"}})
	}
	want := []string{
		"🟡 1 input of churn@2 moved away from the reference: plan ···",
		"🟡 1 input of offers@2 moved away from the reference: age ·",
		"🟢 fraud@2 sees the inputs of its reference again ··",
	}
	got := slices.Sorted(slices.Values(w.read()))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, m := range w.people.Messages(channel) {
		if m.Edits > 0 || slices.ContainsFunc(m.Thread, func(r slackfake.Reply) bool { return r.Broadcast }) {
			t.Errorf("%s: %d edits, thread %+v: want it as it stands, and no replay", m.Text, m.Edits, m.Thread)
		}
	}
}

func TestDigestComesOnceADay(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	at := 8 * time.Hour
	p.Digest = &at
	var days []string
	for k := range 3 * 24 * 4 {
		now := tick.Add(time.Duration(k) * 15 * time.Minute)
		v := moved(now)
		v.DriftTo = now.Truncate(24 * time.Hour)
		v.Evidence = []evaluate.Evidence{{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "tenure", Listed: true, Alert: 8}}
		for range 2 {
			if _, err := w.run(p, now, w.serving(), v); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.people.Messages(channel)); n > len(days) {
			days = append(days, now.Format("02 15:04"))
		}
	}
	if diff := cmp.Diff([]string{"17 00:10", "17 08:10", "18 08:10", "19 08:10"}, days); diff != "" {
		t.Error(diff)
	}
	m := w.people.Messages(channel)[3]
	if !slices.Contains(m.Fields, "*inputs, last window*\nby itself, to 2026-09-19, it shows 1 of 1 to differ: tenure; the alarm is the evidence of all windows") ||
		!strings.Contains(m.Fields[len(m.Fields)-1], "not adjusted for looking many times") || len(m.Thread) != 0 {
		t.Errorf("fields %q, thread %v", m.Fields, m.Thread)
	}
}

// What is not told is counted, by reason, once for every change.
func TestWhatIsHeldIsCounted(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	w.silences = []alerts.Silence{{Until: tick.Add(time.Hour), By: "sam"}}
	reg := prometheus.NewRegistry()
	applier := alerts.NewApplier(alerts.Ports{Registry: w, Journal: w, Notifier: w, Traffic: w}, slog.New(slog.DiscardHandler), reg)
	for k := range 3 {
		at := tick.Add(time.Duration(k) * 15 * time.Minute)
		past := w.past(at, w.serving(), nil)
		if err := applier.Apply(t.Context(), alerts.Decide(p, []evaluate.Verdict{moved(at, "tenure")}, past, at), past); err != nil {
			t.Fatal(err)
		}
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == string(alerts.Silenced) && m.GetCounter().GetValue() == 1 {
					return
				}
			}
		}
	}
	t.Errorf("%v: want one %s", families, alerts.Silenced)
}
