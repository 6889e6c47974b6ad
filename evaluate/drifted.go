package evaluate

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// drift counts the buckets that closed since the last tick, then compares every
// window that closed with the reference and lets the evidence hear of it.
func (e *Evaluator) drift(ctx context.Context, p Policy, past Past, v *Verdict, tick time.Time) error {
	ref, ok := past.References[v.Ref.Version]
	if !ok {
		return nil
	}
	if v.CountedTo.IsZero() {
		v.CountedTo, v.DriftTo = ref.To, ref.To
	}
	if to := p.closed(tick, p.Bucket, 0); to.After(v.CountedTo) {
		if err := e.buckets.Count(ctx, p, ref, v.CountedTo, to); err != nil {
			return err
		}
		v.CountedTo = to
	}
	to := p.closed(tick, p.Drift.Window, 0)
	if !to.After(v.DriftTo) {
		return nil
	}
	windows, err := e.buckets.Counts(ctx, p, ref, v.DriftTo, to, p.Drift.Window)
	if err != nil {
		return err
	}
	for from := v.DriftTo; from.Before(to); from = from.Add(p.Drift.Window) {
		at := slices.IndexFunc(windows, func(c Counts) bool { return c.From.Equal(from) })
		if at < 0 {
			v.Drift = Standing{Inconclusive, ReasonNoRows}
			v.Results = append(v.Results, Result{Check: "volume", From: from, To: from.Add(p.Drift.Window), Status: Inconclusive, Reason: ReasonNoRows})
			continue
		}
		if err := v.window(p, ref, windows[at]); err != nil {
			return err
		}
	}
	v.DriftTo = to
	return nil
}

// window judges one closed window of the version.
func (v *Verdict) window(p Policy, ref Reference, live Counts) error {
	v.Drift = Standing{Status: Healthy}
	watched := p.watched(ref)
	for _, s := range ref.Series {
		counts := live.Series[s.Name]
		for _, measure := range p.measures(s.Layout.Kind) {
			tolerance := p.Drift.Tolerate[measure.Name]
			c := measure.Compare(s.Layout, s.Counts, counts, tolerance)
			r := Result{
				Check: measure.Name, Feature: s.Name, From: live.From, To: live.To,
				Rows: c.Live, Limit: number(tolerance), Status: Healthy,
			}
			if c.Reason != "" {
				r.Status, r.Reason = Inconclusive, string(c.Reason)
				// What the reference does not have is not expected either: a
				// feature that only another version reads is nobody's trouble.
				// A constant has no unit; the other measures watch it.
				if c.Reason == drift.NoReference && counts.Total() == counts.Missing() || c.Reason == drift.NoSpread {
					r.Status = Healthy
				}
			} else {
				natural := s.Variation[measure.Name]
				testimony := math.Max(c.PEffect, natural.PNatural(c.Value))
				r.Value, r.P = number(c.Value), number(testimony)
				ev := v.detector(Evidence{Kind: Drift, Check: measure.Name, Feature: s.Name, Limit: tolerance, Started: live.From})
				if err := ev.hear(p, watched, natural, testimony, c, live); err != nil {
					return err
				}
				if st := ev.standing(); st.Status > Healthy {
					r.Status, r.Reason = st.Status, st.Reason
				}
			}
			v.Drift = v.Drift.worse(Standing{r.Status, r.Reason})
			v.Results = append(v.Results, r)
		}
	}
	return nil
}

// measures returns the configured measures that apply to the kind, in the
// catalog's order.
func (p Policy) measures(kind drift.Kind) []drift.Measure {
	var out []drift.Measure
	for _, m := range drift.Catalog {
		if m.Applies(kind) && slices.Contains(p.Drift.Measures, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// watched counts the drift detectors of a version: the budget is theirs together.
func (p Policy) watched(ref Reference) int {
	n := 0
	for _, s := range ref.Series {
		n += len(p.measures(s.Layout.Kind))
	}
	return n
}

// detector returns the version's detector of the same kind, check, feature and
// opponent, adding it as it is when there is none. Under another limit it
// starts anew: what was heard about the old one says nothing.
func (v *Verdict) detector(fresh Evidence) *Evidence {
	for i := range v.Evidence {
		e := &v.Evidence[i]
		if e.Kind == fresh.Kind && e.Check == fresh.Check && e.Feature == fresh.Feature && e.Against == fresh.Against {
			if e.Limit != fresh.Limit {
				*e = fresh
			}
			return e
		}
	}
	v.Evidence = append(v.Evidence, fresh)
	return &v.Evidence[len(v.Evidence)-1]
}

func number(x float64) *float64 { return &x }
