package alerts_test

import (
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// What a person releases may be moved again, once: a later demotion needs a
// release of its own.
func TestAReleasedVersionMayBeMovedAgain(t *testing.T) {
	const day = 24 * time.Hour
	demoted := func(from, to string, ago time.Duration) alerts.Action {
		return alerts.Action{ID: from + "/" + ago.String(), Model: "churn", From: from, To: to, Stage: alerts.Effective, Tick: tick.Add(-ago), At: tick.Add(-ago)}
	}
	for _, test := range []struct {
		name     string
		actions  []alerts.Action
		released map[string]time.Time
		want     alerts.Reason
	}{
		{"the target was demoted and released", []alerts.Action{demoted("1", "2", 10*day)}, map[string]time.Time{"1": tick.Add(-9 * day)}, ""},
		{"it was released before", []alerts.Action{demoted("1", "2", 10*day)}, map[string]time.Time{"1": tick.Add(-11 * day)}, alerts.BlockedPingPong},
		{"another one was released", []alerts.Action{demoted("1", "2", 10*day)}, map[string]time.Time{"2": tick.Add(-9 * day)}, alerts.BlockedPingPong},
		{"people restored the serving one and released it", []alerts.Action{demoted("2", "1", 10*day)}, map[string]time.Time{"2": tick.Add(-9 * day)}, ""},
		{"it was demoted once more since", []alerts.Action{demoted("2", "1", 20*day), demoted("2", "1", 8*day)}, map[string]time.Time{"2": tick.Add(-9 * day)}, alerts.BlockedPingPong},
		{"the cooldown stays", []alerts.Action{demoted("2", "1", 20*time.Hour)}, map[string]time.Time{"2": tick.Add(-19 * time.Hour)}, alerts.BlockedCooldown},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, v, past := worse()
			past.Actions, past.Released = test.actions, test.released
			past.Tags = map[string]map[string]string{test.actions[0].From: {alerts.TagHealth: alerts.HealthDemoted}}
			plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
			if got := blocked(plan); got != test.want || (len(demotions(plan)) == 1) != (test.want == "") {
				t.Errorf("blocked by %q with %d demotions, want %q", got, len(demotions(plan)), test.want)
			}
		})
	}
}

// The tag of a released version does not say demoted any longer, whether anything
// judges the version or not.
func TestTheTagOfAReleasedVersion(t *testing.T) {
	p, v, past := worse()
	v.Status, v.Evidence = evaluate.Healthy, nil
	past.Tags = map[string]map[string]string{"3": {alerts.TagHealth: alerts.HealthDemoted, alerts.TagReplacedBy: "2"}}
	past.Actions = []alerts.Action{{ID: "a", Model: "churn", From: "3", To: "2", Stage: alerts.Effective, Tick: tick.AddDate(0, 0, -10), At: tick.AddDate(0, 0, -10)}}
	if got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "3"); got != nil {
		t.Errorf("written without a release: %v", got)
	}
	past.Released = map[string]time.Time{"3": tick.Add(-time.Hour)}
	got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "3")
	if got[alerts.TagHealth] != alerts.HealthUnknown || got[alerts.TagReplacedBy] != "2" || got[alerts.TagReason] == "" {
		t.Errorf("tags %v, want it unknown", got)
	}
	shadow := evaluate.Verdict{Ref: ref("3"), Status: evaluate.Warning, Reason: evaluate.ReasonShifted}
	if got := annotated(alerts.Decide(p, []evaluate.Verdict{v, shadow}, past, tick), "3"); got[alerts.TagHealth] != alerts.HealthWarning {
		t.Errorf("tags %v, want what the verdict says", got)
	}
	past.Tags["3"] = got
	if again := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "3"); again != nil {
		t.Errorf("written again: %v", again)
	}
}
