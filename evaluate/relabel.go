package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
)

// Revisions tells which labels came after their block had been judged.
type Revisions interface {
	// LateLabels returns from when to when the own times lie of outcomes in
	// [from, to) whose number is another than was noted; false when none are.
	LateLabels(ctx context.Context, p Policy, from, to time.Time) (first, last time.Time, found bool, err error)
	// NoteLabels notes how many outcomes have their own time in [from, to), which
	// is aligned to buckets.
	NoteLabels(ctx context.Context, p Policy, from, to time.Time) error
	// Published returns what was said last, before the tick, about blocks of labels
	// that overlap [from, to), block by block, oldest first.
	Published(ctx context.Context, p Policy, from, to, tick time.Time) ([]Published, error)
}

// Published is a result of a version.
type Published struct {
	Version string
	Result
}

// WithRevisions makes the evaluator look for labels that came late, and returns it.
func (e *Evaluator) WithRevisions(r Revisions) *Evaluator {
	e.revisions = r
	return e
}

// note records, before a block is judged, how many outcomes there are that may
// speak of it: what arrives meanwhile is late.
func (e *Evaluator) note(ctx context.Context, p Policy, verdicts []Verdict, from, to time.Time) error {
	if e.revisions == nil {
		return nil
	}
	start := from.Add(p.Maturity) // what is before was noted with the block before
	if !slices.ContainsFunc(verdicts, func(v Verdict) bool { return !v.LabelsTo.IsZero() }) {
		start = from.Add(-p.Maturity)
	}
	return e.revisions.NoteLabels(ctx, p, floor(start, p.Bucket), ceil(to.Add(p.Maturity), p.Bucket))
}

// relabel says anew what was said about blocks before to whose labels came, or were
// corrected, since. The evidence has heard those blocks and does not hear them again:
// its guarantee rests on each block being heard once, as it was at maturity.
func (e *Evaluator) relabel(ctx context.Context, p Policy, past Past, verdicts []Verdict, to, tick time.Time) error {
	if e.revisions == nil {
		return nil
	}
	horizon := floor(to.Add(-lateHorizon), p.Bucket)
	first, last, found, err := e.revisions.LateLabels(ctx, p, horizon, floor(to.Add(p.Maturity), p.Bucket))
	if err != nil || !found {
		return err
	}
	if err := e.revisions.NoteLabels(ctx, p, first, last); err != nil {
		return err
	}
	published, err := e.revisions.Published(ctx, p, first.Add(-p.Maturity), earlier(last.Add(p.Maturity), to), tick)
	if err != nil {
		return err
	}
	for len(published) > 0 {
		b := block{policy: p, past: past, from: published[0].From, to: published[0].To}
		n := 1
		for n < len(published) && published[n].From.Equal(b.from) && published[n].To.Equal(b.to) {
			n++
		}
		if b.rows, err = e.labels.Matured(ctx, p, b.from, b.to); err != nil {
			return fmt.Errorf("read the late labels of %s to %s: %w", b.from.Format(time.RFC3339), b.to.Format(time.RFC3339), err)
		}
		for i := range verdicts {
			verdicts[i].amend(b, published[:n])
		}
		published = published[n:]
	}
	return nil
}

// amend adds the results of the version that are others than was published.
func (v *Verdict) amend(b block, published []Published) {
	rows := b.of(v.Ref.Version)
	if rows == nil {
		return
	}
	rows.Classes = b.past.References[v.Ref.Version].Classes
	before := len(v.Results)
	within := b.bySegment(rows)
	for _, was := range published {
		if was.Version != v.Ref.Version {
			continue
		}
		var now Result
		ok := false
		if was.Segment == "" {
			now, ok = b.again(rows, was.Result)
		} else if at := slices.IndexFunc(within, was.of); at >= 0 {
			now, ok = within[at], true
			within = slices.Delete(within, at, at+1)
		} else { // its rows are of others now
			now, ok = b.result(Result{Check: was.Check, Segment: was.Segment, Status: Inconclusive, Reason: SegmentFew}), true
		}
		if ok && !now.says(was.Result) {
			v.revise(now, b.to)
		}
	}
	for _, now := range within {
		v.revise(now, b.to) // had too few labels before
	}
	if len(v.Results) > before {
		v.Scores = append(v.Scores, b.scored(rows)...)
	}
}

// revise adds a result of a block that ended at to in the place of what was published.
func (v *Verdict) revise(r Result, to time.Time) {
	if v.Relabelled.IsZero() && v.Revised.IsZero() {
		v.Revision++
	}
	v.Relabelled = later(v.Relabelled, to)
	r.Revision = v.Revision
	v.Results = append(v.Results, r)
}

// of says whether both are of the same check within the same segment.
func (r Result) of(other Result) bool { return r.Check == other.Check && r.Segment == other.Segment }

// again measures a published result once more; false when it cannot be.
func (b block) again(rows *Matured, r Result) (Result, bool) {
	m, known := metrics[r.Check]
	switch {
	case r.Check == "coverage":
		r.cover(rows, b.policy.leastCoverage(b.past.References[rows.Version]))
	case !known:
		return r, false
	case r.Against != "":
		other := b.of(r.Against)
		if other == nil {
			return r, false
		}
		if m.ds == nil {
			return r, false
		}
		live, against := Common(*rows, *other)
		before, ds := r.Rows, m.ds(&live, &against)
		if r.Rows = uint64(len(live.ID)); len(ds) == 0 {
			r.Value, r.Lower, r.Upper, r.Status, r.Reason = nil, nil, nil, Inconclusive, ReasonNoLabels
			return r, true
		}
		mean := 0.0
		for _, d := range ds {
			mean += d / float64(len(ds))
		}
		// As wide as it was, for as many rows as there are: the design effect of then.
		half := 0.0
		if r.Lower != nil && r.Upper != nil {
			half = (*r.Upper - *r.Lower) / 2 * math.Sqrt(float64(before)/float64(len(live.ID)))
		}
		r.Status, r.Reason = Healthy, ""
		r.Value, r.Lower, r.Upper = number(mean), number(mean-half), number(mean+half)
	default:
		if r.estimated(m.estimate(rows)) && r.Limit == nil && m.Weight != performance.Shown {
			r.Reason = ReasonNoBaseline
		}
	}
	return r, true
}

// says reports whether two results tell the same.
func (r Result) says(other Result) bool {
	return r.Rows == other.Rows && r.Status == other.Status && (r.Value == nil) == (other.Value == nil) &&
		(r.Value == nil || math.Abs(*r.Value-*other.Value) < 1e-12)
}
