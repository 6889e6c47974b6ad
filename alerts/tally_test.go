package alerts

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// A model's reasons are there from the start, and count.
func TestTally(t *testing.T) {
	reg := prometheus.NewRegistry()
	m := newMetrics(reg)
	m.known("a")
	m.decided("a", Line{Reason: Demoted})
	m.decided("a", Line{Reason: Demoted, Incident: &Incident{Blocked: BlockedHold, Held: Silenced}})
	m.decided("b", Line{Reason: "of another version"})
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range all {
		if family.GetName() == "driftd_alerts_decisions_total" {
			for _, metric := range family.Metric {
				var labels []string
				for _, label := range metric.Label {
					labels = append(labels, label.GetValue())
				}
				got[strings.Join(labels, " ")] = metric.Counter.GetValue()
			}
		}
	}
	if len(got) != 2*len(Reasons())+1 {
		t.Errorf("%d counters of two models: want one for each of %d reasons, and the one that is not listed", len(got), len(Reasons()))
	}
	for labels, want := range map[string]float64{
		"a " + string(Demoted): 2, "a " + string(BlockedHold): 1, "a " + string(Silenced): 1, "a " + string(FirstDrift): 0, "b of another version": 1,
	} {
		if n, ok := got[labels]; !ok || n != want {
			t.Errorf("%s: %g (%t), want %g", labels, n, ok, want)
		}
	}
	if problems, err := testutil.GatherAndLint(reg, "driftd_alerts_decisions_total"); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}
