package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
)

// maxBlock bounds how many blocks are put together while labels are few.
const maxBlock = 31

// live consumes every block of labels that has matured since the last tick, in
// order, all versions side by side: so that two of them can be compared on the
// same requests.
func (e *Evaluator) live(ctx context.Context, p Policy, past Past, verdicts []Verdict, tick time.Time) error {
	if len(p.Live.Metrics) == 0 || p.Maturity == 0 || len(verdicts) == 0 {
		return nil
	}
	from := labelsTo(p, verdicts)
	limit := p.closed(tick, p.Live.Block, p.Maturity)
	var told []Published
	if !from.Add(p.Live.Block).After(limit) {
		if err := e.relabel(ctx, p, past, verdicts, from, tick); err != nil {
			return fmt.Errorf("look at late labels: %w", err)
		}
		var err error
		if told, err = e.toldBefore(ctx, p, from, tick); err != nil {
			return err
		}
	}
	for to := from.Add(p.Live.Block); !to.After(limit); to = to.Add(p.Live.Block) {
		if err := e.note(ctx, p, verdicts, from, to); err != nil {
			return fmt.Errorf("note the labels of %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
		}
		rows, err := e.labels.Matured(ctx, p, from, to)
		if err != nil {
			return fmt.Errorf("read the labels of %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
		}
		if !enough(rows, p.Live.MinLabels) && to.Sub(from) < maxBlock*p.Live.Block {
			continue // the block is extended until there is something to say
		}
		b := block{policy: p, past: past, from: from, to: to, rows: rows}
		for i := range verdicts {
			if err := b.judge(&verdicts[i]); err != nil {
				return fmt.Errorf("block %s to %s: %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), verdicts[i].Ref, err)
			}
			if err := e.missing(ctx, past, b, &verdicts[i]); err != nil {
				return fmt.Errorf("look at what is not labelled of %s: %w", verdicts[i].Ref, err)
			}
			if err := e.search(ctx, b, &verdicts[i], told); err != nil {
				return fmt.Errorf("search the slices of %s: %w", verdicts[i].Ref, err)
			}
		}
		from = to
		if len(rows) == 0 {
			if from, err = e.resume(ctx, p, from, limit); err != nil {
				return fmt.Errorf("find the predictions after %s: %w", from.Format(time.RFC3339), err)
			}
			to = from
		}
	}
	for i := range verdicts {
		verdicts[i].LabelsTo = from
		if verdicts[i].Live.Status == 0 {
			verdicts[i].Live = Standing{Inconclusive, ReasonNoLabels}
		}
	}
	return nil
}

// resume returns the start of the first block from the given time on in which
// anybody predicted, or the limit, which is the start of one: one event with a
// date of long ago must not cost a query for each empty block since.
func (e *Evaluator) resume(ctx context.Context, p Policy, from, limit time.Time) (time.Time, error) {
	if !from.Before(limit) {
		return from, nil
	}
	active, err := e.buckets.Activity(ctx, p, from, limit)
	if err != nil {
		return from, err
	}
	if len(active) == 0 {
		return limit, nil
	}
	first := slices.MinFunc(active, func(a, b Activity) int { return a.First.Compare(b.First) }).First
	return floor(first, p.Live.Block), nil
}

// labelsTo returns where the next block begins: the watermark, which all
// versions share, or the first prediction there ever was.
func labelsTo(p Policy, verdicts []Verdict) time.Time {
	var to, first time.Time
	for _, v := range verdicts {
		if v.LabelsTo.After(to) {
			to = v.LabelsTo
		}
		if first.IsZero() || v.FirstSeen.Before(first) {
			first = v.FirstSeen
		}
	}
	if to.IsZero() {
		return floor(first, p.Live.Block)
	}
	return to
}

// enough says whether a block may be closed: some version has the labels.
func enough(rows []Matured, least int) bool {
	return slices.ContainsFunc(rows, func(m Matured) bool { return len(m.ID) >= least })
}

// block is one closed stretch of matured labels.
type block struct {
	policy   Policy
	past     Past
	from, to time.Time
	rows     []Matured
}

// of returns the block's rows of a version; nil when it made no predictions.
func (b block) of(version string) *Matured {
	for i := range b.rows {
		if b.rows[i].Version == version {
			return &b.rows[i]
		}
	}
	return nil
}

// judge measures one version over the block and lets its detectors hear of it.
func (b block) judge(v *Verdict) error {
	rows := b.of(v.Ref.Version)
	if rows == nil {
		return nil // it did not predict then: nothing to judge, nothing to say
	}
	rows.Classes = b.past.References[v.Ref.Version].Classes
	v.Live = Standing{Status: Healthy}
	b.coverage(v, rows)
	v.Scores = append(v.Scores, b.scored(rows)...)
	for _, metric := range b.policy.Live.Metrics {
		if err := b.measure(v, rows, metric); err != nil {
			return fmt.Errorf("%s: %w", metric, err)
		}
	}
	if err := b.compare(v, rows); err != nil {
		return err
	}
	v.Results = append(v.Results, b.bySegment(rows)...)
	for _, e := range v.Evidence {
		if e.Kind.Live() {
			v.Live = v.Live.worse(e.standing())
		}
	}
	return nil
}

// coverage reports the share of predictions whose outcome came in time.
func (b block) coverage(v *Verdict, rows *Matured) {
	r := b.result(Result{Check: "coverage"})
	r.cover(rows, b.policy.leastCoverage(b.past.References[v.Ref.Version]))
	v.Live = v.Live.worse(Standing{r.Status, r.Reason})
	v.Results = append(v.Results, r)
}

// leastCoverage is the coverage below which labels are not trusted. Where an absent
// outcome is negative, few come; outcomes that cease all the same would make every
// prediction negative, and the version that says so least often the better one.
func (p Policy) leastCoverage(ref Reference) float64 {
	if p.AbsentNegative && p.Live.Coverage == 0 {
		return ref.Coverage / 2
	}
	return p.Live.Coverage
}

// cover sets what the coverage of the rows says, held to the least.
func (r *Result) cover(rows *Matured, least float64) {
	r.Rows, r.Value, r.Limit, r.Status, r.Reason = rows.Predicted, nil, number(least), Healthy, ""
	if rows.Predicted == 0 {
		return
	}
	r.Value = number(rows.coverage())
	switch {
	case *r.Value < least:
		r.Status, r.Reason = Inconclusive, ReasonCoverage
	case rows.Absent > 0:
		r.Reason = ReasonAbsent
	}
}

// measure reports one metric of the version and its absolute evidence: against
// the baseline less the tolerance, and against the stated floor.
func (b block) measure(v *Verdict, rows *Matured, metric string) error {
	m := metrics[metric]
	estimate := m.estimate(rows)
	r := b.result(Result{Check: metric})
	if !r.estimated(estimate) {
		v.Live = v.Live.worse(Standing{r.Status, r.Reason})
		v.Results = append(v.Results, r)
		return nil
	}
	if m.Weight == performance.Shown {
		v.Results = append(v.Results, r)
		return nil
	}
	base, ok := b.policy.baseline(b.past, v.Ref.Version, metric)
	clip := m.clip(base)
	if ok = ok && clip > 0; ok {
		limit := m.limit(base, b.policy.Live.Tolerate[metric])
		r.Limit = number(limit)
		if err := b.absolute(v, rows, m, Evidence{Kind: Absolute, Check: metric, Limit: limit}, estimate, clip); err != nil {
			return err
		}
	} else {
		r.Reason = ReasonNoBaseline
	}
	v.Results = append(v.Results, r)
	if bound, stated := b.policy.Live.Floor[metric]; stated && clip > 0 {
		return b.absolute(v, rows, m, Evidence{Kind: Floor, Check: metric, Limit: bound}, estimate, clip)
	}
	return nil
}

// estimated sets what was estimated, or why that is undefined: false.
func (r *Result) estimated(e performance.Estimate) bool {
	r.Rows, r.Value, r.Lower, r.Upper = uint64(e.N), nil, nil, nil
	if e.Undefined != "" {
		r.Status, r.Reason = Inconclusive, string(e.Undefined)
		return false
	}
	r.Value, r.Lower, r.Upper = number(e.Value), number(e.Lower), number(e.Upper)
	r.Status, r.Reason = Healthy, ""
	return true
}

// absolute lets the detector of one bound consume the block.
func (b block) absolute(v *Verdict, rows *Matured, m metric, fresh Evidence, estimate performance.Estimate, clip float64) error {
	e := b.budget(v.detector(b.fresh(fresh)))
	d := m.absolute(e.Limit, clip, e.cap())
	if d.Validate() != nil {
		return nil // a bound so low, or so high, that nothing can be told from it
	}
	testimony, ok, err := m.testimony(d, span(b.from, b.to), rows, clip)
	if err != nil || !ok {
		return err
	}
	return e.testify(d, testimony, len(rows.ID), m.within(d, testimony, estimate.Value, e.Limit))
}

// result fills in what all results of the block share.
func (b block) result(r Result) Result {
	r.From, r.To = b.from, b.to
	return r
}
