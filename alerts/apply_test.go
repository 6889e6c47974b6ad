package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/evaluate"
)

// replaced is what is judged once 2 has been replaced by 1.
func replaced(at time.Time) []evaluate.Verdict {
	return []evaluate.Verdict{
		{Ref: ref("1"), Tick: at, Status: evaluate.Healthy, Serving: true},
		{Ref: ref("2"), Tick: at, Status: evaluate.Critical, Reason: evaluate.ReasonPaired},
	}
}

func TestDemotionIsDoneToldAndProvenInTraffic(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2 to 1"}, w.moves); diff != "" {
		t.Fatal(diff)
	}
	if got := w.written["2"]; got[alerts.TagHealth] != alerts.HealthDemoted || got[alerts.TagReplacedBy] != "1" || !strings.HasSuffix(got[alerts.TagAction], ":done") {
		t.Errorf("tags of the demoted version: %v", got)
	}
	if got := w.written["1"][alerts.TagReplaces]; got != "2" {
		t.Errorf("the version that took over replaces %q, want 2", got)
	}
	i := w.incident("2", alerts.ClassPerformance)
	if i.State != alerts.Open || i.Action == nil || i.Action.Stage != alerts.Done || i.Pending() {
		t.Errorf("after the switch: state %s, action %+v, pending %t", i.State, i.Action, i.Pending())
	}

	// A quarter of an hour later serving has not followed yet: no news.
	edits := w.people.Messages(channel)[0].Edits
	next := tick.Add(15 * time.Minute)
	w.served = map[string]uint64{"2": 400, "1": 100}
	if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
		t.Fatal(err)
	}
	if got := w.people.Messages(channel)[0].Edits; got != edits {
		t.Errorf("edited %d times while nothing happened", got-edits)
	}
	next = tick.Add(30 * time.Minute)
	w.served = map[string]uint64{"2": 4, "1": 100}
	if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
		t.Fatal(err)
	}
	i = w.incident("2", alerts.ClassPerformance)
	if i.State != alerts.Resolved || i.Action.Stage != alerts.Effective || !i.Action.Effective.Equal(tick.Add(time.Minute)) {
		t.Errorf("once traffic followed: state %s, action %+v", i.State, i.Action)
	}
	messages := w.people.Messages(channel)
	if len(messages) != 1 || !strings.Contains(messages[0].Text, "🟢 churn@2 was demoted, churn@1 serves again") {
		t.Errorf("%d messages, the first %q", len(messages), messages[0].Text)
	}
	want := []alerts.Stage{alerts.Intent, alerts.Done, alerts.Effective}
	if diff := cmp.Diff(want, w.stages()); diff != "" {
		t.Errorf("audit rows: %s", diff)
	}
	// The tag follows, and then nothing more.
	next = tick.Add(45 * time.Minute)
	if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
		t.Fatal(err)
	}
	if got := w.written["2"][alerts.TagAction]; !strings.HasSuffix(got, ":effective") {
		t.Errorf("tag %s is %q, want it effective", alerts.TagAction, got)
	}
	next = tick.Add(time.Hour)
	if plan, err := w.run(p, next, w.serving(), replaced(next)...); err != nil || len(plan.Lines) != 0 {
		t.Errorf("lines %+v, error %v, want rest", plan.Lines, err)
	}
}

