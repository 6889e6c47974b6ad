package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
)

// baselineOf asks for the version's baseline.
func (e *Evaluator) baselineOf(ctx context.Context, p Policy, ref model.Ref) (baseline.Baseline, bool, error) {
	if e.trained == nil || p.Source.IgnoreBaseline {
		return baseline.Baseline{}, false, nil
	}
	b, found, err := e.trained.Baseline(ctx, ref)
	if err != nil || !found {
		return b, false, err
	}
	if !slices.ContainsFunc(p.series(), func(s Series) bool { return has(b, s) }) {
		return b, false, fmt.Errorf("%w: none of its %d series is one of the model, of the same kind: name them as events do", ErrBaseline, len(b.Series))
	}
	return b, true, nil
}

// has says whether a baseline knows the series.
func has(b baseline.Baseline, s Series) bool {
	one, ok := b.Find(s.Name)
	return ok && one.Layout.Kind == s.Kind
}

// adopt pins the version's baseline. What the model has and the baseline does
// not is said once, at this tick: it is not compared.
func (e *Evaluator) adopt(ctx context.Context, p Policy, b baseline.Baseline, v *Verdict, ref *Reference) error {
	ref.From, ref.To, ref.Rows, ref.Baselines = b.From, b.To, b.Rows, b.Metrics
	for _, want := range p.series() {
		if !has(b, want) {
			v.Results = append(v.Results, Result{Check: "reference", Feature: want.Name, Status: Inconclusive, Reason: ReasonNotTrained})
			continue
		}
		s, _ := b.Find(want.Name)
		ref.Series = append(ref.Series, ReferenceSeries{Name: s.Name, Age: want.Age, Layout: s.Layout, Counts: s.Counts})
	}
	var windows []Counts
	err := ref.choose(p, func(length time.Duration) ([]Counts, error) {
		windows = nil
		for _, block := range b.Over(length) {
			windows = append(windows, Counts{From: block.From, To: block.From.Add(length), Series: block.Series})
		}
		return windows, nil
	})
	if err != nil {
		return err
	}
	if ref.Since, err = e.begins(ctx, p.under(*ref), v); err != nil {
		return err
	}
	if len(windows) < drift.MinBlocks && !ref.Auto {
		v.Results = append(v.Results, Result{Check: "reference", From: ref.From, To: ref.To, Rows: ref.Rows, Status: Inconclusive, Reason: ReasonNoVariation})
	}
	if err := ref.identify(); err != nil {
		return err
	}
	if err := e.profiler.Pin(ctx, *ref); err != nil {
		return fmt.Errorf("from its baseline: %w", err)
	}
	return nil
}

// series lists what is compared of a model.
func (p Policy) series() []Series {
	all := []Series{{Name: ScoreSeries, Kind: drift.Numeric}, {Name: ClassSeries, Kind: drift.Categorical}}
	for _, f := range p.Features {
		all = append(all, Series(f))
	}
	return all
}

// Uncompared returns the series of the model that the reference does not have.
func (ref Reference) Uncompared(p Policy) []string {
	var names []string
	for _, want := range p.series() {
		if !slices.ContainsFunc(ref.Series, func(s ReferenceSeries) bool { return s.Name == want.Name }) {
			names = append(names, want.Name)
		}
	}
	return names
}

// begins returns the start of the first whole window of the version's
// predictions. Its first prediction may have a wrong date: where nothing
// follows it for a window, the traffic begins with what does.
func (e *Evaluator) begins(ctx context.Context, p Policy, v *Verdict) (time.Time, error) {
	from := ceil(v.FirstSeen, p.Drift.Window)
	next, err := e.activity(ctx, p, v.Ref, from, p.Closed(v.Tick))
	if err != nil || next.Rows == 0 || next.First.Before(from.Add(p.Drift.Window)) {
		return from, err
	}
	return ceil(next.First, p.Drift.Window), nil
}
