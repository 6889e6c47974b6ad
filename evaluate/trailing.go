package evaluate

import (
	"context"
	"time"

	"github.com/driftd/driftd/drift"
)

// What a window may be compared with beside the pinned reference: both follow
// the data, so that they explain a window and never judge it. A slow drift is
// hidden from what follows it.
const (
	SameHours = "same_hours" // the same hours of the same weekdays of up to four weeks before
	Previous  = "previous"   // the window before
)

// Trailing lists them.
var Trailing = []string{SameHours, Previous}

// trailingWeeks is how many weeks the same hours are taken of.
const trailingWeeks = 4

// movedQ is the share of the series listed as moved that did not.
const movedQ = 0.05

// seriesKey names a series within a segment, "" for all rows.
type seriesKey struct{ name, segment string }

// trail appends how a closed window differs from those before it: results that
// are healthy whatever they show, with no p-value for any detector to hear.
func (e *Evaluator) trail(ctx context.Context, p Policy, ref Reference, live Counts, v *Verdict) error {
	for _, with := range p.Drift.Compare {
		before, err := e.before(ctx, p, ref, with, live.From)
		if err != nil {
			return err
		}
		if len(before.Series) == 0 {
			continue // nothing was counted then
		}
		v.Results = append(v.Results, p.beside(ref, with, before, live, v.revision(live.From))...)
	}
	return nil
}

// beside compares the window with the counts from before. Series that moved are
// marked by the same rule as in [Verdict.list].
func (p Policy) beside(ref Reference, with string, before, live Counts, revision uint32) []Result {
	var results []Result
	var series []seriesKey
	var ps []float64
	for _, s := range ref.Watched() {
		s.Counts, s.Variation = before.of(s), nil
		one, voices := p.compare(s, live)
		results = append(results, one...)
		e := Evidence{Voices: voices}
		if loudest, ok := e.Loudest(); ok {
			series, ps = append(series, seriesKey{s.Name, s.Segment}), append(ps, min(1, *loudest.P*float64(e.spoke())))
		}
	}
	moved := map[seriesKey]bool{}
	for i, adjusted := range drift.BenjaminiHochberg(ps) {
		moved[series[i]] = adjusted <= movedQ
	}
	for i := range results {
		r := &results[i]
		r.Against, r.P, r.Status, r.Revision = with, nil, Healthy, revision
		if moved[seriesKey{r.Feature, r.Segment}] {
			r.Reason = ReasonMoved
		}
	}
	return results
}

// before returns the counts of what the window that begins at from is compared
// with; no series when nothing was counted.
func (e *Evaluator) before(ctx context.Context, p Policy, ref Reference, with string, from time.Time) (Counts, error) {
	ago, times, step := p.Drift.Window, 1, p.Drift.Window
	if with == SameHours {
		// Three days are not on their own grid a week before; days are.
		ago, times, step = oneWeek, trailingWeeks, divisor(p.Drift.Window, oneWeek)
	}
	sums := Counts{Series: map[string]drift.Counts{}}
	for range times {
		from = from.Add(-ago)
		parts, err := e.buckets.Counts(ctx, p, ref, from, from.Add(p.Drift.Window), step)
		if err != nil {
			return sums, err
		}
		for _, part := range parts {
			for _, s := range ref.Watched() {
				if counts := part.of(s); len(counts.Cells) > 0 {
					sum := sums.of(s)
					sum.Add(counts)
					sums.Put(s.Segment, s.Name, sum)
				}
			}
		}
	}
	return sums, nil
}

// divisor returns the greatest length that both are whole multiples of.
func divisor(a, b time.Duration) time.Duration {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
