package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// A segment is told by its name when it moved alone, and not at all when all rows
// of the series moved.
func TestSegmentsAreToldWhereTheyMovedAlone(t *testing.T) {
	p, v, _ := worse()
	shifted := func(feature, segment string) evaluate.Evidence {
		since := tick.Truncate(24 * time.Hour)
		return evaluate.Evidence{
			Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, Segment: segment,
			LogM: 9, Peak: 9, Alert: 8, Level: evaluate.Alerted, Since: since, Onset: since,
		}
	}
	for _, c := range []struct {
		evidence []evaluate.Evidence
		want     string
	}{
		{[]evaluate.Evidence{shifted("tenure", "region=eu")}, "1 input of churn@2 moved away from the reference: tenure (region=eu)"},
		{[]evaluate.Evidence{shifted("tenure", "region=eu"), shifted("tenure", ""), shifted("tenure", "region=us")}, "1 input of churn@2 moved away from the reference: tenure"},
		{[]evaluate.Evidence{shifted("tenure", "region=eu"), shifted("plan", "")}, "2 inputs of churn@2 moved away from the reference: plan, tenure (region=eu)"},
	} {
		w := newWorld(t)
		v.Status, v.Evidence = evaluate.Warning, c.evidence
		if _, err := w.run(p, tick, w.serving(), v); err != nil {
			t.Fatal(err)
		}
		messages := w.people.Messages(channel)
		if len(messages) != 1 || !strings.HasSuffix(messages[0].Text, c.want) {
			t.Errorf("want a message %q: %+v", c.want, messages)
		}
	}
}