// Whatever call the process is killed at, before or after the call took effect,
// the tick is run again and the outcome is that of an undisturbed one: one
// move, one message, every line of the thread once.
func TestKilledAtEveryCall(t *testing.T) {
	p, v, _ := worse()
	undisturbed := newWorld(t)
	if _, err := undisturbed.run(p, tick, undisturbed.serving(), v); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.people.Messages(channel)
	for k := 1; k <= undisturbed.calls; k++ {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, effect %t", k, late), func(t *testing.T) {
				w := newWorld(t)
				w.killAt, w.late = k, late
				seen := w.serving() // kept with the tick: the second run sees it again
				if _, err := w.run(p, tick, seen, v); !errors.Is(err, errKilled) {
					t.Fatalf("error %v, want the kill", err)
				}
				w.restart()
				if _, err := w.run(p, tick, seen, v); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{"2 to 1"}, w.moves); diff != "" {
					t.Errorf("moves: %s", diff)
				}
				if got := w.rows[len(w.rows)-1].Stage; got != alerts.Done {
					t.Errorf("the journal ends with %s, want done", got)
				}
				got := w.people.Messages(channel)
				if len(got) != 1 || got[0].Text != want[0].Text || strings.Join(got[0].Notes, "\n") != strings.Join(want[0].Notes, "\n") {
					t.Fatalf("messages %+v\nwant %+v", got, want)
				}
				if len(got[0].Thread) != len(want[0].Thread) {
					t.Errorf("thread %+v\nwant %+v", got[0].Thread, want[0].Thread)
				}
				if i := w.incident("2", alerts.ClassPerformance); i.Pending() || i.Attempts != 0 {
					t.Errorf("told %d of %d, %d attempts open", i.Told, i.Generation, i.Attempts)
				}
				if diff := cmp.Diff(undisturbed.written, w.written); diff != "" {
					t.Errorf("tags: %s", diff)
				}
				rows := len(w.rows)
				if plan, err := w.run(p, tick, seen, v); err != nil || len(w.moves) != 1 || len(w.people.Messages(channel)) != 1 || len(w.rows) != rows {
					t.Errorf("a third time: %+v, %v, %d audit rows more", plan.Lines, err, len(w.rows)-rows)
				}
			})
		}
	}
}

func TestSwitchThatDidNotWork(t *testing.T) {
	for _, test := range []struct {
		name     string
		answer   error
		stages   []alerts.Stage
		stands   string // what people read was done
		fails    bool
		nextTick func(*world)
		then     []alerts.Stage // stages after the next tick
	}{
		{
			name: "refused, tried again at the next tick", answer: errors.New("403 forbidden"), fails: true,
			stages: []alerts.Stage{alerts.Intent, alerts.Failed}, stands: "could not move alias champion from churn@2 to churn@1: 403 forbidden",
			nextTick: func(w *world) { w.switching = nil },
			then:     []alerts.Stage{alerts.Intent, alerts.Failed, alerts.Intent, alerts.Done},
		},
		{
			name: "somebody else was first: theirs stands", answer: fmt.Errorf("held by 3: %w", alerts.ErrMoved),
			stages: []alerts.Stage{alerts.Intent, alerts.Overtaken}, stands: "somebody else moved it, which stands",
			nextTick: func(w *world) { w.move("3") },
			then:     []alerts.Stage{alerts.Intent, alerts.Overtaken},
		},
		{
			name: "unknown, and it did happen", answer: fmt.Errorf("connection reset: %w", alerts.ErrUncertain), fails: true,
			stages: []alerts.Stage{alerts.Intent}, stands: "moving alias champion from churn@2 to churn@1",
			nextTick: func(w *world) { w.switching = nil; w.move("1") },
			then:     []alerts.Stage{alerts.Intent, alerts.Done},
		},
		{
			name: "unknown, and it did not happen", answer: fmt.Errorf("connection reset: %w", alerts.ErrUncertain), fails: true,
			stages: []alerts.Stage{alerts.Intent}, stands: "moving alias champion from churn@2 to churn@1",
			nextTick: func(w *world) { w.switching = nil },
			then:     []alerts.Stage{alerts.Intent, alerts.Done},
		},
		{
			name: "unknown, not done, and a person holds it now", answer: fmt.Errorf("connection reset: %w", alerts.ErrUncertain), fails: true,
			stages: []alerts.Stage{alerts.Intent}, stands: "moving alias champion",
			nextTick: func(w *world) { w.switching = nil; w.held[""] = "freeze" },
			then:     []alerts.Stage{alerts.Intent, alerts.Failed},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.switching = test.answer
			p, v, _ := worse()
			if _, err := w.run(p, tick, w.serving(), v); (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(test.stages, w.stages()); diff != "" {
				t.Errorf("audit rows: %s", diff)
			}
			if got := w.incident("2", alerts.ClassPerformance); !strings.Contains(got.Outcome(), test.stands) || got.Pending() {
				t.Errorf("people read %q (pending %t), want %q", got.Outcome(), got.Pending(), test.stands)
			}
			if w.written["2"][alerts.TagHealth] == alerts.HealthDemoted {
				t.Error("tagged as demoted though it was not")
			}
			test.nextTick(w)
			next := tick.Add(15 * time.Minute)
			verdicts := replaced(next)
			if w.slot == "2" {
				verdicts = []evaluate.Verdict{v}
			}
			if _, err := w.run(p, next, w.serving(), verdicts...); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(test.then, w.stages()); diff != "" {
				t.Errorf("audit rows after the next tick: %s", diff)
			}
		})
	}
}

