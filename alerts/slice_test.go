package alerts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// The worst slice is a fact of the performance incident and a line of its thread when
// it becomes another one; no page and no demotion comes of it.
func TestWorstSliceIsToldWithTheIncident(t *testing.T) {
	low := evaluate.Evidence{Kind: evaluate.Absolute, Check: "auc", Limit: 0.7, LogM: 9, Peak: 9, Page: 8.4, Level: evaluate.Paged, Since: tick, Blocks: 9, Rows: 9000}
	slice := func(segment string, day int) evaluate.Result {
		value, limit := 0.213, 0.157
		r := evaluate.Result{Check: "slice_brier", Segment: segment, Value: &value, Limit: &limit, Rows: 5321, To: time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC), Reason: evaluate.ReasonSlice}
		if segment == evaluate.NoSlice {
			r.Value, r.Limit, r.Reason = nil, nil, evaluate.ReasonNoSlice
		}
		return r
	}
	w := newWorld(t)
	p, v, _ := warned([]evaluate.Evidence{low})
	const told = "region=eu: brier 0.213, at most 0.157 expected, 5,321 labels to 2026-03-"
	for k, step := range []struct {
		results []evaluate.Result
		fact    string // "" for none
		line    bool   // in the thread
	}{
		{nil, "", false},
		{[]evaluate.Result{slice(evaluate.NoSlice, 1)}, "", false},
		{[]evaluate.Result{slice(evaluate.NoSlice, 2), slice("region=eu", 3), slice("plan=pro", 3)}, told + "03", true},
		{nil, told + "03", false},                                      // no block closed
		{[]evaluate.Result{slice("region=eu", 4)}, told + "04", false}, // the same one
		{[]evaluate.Result{slice(evaluate.NoSlice, 5)}, "", false},
		{[]evaluate.Result{slice("region=eu", 6)}, told + "06", true}, // again
	} {
		none := 0.0 // no label of this region came: shown, and nothing follows
		v.Results = append(step.results, evaluate.Result{Check: "coverage", Segment: "region=us", Value: &none, Rows: 300})
		before := 0
		if k > 0 {
			before = len(w.incident("2", alerts.ClassPerformance).Timeline)
		}
		if _, err := w.run(p, tick.Add(time.Duration(k)*time.Hour), w.serving(), v); err != nil {
			t.Fatal(err)
		}
		i := w.incident("2", alerts.ClassPerformance)
		if slices.ContainsFunc(i.Results, func(r evaluate.Result) bool { return r.Check == "coverage" }) {
			t.Errorf("step %d: the coverage of a segment is kept: %+v", k, i.Results)
		}
		fact := ""
		for _, f := range i.Facts {
			if f.Name == "worst slice" {
				fact = f.Text
			}
		}
		line := false
		for _, e := range i.Timeline[before:] {
			line = line || strings.HasPrefix(e.Text, "worst slice: ") && e.Reach == alerts.InThread
		}
		if fact != step.fact || line != step.line {
			t.Errorf("step %d: fact %q, in the thread %t; want %q, %t", k, fact, line, step.fact, step.line)
		}
	}
	v.Evidence, v.Status, v.Results = nil, evaluate.Healthy, []evaluate.Result{slice("region=eu", 7)}
	w = newWorld(t)
	plan, err := w.run(p, tick, w.serving(), v)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range plan.Lines {
		if l.What == alerts.Demote || l.What == alerts.Tell {
			t.Errorf("a slice alone leads to %s", l.What)
		}
	}
}
