package evaluate

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// Evaluator turns stored events into verdicts.
type Evaluator struct {
	buckets  Buckets
	profiler Profiler
	labels   Labels
	trained  Baselines // nil: versions have no baselines
	arrivals Arrivals  // nil: the stream is not judged

	holdings Holdings // nil: buckets are asked version by version

	revisions Revisions // nil: what labels said first stands

	counting chan struct{} // holds one for each model that is counted; nil: no limit
}

// New returns an evaluator that reads from the given store.
func New(b Buckets, p Profiler, l Labels) *Evaluator {
	return &Evaluator{buckets: b, profiler: p, labels: l}
}

// WithBaselines makes the evaluator ask for the baselines of versions, and
// returns it.
func (e *Evaluator) WithBaselines(b Baselines) *Evaluator {
	e.trained = b
	return e
}

// WithArrivals makes the evaluator judge what comes for a model as a stream,
// and returns it.
func (e *Evaluator) WithArrivals(a Arrivals) *Evaluator {
	e.arrivals = a
	return e
}

// WithCounting lets as many models be counted at a time as there is room, which bounds
// how many references are in memory whole, and returns the evaluator.
func (e *Evaluator) WithCounting(room chan struct{}) *Evaluator {
	e.counting = room
	return e
}

// Evaluate judges every version that was active before the tick, the serving
// one among them, and returns one verdict each, sorted by version. serving is
// "" when nothing holds the slot. What cannot be measured is a result with a
// reason; an error means that storage failed and nothing was judged.
func (e *Evaluator) Evaluate(ctx context.Context, p Policy, serving string, past Past, tick time.Time) ([]Verdict, error) {
	active, buckets, err := e.active(ctx, p, past, tick)
	if err != nil {
		return nil, fmt.Errorf("list active versions of %s: %w", p.Model, err)
	}
	e = e.over(buckets)
	verdicts := make([]Verdict, 0, len(active))
	for _, a := range active {
		v := past.Verdicts[a.Version]
		v.Ref = model.Ref{Name: p.Model, Version: a.Version}
		v.Tick, v.Serving, v.Results, v.Revised, v.Relabelled = tick, a.Version == serving, nil, time.Time{}, time.Time{}
		v.Evidence = slices.Clone(v.Evidence) // the past's stay as they were
		if v.FirstSeen.IsZero() {
			v.FirstSeen = a.First
		}
		verdicts = append(verdicts, v)
	}
	for i := range verdicts {
		if err := e.pin(ctx, p, &past, &verdicts[i], serving, tick); err != nil {
			return nil, fmt.Errorf("pin the reference of %s: %w", verdicts[i].Ref, err)
		}
	}
	// Before they wait to be counted: those who ask at once share statements.
	streams, err := e.streams(ctx, p, past, verdicts)
	if err != nil {
		return nil, err
	}
	if err := e.count(ctx, p, past, verdicts, tick); err != nil {
		return nil, err
	}
	for _, s := range streams {
		if err := s.judge(ctx); err != nil {
			return nil, fmt.Errorf("judge the stream of %s: %w", p.Model, err)
		}
	}
	if err := e.live(ctx, p, past, verdicts, tick); err != nil {
		return nil, fmt.Errorf("measure live performance of %s: %w", p.Model, err)
	}
	for i := range verdicts {
		verdicts[i].conclude()
	}
	return verdicts, nil
}

// over returns the evaluator with other buckets.
func (e *Evaluator) over(b Buckets) *Evaluator {
	over := *e
	over.buckets = b
	return &over
}

// count measures what rests on counted buckets: drift, and the quality of features.
func (e *Evaluator) count(ctx context.Context, p Policy, past Past, verdicts []Verdict, tick time.Time) error {
	if e.counting != nil {
		select {
		case e.counting <- struct{}{}:
			defer func() { <-e.counting }()
		case <-ctx.Done():
			return fmt.Errorf("wait to count %s: %w", p.Model, ctx.Err())
		}
	}
	for i := range verdicts {
		v := &verdicts[i]
		whole := sync.OnceValues(func() (Reference, error) { return e.profiler.Whole(ctx, past.References[v.Ref.Version]) })
		fresh, err := e.drift(ctx, p, past, v, whole, tick)
		if err != nil {
			return fmt.Errorf("measure drift of %s: %w", v.Ref, err)
		}
		if err := e.breaks(ctx, p, past, v, whole, fresh); err != nil {
			return fmt.Errorf("measure the data quality of %s: %w", v.Ref, err)
		}
	}
	return nil
}

// active lists the versions to judge: those that predicted recently enough for
// a window or a label block of theirs to be still open. Until another bucket has
// closed they are those of the tick before, unless an id was resolved since: who comes
// too late for that is judged from the next bucket on, as late rows are. The buckets are
// those of [Evaluator.recent].
func (e *Evaluator) active(ctx context.Context, p Policy, past Past, tick time.Time) ([]Activity, Buckets, error) {
	to := p.Closed(tick)
	if last := past.last(); p.Closed(last).Equal(to) && len(past.Reopened) == 0 {
		return past.judged(last), e.buckets, nil
	}
	from := to.Add(-p.longest(past) - p.Live.Block - p.Maturity - p.Lateness)
	recent, buckets, err := e.recent(ctx, p, past, from, to)
	if err != nil {
		return nil, nil, err
	}
	known := func(a Activity) bool { return !past.Verdicts[a.Version].FirstSeen.IsZero() }
	if !slices.ContainsFunc(recent, func(a Activity) bool { return !known(a) }) {
		return recent, buckets, nil
	}
	// A version that is new to us may be older than the look-back: the first
	// evaluation of a topic with history. Only then is all of it asked.
	all, err := e.buckets.Activity(ctx, p, time.Unix(0, 0).UTC(), to)
	if err != nil {
		return nil, nil, err
	}
	return slices.DeleteFunc(all, func(a Activity) bool {
		return known(a) && !slices.ContainsFunc(recent, func(r Activity) bool { return r.Version == a.Version })
	}), buckets, nil
}