func TestIntentThatCannotBeRecordedIsNotCarriedOut(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	past := w.past(tick, w.serving(), nil)
	plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	ports := alerts.Ports{Registry: w, Journal: brokenJournal{w}, Traffic: w}
	err := alerts.NewApplier(ports, slog.New(slog.DiscardHandler), nil).Apply(t.Context(), plan, past)
	if err == nil || len(w.moves) != 0 {
		t.Errorf("moves %v, error %v: want none and an error", w.moves, err)
	}
}

type brokenJournal struct{ *world }

func (brokenJournal) SaveAction(context.Context, alerts.Action) error { return errors.New("disk full") }

func TestTrafficThatDoesNotFollowIsLoud(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	at := func(after time.Duration) { // p.Effect is an hour
		t.Helper()
		next := tick.Add(after)
		if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
			t.Fatal(err)
		}
	}
	stage := func() alerts.Stage { return w.incident("2", alerts.ClassPerformance).Action.Stage }

	w.served = map[string]uint64{"2": 3}
	at(2 * time.Hour) // too few predictions say nothing
	if got := stage(); got != alerts.Done {
		t.Errorf("stage %s after 3 predictions, want done", got)
	}
	w.served = map[string]uint64{"2": 300}
	at(3 * time.Hour)
	if got := stage(); got != alerts.NoEffect {
		t.Errorf("stage %s, want no_effect", got)
	}
	thread := w.people.Messages(channel)[0].Thread
	if last := thread[len(thread)-1]; !last.Broadcast || !strings.Contains(last.Text, "@oncall") || !strings.Contains(last.Text, "serving did not follow") {
		t.Errorf("last line %+v, want the owner to be told in the channel", last)
	}
	w.served = map[string]uint64{"2": 1, "1": 300}
	at(4 * time.Hour) // it follows after all
	if got := w.incident("2", alerts.ClassPerformance); got.State != alerts.Resolved || got.Action.Stage != alerts.Effective {
		t.Errorf("state %s, stage %s, want resolved and effective", got.State, got.Action.Stage)
	}
}

// Serving took nine hours to follow: what it served meanwhile must not count
// against the switch for days.
func TestTrafficThatFollowsLateHasFollowed(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	w.served = map[string]uint64{"2": 900, "1": 1100}
	w.recent = map[string]uint64{"2": 10, "1": 990}
	next := tick.Add(20 * time.Hour)
	if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
		t.Fatal(err)
	}
	if got := w.incident("2", alerts.ClassPerformance).Action; got.Stage != alerts.Effective || !got.Effective.Equal(tick.Add(time.Minute)) {
		t.Errorf("stage %s, effective %s: want it effective since the first prediction", got.Stage, got.Effective)
	}
}

