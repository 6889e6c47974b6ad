package alerts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// told returns the incident of the class that the plan tells about.
func told(plan alerts.Plan, class alerts.Class) *alerts.Incident {
	for _, l := range plan.Lines {
		if l.Incident != nil && l.Incident.Class == class {
			return l.Incident
		}
	}
	return nil
}

func TestWhoIsAskedForALowMetric(t *testing.T) {
	low := evaluate.Evidence{Kind: evaluate.Absolute, Check: "auc", Limit: 0.7, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: tick, Blocks: 9, Rows: 9000}
	floor := low
	floor.Kind = evaluate.Floor
	even := evaluate.Evidence{Kind: evaluate.Paired, Check: "auc", Against: "1", Limit: 0.01, Page: 8.4, Demote: 11.6, Blocks: 9, Rows: 9000}
	unheard := even
	unheard.Blocks = 0
	worse := even
	worse.Level, worse.LogM, worse.Peak = evaluate.Paged, 9, 9
	for _, test := range []struct {
		name     string
		evidence []evaluate.Evidence
		owner    bool
		headline string
	}{
		{"nothing to compare with", []evaluate.Evidence{low}, true, "auc of churn@2 is below its baseline"},
		{"below the stated floor", []evaluate.Evidence{floor}, true, "auc of churn@2 is below the stated floor"},
		{"the comparison has not heard anything yet", []evaluate.Evidence{low, unheard}, true, "auc of churn@2 is below its baseline"},
		{"the fallback suffers the same", []evaluate.Evidence{low, even}, false, "auc of churn@2 is below its limit, and the fallback suffers the same: the world became harder"},
		{"worse than the fallback", []evaluate.Evidence{low, worse}, true, "churn@2 does worse than 1 on the same requests (auc)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, v, past := warned(test.evidence)
			i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassPerformance)
			if i == nil {
				t.Fatal("nobody was told")
			}
			if i.Pages() != test.owner || i.Headline != test.headline || i.Status != evaluate.Warning {
				t.Errorf("owner asked %t, status %s, headline %q; want %t, warning, %q", i.Pages(), i.Status, i.Headline, test.owner, test.headline)
			}
		})
	}
}

// warned is the serving version with a warning on the given evidence.
func warned(evidence []evaluate.Evidence) (alerts.Policy, evaluate.Verdict, alerts.Past) {
	p, v, past := worse()
	v.Status, v.Reason, v.Evidence = evaluate.Warning, evaluate.ReasonAbsolute, evidence
	return p, v, past
}

// One incident from the first page to the end: every change of level is one
// line, and a repeated tick adds none.
func TestIncidentFollowsTheLevels(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	p.Mode = alerts.Approve
	level := func(l evaluate.Level, status evaluate.Status, logM float64) evaluate.Verdict {
		e := v.Evidence[0]
		e.Level, e.LogM, e.Peak = l, logM, logM
		out := v
		out.Status, out.Evidence = status, []evaluate.Evidence{e}
		return out
	}
	steps := []struct {
		name  string
		v     evaluate.Verdict
		lines []string // added to the thread
		mark  string
	}{
		{"page", level(evaluate.Paged, evaluate.Warning, 8.5), []string{"churn@2 does worse than 1 on the same requests (brier)"}, "🟡"},
		{"more of it is an edit only", level(evaluate.Paged, evaluate.Warning, 9.5), nil, "🟡"},
		{"critical, and a person must agree", level(evaluate.Proven, evaluate.Critical, 11.7), []string{"the evidence crossed the demotion budget", "proposes to move alias champion from churn@2 to churn@1, and waits for a person to agree; agree with: driftd approve churn"}, "🔴"},
		{"still", level(evaluate.Proven, evaluate.Critical, 11.7), nil, "🔴"},
		{"better", level(evaluate.Paged, evaluate.Warning, 3), []string{"no longer critical"}, "🟡"},
		{"over", level(evaluate.None, evaluate.Healthy, 0), []string{"recovered: live metrics are back within their limits after 1 h 15 min"}, "🟢"},
		{"and stays over", level(evaluate.None, evaluate.Healthy, 0), nil, "🟢"},
	}
	before := 0
	for k, step := range steps {
		at := tick.Add(time.Duration(k) * 15 * time.Minute)
		for repeat := range 2 {
			if _, err := w.run(p, at, w.serving(), step.v); err != nil {
				t.Fatal(err)
			}
			messages := w.people.Messages(channel)
			if len(messages) != 1 {
				t.Fatalf("%s: %d messages, want one", step.name, len(messages))
			}
			if !strings.HasPrefix(messages[0].Text, step.mark) {
				t.Errorf("%s: header %q, want %s", step.name, messages[0].Text, step.mark)
			}
			var added []string
			for _, r := range messages[0].Thread[before:] {
				_, text, _ := strings.Cut(r.Text, at.Format("2006-01-02 15:04")+" ")
				added = append(added, text)
			}
			if diff := cmp.Diff(step.lines, added); diff != "" {
				t.Errorf("%s, run %d: %s", step.name, repeat+1, diff)
			}
		}
		before = len(w.people.Messages(channel)[0].Thread)
	}
	// What comes a day later is another incident.
	if _, err := w.run(p, tick.Add(48*time.Hour), w.serving(), steps[0].v); err != nil {
		t.Fatal(err)
	}
	if got := len(w.people.Messages(channel)); got != 2 {
		t.Errorf("%d messages, want a second one for the second incident", got)
	}
}

