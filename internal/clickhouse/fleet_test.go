package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

func TestFleetAsOfTheTick(t *testing.T) {
	s := migrated(t)
	judged := func(name, version string, tick time.Time, status evaluate.Status, serving bool) {
		t.Helper()
		v := verdict(version, tick)
		v.Ref.Name, v.Status, v.Serving = name, status, serving
		if err := s.SaveVerdicts(t.Context(), []evaluate.Verdict{v}); err != nil {
			t.Fatal(err)
		}
	}
	now := at(2, 0)
	judged("churn", "1", now, evaluate.Critical, true)
	judged("a", "1", now.Add(-2*time.Hour), evaluate.Critical, true)
	judged("a", "1", now.Add(-time.Hour), evaluate.Healthy, true) // recovered
	judged("b", "1", now.Add(-time.Hour), evaluate.Critical, true)
	judged("c", "1", now, evaluate.Critical, true) // at the same tick, a moment before
	judged("c", "2", now, evaluate.Healthy, false)
	judged("d", "1", now.Add(time.Hour), evaluate.Critical, true)     // later
	judged("e", "1", now.Add(-30*time.Hour), evaluate.Critical, true) // not judged any more
	for k, a := range []struct {
		model string
		stage alerts.Stage
		tick  time.Time
		by    string
	}{
		{"a", alerts.Effective, now, ""}, {"b", alerts.Intent, now.Add(-time.Hour), ""},
		{"c", alerts.WouldHave, now, ""}, {"d", alerts.Failed, now, ""},
		{"e", alerts.Done, now.Add(-25 * time.Hour), ""}, {"f", alerts.Done, now, "alice"}, {"churn", alerts.Done, now, ""},
	} {
		action := alerts.Action{ID: fmt.Sprint(a.model, k), Model: a.model, From: "1", To: "2", Tick: a.tick, At: a.tick, By: a.by}
		for _, stage := range []alerts.Stage{alerts.Intent, a.stage} {
			if action.Stage = stage; stage == alerts.Intent && a.stage == alerts.WouldHave {
				continue
			}
			if err := s.SaveAction(t.Context(), action); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := s.Fleet(t.Context(), "churn", now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alerts.Fleet{Models: 4, Critical: []string{"b", "c"}, Acted: 2}, got); diff != "" {
		t.Error(diff)
	}
}
