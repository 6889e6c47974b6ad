package alerts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// The story of a summer and a faulty version, as a sequence of verdicts: what
// is asked for at every tick, and what people have read in the end.
func TestStory(t *testing.T) {
	p, faulty, _ := worse()
	p.MinBake = 0
	w := newWorld(t)
	w.slot, w.previous, w.fallback = "1", []string{"0"}, "0"
	start := time.Date(2026, 7, 1, 0, 10, 0, 0, time.UTC)

	verdict := func(version string, status evaluate.Status, reason string, evidence ...evaluate.Evidence) evaluate.Verdict {
		return evaluate.Verdict{Ref: ref(version), Status: status, Reason: reason, ReferenceID: "ref" + version, Evidence: evidence}
	}
	drifted := func(feature string, since int) evaluate.Evidence {
		return evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, LogM: 9, Peak: 9, Alert: 8, Level: evaluate.Alerted, Since: start.AddDate(0, 0, since)}
	}
	paired := func(level evaluate.Level, logM float64) evaluate.Evidence {
		e := faulty.Evidence[0]
		e.Level, e.LogM, e.Peak = level, logM, logM
		return e
	}
	even := paired(evaluate.None, 0)
	even.Against = "0"
	below := evaluate.Evidence{Kind: evaluate.Absolute, Check: "accuracy", Limit: 0.76, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: start, Blocks: 20, Rows: 18000}
	temp, dewp := drifted("temp", 2), drifted("dewp", 4)
	shadow := verdict("0", evaluate.Healthy, "")
	healthy := verdict("1", evaluate.Healthy, "")

	steps := []struct {
		day      int
		name     string
		before   func()
		verdicts []evaluate.Verdict
		want     []string
	}{
		{0, "all is well", nil, []evaluate.Verdict{shadow, healthy},
			[]string{"annotate 0 status_changed", "annotate 1 status_changed"}},
		{1, "and stays well", nil, []evaluate.Verdict{shadow, healthy}, nil},
		{2, "summer begins", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonShifted, temp)},
			[]string{"annotate 1 status_changed", "tell 1 drift open first_drift, to the channel"}},
		{3, "a lasting shift is told once", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonShifted, temp)}, nil},
		{4, "another input joins", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonShifted, temp, dewp)},
			[]string{"annotate 1 status_changed", "tell 1 drift open first_drift, to the channel"}},
		{5, "thunderstorms: worse for everybody", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonAbsolute, temp, dewp, below, even)},
			[]string{"annotate 1 status_changed", "tell 1 performance open first_page, to the channel"}},
		{6, "a further shift makes no noise then", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonAbsolute, temp, dewp, drifted("wind", 6), below, even)},
			[]string{"tell 1 performance open changed", "tell 1 drift open first_drift"}},
		{7, "and it passes", nil, []evaluate.Verdict{shadow, verdict("1", evaluate.Warning, evaluate.ReasonShifted, temp, dewp, even)},
			[]string{"annotate 1 status_changed", "tell 1 performance resolved recovered", "tell 1 drift open changed"}},
		{60, "a person promotes version 2", func() { w.move("2"); w.since = start.AddDate(0, 0, 60) },
			[]evaluate.Verdict{verdict("1", evaluate.Warning, evaluate.ReasonShifted, temp, dewp), verdict("2", evaluate.Inconclusive, evaluate.ReasonNoReference)},
			[]string{"annotate 2 status_changed", "tell 1 drift resolved superseded"}},
		{70, "it does worse", nil, []evaluate.Verdict{healthy, verdict("2", evaluate.Warning, evaluate.ReasonPaired, paired(evaluate.Paged, 9))},
			[]string{"annotate 1 status_changed", "annotate 2 status_changed", "tell 2 performance open first_page, to the owner"}},
		{74, "beyond doubt", nil, []evaluate.Verdict{healthy, verdict("2", evaluate.Critical, evaluate.ReasonPaired, paired(evaluate.Proven, 11.7))},
			[]string{"demote 2 first_critical", "annotate 2 status_changed", "annotate 2 demoted", "annotate 1 demoted", "tell 2 performance open first_critical"}},
		{75, "traffic followed", func() { w.served = map[string]uint64{"1": 900} },
			[]evaluate.Verdict{healthy, verdict("2", evaluate.Critical, evaluate.ReasonPaired, paired(evaluate.Proven, 11.7))},
			[]string{"verify 2 awaiting_effect", "tell 2 performance open changed"}},
		{76, "the tag follows", nil, []evaluate.Verdict{healthy, verdict("2", evaluate.Critical, evaluate.ReasonPaired, paired(evaluate.Proven, 11.7))},
			[]string{"annotate 2 status_changed"}},
		{77, "peace", nil, []evaluate.Verdict{healthy, verdict("2", evaluate.Critical, evaluate.ReasonPaired, paired(evaluate.Proven, 11.7))}, nil},
	}
	for _, step := range steps {
		if step.before != nil {
			step.before()
		}
		at := start.AddDate(0, 0, step.day)
		for k := range step.verdicts {
			step.verdicts[k].Tick = at
			step.verdicts[k].Serving = step.verdicts[k].Ref.Version == w.slot
		}
		plan, err := w.run(p, at, w.serving(), step.verdicts...)
		if err != nil {
			t.Fatalf("day %d, %s: %v", step.day, step.name, err)
		}
		if diff := cmp.Diff(step.want, described(plan)); diff != "" {
			t.Errorf("day %d, %s:\n%s", step.day, step.name, diff)
		}
	}

	messages := w.people.Messages(channel)
	headers := make([]string, len(messages))
	for k, m := range messages {
		headers[k] = m.Text
	}
	want := []string{
		"⚪ 2 inputs of churn@1 moved away from the reference: dewp, temp; churn@2 serves now",
		"🟢 churn@1 is back within its limits (accuracy)",
		"🟢 churn@2 was demoted, churn@1 serves again",
	}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Error(diff)
	}
	for k, mentioned := range []bool{false, false, true} {
		if got := strings.Contains(strings.Join(messages[k].Notes, " "), "@oncall"); got != mentioned {
			t.Errorf("%q mentions the owner: %t, want %t", messages[k].Text, got, mentioned)
		}
	}
	if diff := cmp.Diff([]string{"1 to 2", "2 to 1"}, w.moves); diff != "" {
		t.Error(diff)
	}
}

// described words each line of the plan but the hourly signs of life; a Tell with
// the farthest reach of what it adds to the timeline.
func described(plan alerts.Plan) []string {
	var out []string
	for _, l := range plan.Lines {
		if l.Reason == alerts.Checked {
			continue
		}
		text := fmt.Sprintf("%s %s %s", l.What, l.Ref.Version, l.Reason)
		if i := l.Incident; i != nil {
			text = fmt.Sprintf("%s %s %s %s %s", l.What, l.Ref.Version, i.Class, i.State, l.Reason)
			var reach alerts.Reach
			for _, e := range i.Timeline {
				if e.At.Equal(plan.Tick) {
					reach = max(reach, e.Reach)
				}
			}
			text += map[alerts.Reach]string{alerts.InChannel: ", to the channel", alerts.ToOwner: ", to the owner"}[reach]
		}
		out = append(out, text)
	}
	return out
}