func TestObserveTellsOnceWhatItWouldHaveDone(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	p.Mode = alerts.Observe
	for k := range 4 {
		if _, err := w.run(p, tick.Add(time.Duration(k)*15*time.Minute), w.serving(), v); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]alerts.Stage{alerts.WouldHave}, w.stages()); diff != "" || len(w.moves) != 0 {
		t.Errorf("moves %v, audit rows %s", w.moves, diff)
	}
	i := w.incident("2", alerts.ClassPerformance)
	if i.Outcome() != "observe mode: would have moved alias champion from churn@2 to churn@1" || i.Blocked != alerts.BlockedObserve {
		t.Errorf("people read %q, blocked by %q", i.Outcome(), i.Blocked)
	}
	if w.written["2"][alerts.TagHealth] != alerts.HealthDegraded {
		t.Errorf("health tag %q, want degraded", w.written["2"][alerts.TagHealth])
	}
}

func TestVersionAPersonRestoredIsNotTakenAwayAgain(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	w.move("2") // a person insists
	w.since = tick.Add(time.Hour)
	later := tick.AddDate(0, 0, 30)
	if _, err := w.run(p, later, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2 to 1", "1 to 2"}, w.moves); diff != "" {
		t.Errorf("moves: %s", diff)
	}
	if got := w.incident("2", alerts.ClassPerformance).Blocked; got != alerts.BlockedPingPong {
		t.Errorf("blocked by %q, want %q", got, alerts.BlockedPingPong)
	}
	if diff := cmp.Diff([]alerts.Stage{alerts.Intent, alerts.Done, alerts.Undone}, w.stages()); diff != "" {
		t.Errorf("audit rows: %s", diff)
	}
}

func TestVersionThatCannotBeJudgedIsToldAfterAWhile(t *testing.T) {
	errored := evaluate.Verdict{Ref: ref("2"), Status: evaluate.Errored, Reason: "storage", Serving: true, ReferenceID: "r"}
	fresh := evaluate.Verdict{Ref: ref("2"), Status: evaluate.Inconclusive, Reason: evaluate.ReasonNoReference, Serving: true}
	waiting := evaluate.Verdict{Ref: ref("2"), Status: evaluate.Inconclusive, Reason: evaluate.ReasonNoLabels, Serving: true, ReferenceID: "r"}
	stopped := waiting
	stopped.LabelsTo = tick.AddDate(0, 0, -3)
	successor := stopped
	successor.FirstSeen = tick.AddDate(0, 0, -2)
	shadow := errored
	shadow.Serving = false
	for _, test := range []struct {
		name   string
		v      evaluate.Verdict
		before int // ticks with the same status
		want   bool
	}{
		{"errored three times", errored, 2, false},
		{"errored four times", errored, 3, true},
		{"still collecting its reference", fresh, 1000, false},
		{"its first labels are not due", waiting, 1000, false},
		{"the first labels of a new version are not due", successor, 1000, false},
		{"labels stopped coming", stopped, 3, true},
		{"a shadow", shadow, 1000, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _, past := worse()
			past.Statuses = map[string]alerts.Streak{"2": {Status: test.v.Status.String(), Ticks: test.before}}
			i := told(alerts.Decide(p, []evaluate.Verdict{test.v}, past, tick), alerts.ClassPipeline)
			if (i != nil) != test.want {
				t.Fatalf("told %t, want %t", i != nil, test.want)
			}
			if i == nil {
				return
			}
			past.Incidents = []alerts.Incident{*i}
			healthy := test.v
			healthy.Status = evaluate.Healthy
			if i := told(alerts.Decide(p, []evaluate.Verdict{healthy}, past, tick.Add(time.Hour)), alerts.ClassPipeline); i == nil || i.State != alerts.Resolved {
				t.Errorf("judged again: %+v, want it resolved", i)
			}
		})
	}
}

