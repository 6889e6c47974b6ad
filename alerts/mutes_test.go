package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// What explains something else is told alone; the rest is told when it is over.
func TestOneIncidentExplainsAnother(t *testing.T) {
	page := evaluate.Evidence{Kind: evaluate.Absolute, Check: "auc", Limit: 0.7, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: tick, Blocks: 9, Rows: 9000}
	shift := moved(tick, "tenure").Evidence[0]
	null := broken(faulty("balance", "missing", 0.97, 0.02))
	pipeline := evaluate.Evidence{Kind: "pipeline"} // stands for a version that cannot be judged
	for _, c := range []struct {
		name   string
		first  evaluate.Evidence
		second evaluate.Evidence
		want   []alerts.Class // told while both last
	}{
		{"data and performance", null, page, []alerts.Class{alerts.ClassData}},
		{"data and drift", null, shift, []alerts.Class{alerts.ClassData}},
		{"performance and drift", page, shift, []alerts.Class{alerts.ClassPerformance}},
		{"drift and performance", shift, page, []alerts.Class{alerts.ClassDrift, alerts.ClassPerformance}},
		{"drift and data", shift, null, []alerts.Class{alerts.ClassData, alerts.ClassDrift}},
		{"pipeline and performance", pipeline, page, []alerts.Class{alerts.ClassPipeline}},
		{"pipeline and drift", pipeline, shift, []alerts.Class{alerts.ClassPipeline}},
		{"pipeline and data", pipeline, null, []alerts.Class{alerts.ClassData, alerts.ClassPipeline}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p, _, _ := worse()
			p.Mode, p.Stalled = alerts.Observe, 1
			run := func(k int, evidence ...evaluate.Evidence) {
				at := tick.Add(time.Duration(k) * time.Hour)
				v := moved(at)
				v.Status = evaluate.Warning
				for _, e := range evidence {
					if e.Kind == pipeline.Kind {
						v.Status, v.Reason = evaluate.Errored, "storage"
						continue
					}
					v.Evidence = append(v.Evidence, e)
				}
				if _, err := w.run(p, at, w.serving(), v); err != nil {
					t.Fatal(err)
				}
			}
			told := func() []alerts.Class {
				var classes []alerts.Class
				for _, class := range []alerts.Class{alerts.ClassPerformance, alerts.ClassDrift, alerts.ClassData, alerts.ClassPipeline} {
					if w.incident("2", class).Told > 0 {
						classes = append(classes, class)
					}
				}
				slices.Sort(classes)
				return classes
			}
			run(0, c.first)
			run(1, c.first, c.second)
			if diff := cmp.Diff(c.want, told()); diff != "" {
				t.Errorf("while both last:\n%s", diff)
			}
			run(2, c.second)
			run(3, c.second)
			if got := told(); len(got) != 2 {
				t.Errorf("once the first is over %v were told, want both", got)
			}
		})
	}
}

// What people do not want to hear of now is not repeated either.
func TestSilencedIsNotRepeated(t *testing.T) {
	w := newWorld(t)
	p, _, _ := worse()
	p.Repeat = 24 * time.Hour
	opened := "🟡 1 input of churn@2 moved away from the reference: tenure "
	w.play(p, []step{{0, "opens", []string{"tenure"}, []string{opened + "·"}}})
	w.silences = []alerts.Silence{{Until: tick.Add(96 * time.Hour), By: "sam"}}
	w.play(p, []step{
		{60, "silenced", []string{"tenure"}, []string{opened + "··"}},
		{49 * 60, "two days later", []string{"tenure"}, []string{opened + "··"}},
		{97 * 60, "over", []string{"tenure"}, []string{opened + "···"}},
	})
	if got := len(w.incident("2", alerts.ClassDrift).Timeline); got != 3 {
		t.Errorf("%d lines, want the opening, the silence and one repetition", got)
	}
}
