package app

import (
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
)

// ahead counts for a replay: all rows are there already, so that what one tick
// after the other will ask for is counted in one statement, and none comes
// late. A tick still sees the windows alone that have closed.
type ahead struct {
	*clickhouse.Store
	to      time.Time            // where the replay ends
	counted map[string]time.Time // by reference: the end of what was counted
}

// Holds implements [evaluate.Buckets]: what was counted ahead is no news.
func (a *ahead) Holds(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	if end := a.counted[ref.ID]; from.Before(end) {
		from = end
	}
	if !from.Before(to) {
		return nil, nil
	}
	return a.Store.Holds(ctx, p, ref, from, to)
}

// Counted implements [evaluate.Buckets].
func (a *ahead) Counted(context.Context, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return nil, nil
}

// Count implements [evaluate.Buckets].
func (a *ahead) Count(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, held []evaluate.Held, tick time.Time) ([]evaluate.Counts, bool, error) {
	from := held[len(held)-1].Bucket.Add(p.Bucket)
	to := from
	for to.Before(a.to) {
		to = to.Add(p.Bucket)
	}
	more, err := a.Store.Holds(ctx, p, ref, from, to)
	if err != nil {
		return nil, false, err
	}
	a.counted[ref.ID] = to
	_, _, err = a.Store.Count(ctx, p, ref, slices.Concat(held, more), tick)
	return nil, false, err // of buckets that are none of the tick's business, too
}