func TestDecidingWritesNothingIntoThePast(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	p.Mode = alerts.Approve
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	later := tick.Add(time.Hour)
	spare := make([]alerts.Entry, 1, 8)
	past, same := w.past(later, w.serving(), nil), w.past(later, w.serving(), nil)
	v.Status, v.Evidence = evaluate.Healthy, nil
	spare[0] = past.Incidents[0].Timeline[0]
	past.Incidents[0].Timeline, same.Incidents[0].Timeline = spare, spare
	alerts.Decide(p, []evaluate.Verdict{v}, past, later)
	if diff := cmp.Diff(same, past); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(alerts.Entry{}, spare[:2][1]); diff != "" {
		t.Errorf("written behind the stored timeline: %s", diff)
	}
}

func TestChartShowsTheWayUp(t *testing.T) {
	p, v, past := worse()
	for k := range 30 {
		past.Courses = map[string][]alerts.Point{"2": append(past.Courses["2"], alerts.Point{At: v.LabelsTo.AddDate(0, 0, k-30), Value: float64(k) / 30})}
	}
	i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassPerformance)
	if len(i.Chart) != 20 || !i.Chart[19].At.Equal(v.LabelsTo) || i.Chart[19].Value < 1 || i.Chart[18].Value != 29.0/30 {
		t.Errorf("chart %+v: want the last 19 blocks and the one that crossed", i.Chart)
	}
}

func TestSinceIsTheEarliestOnset(t *testing.T) {
	p, v, past := worse()
	second := v.Evidence[0]
	second.Check, second.Onset = "auc", second.Onset.AddDate(0, 0, -3)
	v.Evidence = append(v.Evidence, second)
	i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), alerts.ClassPerformance)
	want := alerts.Fact{Name: "since", Text: second.Onset.Format("2006-01-02 15:04 UTC")}
	if !slices.Contains(i.Facts, want) {
		t.Errorf("facts %+v, want %+v among them", i.Facts, want)
	}
}

func TestPerformanceMutesNewDrift(t *testing.T) {
	moved := evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "tenure", Level: evaluate.Alerted, LogM: 9, Alert: 8, Since: tick}
	p, v, past := worse()
	p.Mode = alerts.Approve
	v.Evidence = append(v.Evidence, moved)
	plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	if i := told(plan, alerts.ClassDrift); i != nil {
		t.Errorf("drift was told beside the regression: %q", i.Headline)
	}
	i := told(plan, alerts.ClassPerformance)
	if !cmp.Equal(i.Facts[len(i.Facts)-2], alerts.Fact{Name: "inputs that moved", Text: "tenure"}) {
		t.Errorf("facts %+v, want the input that moved among them", i.Facts)
	}
	past.Incidents = []alerts.Incident{*i}
	v.Status, v.Evidence = evaluate.Warning, []evaluate.Evidence{moved}
	if i := told(alerts.Decide(p, []evaluate.Verdict{v}, past, tick.Add(time.Hour)), alerts.ClassDrift); i == nil || i.State != alerts.Open {
		t.Error("once the regression was over the drift was not told")
	}
}

// An incident follows the demotion that came out of it, not one of long ago.
func TestIncidentIsMootWhenAPersonMovesTheSlot(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	p.Mode = alerts.Approve
	w.rows = []alerts.Action{{ID: "old", Model: "churn", From: "2", To: "1", Stage: alerts.Effective, Tick: tick.AddDate(0, -1, 0), At: tick.AddDate(0, -1, 0)}}
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	w.move("3")
	next := tick.Add(time.Hour)
	if _, err := w.run(p, next, w.serving(), evaluate.Verdict{Ref: ref("3"), Status: evaluate.Healthy, Serving: true}); err != nil {
		t.Fatal(err)
	}
	i := w.incident("2", alerts.ClassPerformance)
	if i.State != alerts.Resolved || i.Action != nil || !strings.Contains(i.Headline, "churn@3 serves now") {
		t.Errorf("state %s, action %+v, headline %q: want it closed because 3 serves", i.State, i.Action, i.Headline)
	}
}
