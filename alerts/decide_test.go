package alerts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

var tick = time.Date(2026, 9, 17, 0, 10, 0, 0, time.UTC)

func ref(version string) model.Ref { return model.Ref{Name: "churn", Version: version} }

// worse is what the demo's leaky version looks like on the day it is proven.
func worse() (alerts.Policy, evaluate.Verdict, alerts.Past) {
	p := alerts.Policy{
		Model: "churn", Slot: "alias champion", Mode: alerts.Auto, Channel: "#churn", Owner: "@oncall",
		MinBake: 6 * time.Hour, Cooldown: 24 * time.Hour, Effect: time.Hour, Stalled: 4, Approval: 240 * time.Hour,
	}
	v := evaluate.Verdict{
		Ref: ref("2"), Tick: tick, Status: evaluate.Critical, Reason: evaluate.ReasonPaired, Serving: true, LabelsTo: tick.Truncate(24 * time.Hour),
		Evidence: []evaluate.Evidence{{
			Kind: evaluate.Paired, Check: "brier", Against: "1", Limit: 0.005, LogM: 11.7, Peak: 11.7, Page: 8.4, Demote: 11.6,
			Level: evaluate.Proven, Since: tick.Truncate(24 * time.Hour), Onset: tick.Truncate(24*time.Hour).AddDate(0, 0, -14), Blocks: 15, Rows: 13108,
		}},
	}
	past := alerts.Past{
		Latest: true,
		Serving: alerts.Serving{
			Ref: ref("2"), Known: true, Since: tick.AddDate(0, 0, -16), Previous: []string{"1"}, Held: map[string]string{},
		},
	}
	return p, v, past
}

func demotions(plan alerts.Plan) []alerts.Line {
	var lines []alerts.Line
	for _, l := range plan.Lines {
		if l.What == alerts.Demote && l.Record == "" {
			lines = append(lines, l)
		}
	}
	return lines
}

func blocked(plan alerts.Plan) alerts.Reason {
	for _, l := range plan.Lines {
		if l.Incident != nil && l.Incident.Class == alerts.ClassPerformance {
			return l.Incident.Blocked
		}
	}
	return ""
}

func TestProvenRegressionIsTakenBackOnce(t *testing.T) {
	p, v, past := worse()
	plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	lines := demotions(plan)
	if len(lines) != 1 || lines[0].DryRun || lines[0].Action.From != "2" || lines[0].Action.To != "1" || lines[0].Action.Labels != 13108 {
		t.Fatalf("demotions %+v, want one from 2 to 1", lines)
	}
	again := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	if diff := cmp.Diff(plan, again); diff != "" {
		t.Errorf("the same tick made another plan:\n%s", diff)
	}
}

