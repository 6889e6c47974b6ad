package evaluate

import (
	"context"
	"time"
)

// Holding is what one bucket holds of one version.
type Holding struct {
	Version string
	Last    time.Time // the last prediction in it
	Held
}

// Holdings tells at once what buckets hold of all versions.
type Holdings interface {
	// Holdings returns what each bucket in [from, to), aligned to buckets, holds now of
	// each version that is known, by version, oldest first. Those without rows are absent.
	Holdings(ctx context.Context, p Policy, from, to time.Time) ([]Holding, error)
}

// WithHoldings makes the evaluator ask once which versions predicted and what their buckets
// hold, instead of once more for each version, and returns it. It is not for buckets that
// have an answer of their own, such as those of a replay that has counted ahead.
func (e *Evaluator) WithHoldings(h Holdings) *Evaluator {
	e.holdings = h
	return e
}

// recent lists the versions that predicted in [from, to), which ends where the newest
// closed bucket does, and returns the buckets to go on with at this tick. With one answer
// for all versions these know what each of them holds, as far back as late rows are
// looked for; who counted less far than others is asked for.
func (e *Evaluator) recent(ctx context.Context, p Policy, past Past, from, to time.Time) ([]Activity, Buckets, error) {
	if e.holdings == nil {
		active, err := e.buckets.Activity(ctx, p, from, to)
		return active, e.buckets, err
	}
	since := from
	if last := past.last(); !last.IsZero() {
		since = earlier(since, p.Closed(last).Add(-lateHorizon))
	}
	since = floor(since, p.Bucket)
	all, err := e.holdings.Holdings(ctx, p, since, to)
	if err != nil {
		return nil, nil, err
	}
	var active []Activity
	known := read{Buckets: e.buckets, from: since, to: to, length: p.Bucket, held: map[string][]Held{}}
	for _, h := range all {
		known.held[h.Version] = append(known.held[h.Version], h.Held)
		if n := len(active); !h.Last.Before(from) && (n == 0 || active[n-1].Version != h.Version) {
			active = append(active, Activity{Version: h.Version})
		}
	}
	return active, known, nil
}

// read are buckets of which a stretch was read for all versions at this tick.
type read struct {
	Buckets
	from, to time.Time
	length   time.Duration
	held     map[string][]Held // by version
}

// Holds implements [Buckets]: what reaches beyond the stretch is asked.
func (r read) Holds(ctx context.Context, p Policy, ref Reference, from, to time.Time) ([]Held, error) {
	if p.Bucket != r.length || from.Before(r.from) || to.After(r.to) {
		return r.Buckets.Holds(ctx, p, ref, from, to)
	}
	return within(r.held[ref.Ref.Version], from, to), nil
}
