package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// An alarm that rested on too few rows is retracted when the others come; one
// about windows that nobody judged anew has ended.
func TestLateRowsRetractWhatWasTold(t *testing.T) {
	for _, c := range []struct {
		revised  time.Time
		headline string
		last     string
	}{
		{tick, "⚪ no input of churn@2 had moved: rows that came late show it", "retracted after 1 h: rows for windows before 2026-09-17 00:10 UTC came late"},
		{tick.Add(-time.Hour), "🟢 churn@2 sees the inputs of its reference again", "recovered: no input is away from the reference any more after 1 h, amended: rows for windows before 2026-09-16 23:10 UTC came late"},
		{time.Time{}, "🟢 churn@2 sees the inputs of its reference again", "recovered: no input is away from the reference any more after 1 h"},
	} {
		w := newWorld(t)
		p, _, _ := worse()
		if _, err := w.run(p, tick, w.serving(), moved(tick, "tenure")); err != nil {
			t.Fatal(err)
		}
		v := moved(tick.Add(time.Hour))
		v.Revised = c.revised
		if _, err := w.run(p, v.Tick, w.serving(), v); err != nil {
			t.Fatal(err)
		}
		i, m := w.incident("2", alerts.ClassDrift), w.people.Messages(channel)[0]
		if i.State != alerts.Resolved || string(i.Ended) != strings.FieldsFunc(c.last, func(r rune) bool { return r == ' ' || r == ':' })[0] || m.Text != c.headline || !strings.HasSuffix(m.Thread[1].Text, c.last) {
			t.Errorf("revised %s: state %s, %s, %q, thread %q", c.revised, i.State, i.Ended, m.Text, m.Thread[1].Text)
		}
	}
}

// Labels that come late, or are corrected, amend the numbers people were told.
func TestLateLabelsAmendTheNumbers(t *testing.T) {
	day := tick.Truncate(24 * time.Hour)
	result := func(to time.Time, value float64, rows uint64, revision uint32) evaluate.Result {
		return evaluate.Result{Check: "accuracy", From: to.AddDate(0, 0, -1), To: to, Value: &value, Rows: rows, Revision: revision, Status: evaluate.Warning}
	}
	for _, c := range []struct {
		name string
		now  evaluate.Result
		want string // "" for no line
	}{
		{"more labels", result(day, 0.76, 9812, 1), "amended: accuracy to 2026-09-17 0.71 → 0.76 after 812 late labels"},
		{"corrected labels", result(day, 0.74, 9000, 1), "amended: accuracy to 2026-09-17 0.71 → 0.74 after labels were corrected"},
		{"of an earlier block", result(day.AddDate(0, 0, -4), 0.8, 9100, 1), "amended: accuracy to 2026-09-13 is 0.8 now (9,100 labels)"},
		{"nothing came late", result(day, 0.71, 9000, 0), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			low := evaluate.Evidence{Kind: evaluate.Absolute, Check: "accuracy", Limit: 0.8, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: day, Blocks: 9, Rows: 9000}
			p, v, _ := warned([]evaluate.Evidence{low})
			v.Results = []evaluate.Result{result(day, 0.71, 9000, 0)}
			if _, err := w.run(p, tick, w.serving(), v); err != nil {
				t.Fatal(err)
			}
			v.Results, v.Relabelled = []evaluate.Result{c.now}, c.now.To
			if _, err := w.run(p, tick.Add(time.Hour), w.serving(), v); err != nil {
				t.Fatal(err)
			}
			lines := w.incident("2", alerts.ClassPerformance).Timeline
			if got := lines[len(lines)-1].Text; c.want != "" && got != c.want || c.want == "" && len(lines) != 1 {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