func TestEveryGuardRefusesAndSaysWhy(t *testing.T) {
	earlier := func(stage alerts.Stage, from, to string, ago time.Duration) alerts.Action {
		return alerts.Action{ID: "earlier", Model: "churn", From: from, To: to, Stage: stage, Tick: tick.Add(-ago), At: tick.Add(-ago)}
	}
	for _, test := range []struct {
		name   string
		change func(*alerts.Policy, *evaluate.Verdict, *alerts.Past)
		want   alerts.Reason
	}{
		{"registry down", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Known = false }, alerts.BlockedRegistry},
		{"catching up", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Latest = false }, alerts.BlockedStale},
		{"hold on the model", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Held[""] = "freeze" }, alerts.BlockedHold},
		{"hold on the target", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Held["1"] = "broken" }, alerts.BlockedHold},
		{"hold on the version", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Held["2"] = "watching" }, alerts.BlockedHold},
		{"another version holds the slot", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Ref = ref("3") }, alerts.BlockedMoved},
		{"since when is not known", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Since = time.Time{} }, alerts.BlockedBake},
		{"fallback alias was demoted", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Serving.Previous, past.Serving.Fallback = nil, "1"
			past.Tags = map[string]map[string]string{"1": {alerts.TagHealth: alerts.HealthDemoted}}
		}, alerts.BlockedPingPong},
		{"an earlier outcome is not known", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Actions = []alerts.Action{earlier(alerts.Intent, "9", "2", 30*24*time.Hour)}
		}, alerts.BlockedUnfinished},
		{"too young", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Serving.Since = tick.Add(-time.Hour)
		}, alerts.BlockedBake},
		{"recovered meanwhile", func(_ *alerts.Policy, v *evaluate.Verdict, _ *alerts.Past) { v.Evidence[0].Calm = 1 }, alerts.BlockedNotNow},
		{"nobody to fall back to", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Previous = nil }, alerts.BlockedFallback},
		{"target was demoted itself", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Actions = []alerts.Action{earlier(alerts.Effective, "1", "2", 10*24*time.Hour)}
		}, alerts.BlockedPingPong},
		{"moved an hour ago", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Actions = []alerts.Action{earlier(alerts.Effective, "9", "2", time.Hour)}
		}, alerts.BlockedCooldown},
		{"labels missing", func(_ *alerts.Policy, v *evaluate.Verdict, _ *alerts.Past) {
			low, limit := 0.4, 0.8
			v.Results = []evaluate.Result{{Check: "coverage", From: tick.AddDate(0, 0, -2), To: tick.AddDate(0, 0, -1), Value: &low, Limit: &limit, Rows: 900, Status: evaluate.Inconclusive}}
		}, alerts.BlockedCoverage},
		{"frozen by configuration", func(p *alerts.Policy, _ *evaluate.Verdict, _ *alerts.Past) { p.Frozen = true }, alerts.BlockedFrozen},
		{"frozen by command", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Frozen = true }, alerts.BlockedFrozen},
		{"two versions in the stage", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Serving.Also = []string{"1"} }, alerts.BlockedHeldTwice},
		{"three models of nine critical", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Fleet = alerts.Fleet{Models: 9, Critical: []string{"a", "b"}}
		}, alerts.BlockedFleet},
		{"target deleted", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Serving.Unfit = map[string]alerts.Reason{"1": alerts.BlockedDeleted}
		}, alerts.BlockedDeleted},
		{"target not ready", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Serving.Unfit = map[string]alerts.Reason{"1": alerts.BlockedNotReady}
		}, alerts.BlockedNotReady},
		{"target reads other inputs", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Serving.Unfit = map[string]alerts.Reason{"1": alerts.BlockedInputs}
		}, alerts.BlockedInputs},
		{"target served a hundred days ago", func(p *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			p.MaxAge, past.Serving.Left = 90*24*time.Hour, map[string]time.Time{"1": tick.AddDate(0, 0, -100)}
		}, alerts.BlockedAge},
		{"target was critical at the tick before", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Statuses = map[string]alerts.Streak{"1": {Status: "critical", Ticks: 3}}
		}, alerts.BlockedUnhealthy},
		{"target was degraded when it was judged last", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			past.Tags = map[string]map[string]string{"1": {alerts.TagHealth: alerts.HealthDegraded}}
		}, alerts.BlockedUnhealthy},
		{"target does no better on the same requests", func(_ *alerts.Policy, v *evaluate.Verdict, _ *alerts.Past) {
			even := v.Evidence[0]
			even.LogM, even.Peak, even.Level = 0, 0, evaluate.None
			v.Evidence[0].Kind, v.Evidence[0].Against = evaluate.Floor, ""
			v.Evidence = append(v.Evidence, even)
		}, alerts.BlockedWorld},
		{"driftd moved the slot five days ago", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) {
			a := earlier(alerts.Effective, "9", "2", 5*24*time.Hour)
			a.Slot = "alias champion"
			past.Actions = []alerts.Action{a}
		}, alerts.BlockedSlotBudget},
		{"driftd moved three other slots today", func(_ *alerts.Policy, _ *evaluate.Verdict, past *alerts.Past) { past.Fleet.Acted = 3 }, alerts.BlockedFleetBudget},
		{"quiet hours", func(p *alerts.Policy, _ *evaluate.Verdict, _ *alerts.Past) { p.Quiet = quietHours(t, "00:00-01:00") }, alerts.BlockedQuiet},
		{"mode approve", func(p *alerts.Policy, _ *evaluate.Verdict, _ *alerts.Past) { p.Mode = alerts.Approve }, alerts.BlockedApproval},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, v, past := worse()
			test.change(&p, &v, &past)
			plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
			if lines := demotions(plan); len(lines) != 0 {
				t.Errorf("demoted nevertheless: %+v", lines[0].Action)
			}
			if got := blocked(plan); got != test.want {
				t.Errorf("blocked by %q, want %q", got, test.want)
			}
		})
	}
}