func TestSlackDownStopsNothingAndIsMadeUpFor(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	w.people.Fail(slackfake.Down)
	if _, err := w.run(p, tick, w.serving(), v); err == nil {
		t.Error("a failed delivery went unreported")
	}
	if len(w.moves) != 1 {
		t.Errorf("moves %v: Slack must not keep a version in its slot", w.moves)
	}
	if i := w.incident("2", alerts.ClassPerformance); !i.Pending() || i.Attempts != 1 {
		t.Errorf("told %d of %d after %d attempts, want it pending after one", i.Told, i.Generation, i.Attempts)
	}
	next := tick.Add(15 * time.Minute)
	w.served = map[string]uint64{"1": 100}
	if _, err := w.run(p, next, w.serving(), replaced(next)...); err != nil {
		t.Fatal(err)
	}
	got := w.people.Messages(channel)
	if len(got) != 1 || !strings.HasPrefix(got[0].Text, "🟢") {
		t.Errorf("messages %+v, want one with the latest state", got)
	}
}

func TestCatchingUpTellsOnlyTheLatestState(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	past := w.past(tick, w.serving(), nil)
	past.Latest = false
	if err := w.applier().Apply(t.Context(), alerts.Decide(p, []evaluate.Verdict{v}, past, tick), past); err != nil {
		t.Fatal(err)
	}
	if got := w.people.Messages(channel); len(got) != 0 || len(w.moves) != 0 {
		t.Errorf("messages %+v, moves %v while catching up", got, w.moves)
	}
	if i := w.incident("2", alerts.ClassPerformance); i.Blocked != alerts.BlockedStale {
		t.Errorf("blocked by %q, want %q", i.Blocked, alerts.BlockedStale)
	}
	if _, err := w.run(p, tick.Add(time.Hour), w.serving(), v); err != nil {
		t.Fatal(err)
	}
	if got := w.people.Messages(channel); len(got) != 1 || len(w.moves) != 1 {
		t.Errorf("%d messages, moves %v at the newest tick, want one of each", len(got), w.moves)
	}
}

func TestDecisionsAndOutcomesAreCounted(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	w.held[""] = "freeze"
	w.people.Fail(slackfake.Down)
	reg := prometheus.NewRegistry()
	applier := alerts.NewApplier(alerts.Ports{Registry: w, Journal: w, Notifier: w, Traffic: w, Slots: w, Wait: w.wait}, slog.New(slog.DiscardHandler), reg)
	for k := range 2 {
		at := tick.Add(time.Duration(k) * 15 * time.Minute)
		past := w.past(at, w.serving(), nil)
		_ = applier.Apply(t.Context(), alerts.Decide(p, []evaluate.Verdict{v}, past, at), past)
		delete(w.held, "")
	}
	want := `
# HELP driftd_action_read_backs_total What a serving slot showed some seconds after it was moved: the target, another version, or nothing that could be read.
# TYPE driftd_action_read_backs_total counter
driftd_action_read_backs_total{result="other"} 0
driftd_action_read_backs_total{result="target"} 2
driftd_action_read_backs_total{result="unread"} 0
# HELP driftd_actions_total Outcomes of actions on the registry's serving slot.
# TYPE driftd_actions_total counter
driftd_actions_total{kind="demote",result="approved"} 0
driftd_actions_total{kind="demote",result="done"} 1
driftd_actions_total{kind="demote",result="effective"} 0
driftd_actions_total{kind="demote",result="expired"} 0
driftd_actions_total{kind="demote",result="failed"} 0
driftd_actions_total{kind="demote",result="no_effect"} 0
driftd_actions_total{kind="demote",result="proposed"} 0
driftd_actions_total{kind="demote",result="refused"} 0
driftd_actions_total{kind="demote",result="superseded"} 0
driftd_actions_total{kind="demote",result="uncertain"} 0
driftd_actions_total{kind="demote",result="undone"} 0
driftd_actions_total{kind="demote",result="would_have"} 0
# HELP driftd_notify_total Deliveries of incidents.
# TYPE driftd_notify_total counter
driftd_notify_total{result="failed"} 1
driftd_notify_total{result="sent"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "driftd_action_read_backs_total", "driftd_actions_total", "driftd_notify_total"); err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(reg, "driftd_alerts_decisions_total"); err != nil || n != len(alerts.Reasons()) {
		t.Errorf("%d reasons are counted (%v), want all %d from the start", n, err, len(alerts.Reasons()))
	}
}
