package evaluate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// lateHorizon bounds how far back late rows are looked for; rows that are later
// still are stored, and stay out of what was judged.
const lateHorizon = 31 * 24 * time.Hour

// news is what was counted of the buckets that closed since the last tick.
type news struct {
	counts []Counts // of those with rows, in any order
	known  bool     // false: only all buckets since the last window tell
}

// catchUp counts the buckets that closed since the last tick, and
// those again that hold other rows than when they were counted.
func (e *Evaluator) catchUp(ctx context.Context, p Policy, past Past, ref Reference, v *Verdict, whole reading, tick time.Time) (fresh news, err error) {
	closed := p.Closed(tick)
	first, resolved := past.Reopened[v.Ref.Version]
	if !resolved && !closed.After(v.CountedTo) {
		return fresh, nil
	}
	from := v.CountedTo.Add(-lateHorizon)
	if resolved {
		from = earlier(from, floor(first, p.Bucket))
	}
	from = later(from, ref.since())
	held, err := e.buckets.Holds(ctx, p, ref, from, later(closed, v.CountedTo))
	if err != nil {
		return fresh, err
	}
	reopened, err := e.reopen(ctx, p, past, ref, v, whole, within(held, from, v.CountedTo), from, tick)
	if err != nil {
		return fresh, err
	}
	if fresh, err = e.counted(ctx, p, whole, within(held, v.CountedTo, closed), tick); err != nil {
		return fresh, err
	}
	fresh.known = fresh.known && !reopened
	v.CountedTo = later(closed, v.CountedTo)
	return fresh, nil
}

// reading gives a version's reference whole. It is read once, and only when there is
// something to count or to compare.
type reading func() (Reference, error)

// counted counts buckets, if any.
func (e *Evaluator) counted(ctx context.Context, p Policy, whole reading, held []Held, tick time.Time) (fresh news, err error) {
	if len(held) == 0 {
		return news{known: true}, nil
	}
	ref, err := whole()
	if err != nil {
		return fresh, err
	}
	fresh.counts, fresh.known, err = e.buckets.Count(ctx, p, ref, held, tick)
	return fresh, err
}

// reopen counts closed buckets again that hold other rows than when they were
// counted: rows came late, or belong to the version only since an id of theirs
// was resolved. Where that changes a window that was judged, the version goes
// back to how it stood before that window, so that drift is judged anew from
// there on, as if all rows had been there. The reference is frozen. held is what the
// buckets from the given one on hold; again says whether there was one to count anew.
func (e *Evaluator) reopen(ctx context.Context, p Policy, past Past, ref Reference, v *Verdict, whole reading, held []Held, from, tick time.Time) (again bool, err error) {
	counted, err := e.buckets.Counted(ctx, ref, from, v.CountedTo)
	if err != nil {
		return false, err
	}
	from, cut := late(held, counted, past.Verdicts[v.Ref.Version].Tick)
	if first, resolved := past.Reopened[v.Ref.Version]; resolved {
		from = earliest(from, later(floor(first, p.Bucket), ref.since()))
	}
	if from.IsZero() || !from.Before(v.CountedTo) {
		return false, nil
	}
	start := later(floor(from, p.Drift.Window), v.heardFrom())
	before, err := e.judged(ctx, p, ref, start, v.DriftTo)
	if err != nil {
		return false, err
	}
	if _, err := e.counted(ctx, p, whole, within(held, from, v.CountedTo), tick); err != nil {
		return false, err
	}
	after, err := e.judged(ctx, p, ref, start, v.DriftTo)
	if err != nil || !cut && slices.EqualFunc(before, after, Counts.equal) {
		return true, err // repeated deliveries of what was there
	}
	return true, e.rewind(ctx, v, start)
}

// judged returns the counts of the windows in [from, to), none when it is empty.
func (e *Evaluator) judged(ctx context.Context, p Policy, ref Reference, from, to time.Time) ([]Counts, error) {
	if !from.Before(to) {
		return nil, nil
	}
	return e.buckets.Counts(ctx, p, ref, from, to, p.Drift.Window)
}

// heardFrom returns where the first window began that drift detectors heard of
// under the present reference; the watermark when they heard of none.
func (v *Verdict) heardFrom() time.Time {
	from := v.DriftTo
	for _, e := range v.Evidence {
		if e.ofWindows() {
			from = earlier(from, e.Started)
		}
	}
	return from
}

// equal says whether two windows hold the same rows in every series, of every
// segment too.
func (c Counts) equal(other Counts) bool {
	return c.From.Equal(other.From) && equalSeries(c.Series, other.Series) && maps.EqualFunc(c.Segments, other.Segments, equalSeries)
}

// rewind puts the version's drift back to how it stood before the window that
// begins at start.
func (e *Evaluator) rewind(ctx context.Context, v *Verdict, start time.Time) error {
	stood, ok, err := e.buckets.Judged(ctx, v.Ref, start)
	if err != nil {
		return fmt.Errorf("go back to %s: %w", start.Format(time.RFC3339), err)
	}
	v.Evidence = slices.DeleteFunc(v.Evidence, Evidence.ofWindows)
	v.Revised, v.DriftTo = v.DriftTo, start
	v.Revision++
	if ok && stood.ReferenceID == v.ReferenceID {
		v.DriftTo = stood.DriftTo
		for _, e := range stood.Evidence {
			if e.ofWindows() {
				v.Evidence = append(v.Evidence, e)
			}
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// earliest is earlier of times of which the first may not be known, and zero then.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return earlier(a, b)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