func TestTargetThatFailsTooIsNoHelp(t *testing.T) {
	p, v, past := worse()
	v.Evidence[0].Kind, v.Evidence[0].Against = evaluate.Floor, ""
	if n := len(demotions(alerts.Decide(p, []evaluate.Verdict{v}, past, tick))); n != 1 {
		t.Fatalf("%d demotions while nothing is known of the target, want 1", n)
	}
	target := evaluate.Verdict{Ref: ref("1"), Tick: tick, Status: evaluate.Warning, Evidence: []evaluate.Evidence{
		{Kind: evaluate.Floor, Check: "accuracy", LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Blocks: 9},
	}}
	plan := alerts.Decide(p, []evaluate.Verdict{v, target}, past, tick)
	if got := blocked(plan); got != alerts.BlockedWorld || len(demotions(plan)) != 0 {
		t.Errorf("blocked by %q, want %q", got, alerts.BlockedWorld)
	}
	// That it does better on the same requests outweighs a limit it misses too.
	_, paired, _ := worse()
	v.Evidence = append(v.Evidence, paired.Evidence[0])
	v.Evidence[1].Level = evaluate.Paged
	if n := len(demotions(alerts.Decide(p, []evaluate.Verdict{v, target}, past, tick))); n != 1 {
		t.Errorf("%d demotions though the target does better, want 1", n)
	}
}

// When many models are critical at once, one of them says so for all.
func TestFrozenFleetIsToldOnce(t *testing.T) {
	p, v, past := worse()
	for first, want := range map[string]alerts.Reach{"a": alerts.InThread, "d": alerts.ToOwner} {
		past.Fleet = alerts.Fleet{Models: 5, Critical: []string{first, "e"}}
		var got alerts.Reach
		for _, l := range alerts.Decide(p, []evaluate.Verdict{v}, past, tick).Lines {
			if l.Incident != nil {
				timeline := l.Incident.Timeline
				got = timeline[len(timeline)-1].Reach
			}
		}
		if got != want {
			t.Errorf("beside %s, the refusal of churn reaches %d, want %d", first, got, want)
		}
	}
	past.Fleet = alerts.Fleet{Models: 10, Critical: []string{"a", "b"}}
	if n := len(demotions(alerts.Decide(p, []evaluate.Verdict{v}, past, tick))); n != 1 {
		t.Errorf("%d demotions with 3 of 10 critical, want 1: it must be more than 30 %%", n)
	}
}

func TestObserveMakesThePlanAndTouchesNothing(t *testing.T) {
	p, v, past := worse()
	p.Mode = alerts.Observe
	lines := demotions(alerts.Decide(p, []evaluate.Verdict{v}, past, tick))
	if len(lines) != 1 || !lines[0].DryRun {
		t.Errorf("lines %+v, want one dry run", lines)
	}
}

func TestDriftAndShadowsDemoteNobody(t *testing.T) {
	p, v, past := worse()
	v.Status, v.Reason = evaluate.Warning, evaluate.ReasonShifted
	v.Evidence = []evaluate.Evidence{{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "tenure", Level: evaluate.Alerted, LogM: 100, Alert: 8, Since: tick}}
	v.DriftTo = tick
	plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	told := false
	for _, l := range plan.Lines {
		told = told || l.Incident != nil && l.Incident.Class == alerts.ClassDrift
	}
	if len(demotions(plan)) != 0 || !told {
		t.Errorf("plan %+v, want a drift incident and no demotion", plan.Lines)
	}
	_, shadow, _ := worse()
	shadow.Serving, shadow.Ref = false, ref("3")
	if lines := demotions(alerts.Decide(p, []evaluate.Verdict{shadow}, past, tick)); len(lines) != 0 {
		t.Errorf("a shadow was demoted: %+v", lines)
	}
}

func TestTargetOfADemotion(t *testing.T) {
	for _, test := range []struct {
		name     string
		against  string
		previous []string
		fallback string
		tags     map[string]map[string]string
		want     string
	}{
		{"the one that did better on the same requests", "1", []string{"4", "1"}, "0", nil, "1"},
		{"it may be the fallback alias", "0", []string{"4", "1"}, "0", nil, "0"},
		{"else the newest earlier holder", "", []string{"4", "1"}, "0", nil, "4"},
		{"one that was demoted is passed over", "4", []string{"4", "1"}, "", map[string]map[string]string{"4": {alerts.TagHealth: alerts.HealthDemoted}}, "1"},
		{"without an earlier holder the fallback alias", "", nil, "0", nil, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, v, past := worse()
			v.Evidence[0].Against = test.against
			past.Serving.Previous, past.Serving.Fallback, past.Tags = test.previous, test.fallback, test.tags
			lines := demotions(alerts.Decide(p, []evaluate.Verdict{v}, past, tick))
			if len(lines) != 1 || lines[0].Action.To != test.want {
				t.Errorf("demotions %+v, want one to %s", lines, test.want)
			}
		})
	}
}
