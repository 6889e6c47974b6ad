package evaluate

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// drift counts the buckets that closed since the last tick, then compares every
// window that closed with the reference and lets the evidence hear of it. It returns
// what was counted.
func (e *Evaluator) drift(ctx context.Context, p Policy, past Past, v *Verdict, whole reading, tick time.Time) (news, error) {
	ref, ok := past.References[v.Ref.Version]
	if !ok {
		return news{}, nil
	}
	p = p.under(ref)
	if v.CountedTo.IsZero() {
		v.CountedTo, v.DriftTo = ref.since(), ref.since()
	}
	to := p.closed(tick, p.Drift.Window, 0)
	fresh, err := e.catchUp(ctx, p, past, ref, v, whole, tick)
	if err != nil || !to.After(v.DriftTo) {
		return fresh, err
	}
	if ref, err = whole(); err != nil {
		return fresh, err
	}
	windows, err := e.buckets.Counts(ctx, p, ref, v.DriftTo, to, p.Drift.Window)
	if err != nil {
		return fresh, err
	}
	for from := v.DriftTo; from.Before(to); from = from.Add(p.Drift.Window) {
		to := from.Add(p.Drift.Window)
		at := slices.IndexFunc(windows, func(c Counts) bool { return c.From.Equal(from) })
		if at < 0 {
			v.Drift = Standing{Inconclusive, ReasonNoRows}
			v.Results = append(v.Results, Result{Check: "rows", From: from, To: to, Status: Inconclusive, Reason: ReasonNoRows, Revision: v.revision(from)})
		} else if err := errors.Join(v.window(p, ref, windows[at]), e.trail(ctx, p, ref, windows[at], v)); err != nil {
			return fresh, err
		}
		v.list(p.DiscoveryRate(), to)
		if err := e.describe(ctx, p, ref, v, to); err != nil {
			return fresh, err
		}
	}
	v.DriftTo = to
	return fresh, nil
}

// window judges one closed window of the version.
func (v *Verdict) window(p Policy, ref Reference, live Counts) error {
	v.Drift = Standing{Status: Healthy}
	alarm := p.Thresholds(ref).Drift
	for _, s := range ref.Watched() {
		results, voices := p.compare(s, live)
		if len(voices) > 0 {
			e := v.detector(Evidence{Kind: Drift, Check: DriftCheck, Feature: s.Name, Segment: s.Segment, Started: live.From, Voices: voices})
			if err := e.hear(alarm, s, voices, live); err != nil {
				return err
			}
			e.judge(results)
		}
		for i := range results {
			results[i].Revision = v.revision(live.From)
			// A segment without enough rows leaves the version as known as it was.
			if s.Segment == "" || results[i].Status > Inconclusive {
				v.Drift = v.Drift.worse(Standing{results[i].Status, results[i].Reason})
			}
		}
		v.Results = append(v.Results, results...)
	}
	for _, r := range ref.expected(p, live) {
		r.Revision = v.revision(live.From)
		v.Results = append(v.Results, r)
	}
	return v.quality(p, ref, live)
}

// revision numbers the results of a window that was judged before; 0 at the
// first time.
func (v *Verdict) revision(from time.Time) uint32 {
	if from.Before(v.Revised) {
		return v.Revision
	}
	return 0
}

// compare measures one series in one window: a result for each measure, and
// what each has to say to the detector of the series; no voices when none has
// anything to say.
func (p Policy) compare(s ReferenceSeries, live Counts) (results []Result, voices []Voice) {
	counts := live.of(s)
	heard := false
	for _, measure := range p.measures(s.Layout.Kind) {
		tolerance := p.Drift.Tolerate[measure.Name]
		c := measure.Compare(s.Layout, s.Counts, counts, tolerance)
		r := Result{
			Check: measure.Name, Feature: s.Name, Segment: s.Segment, From: live.From, To: live.To,
			Rows: c.Live, Limit: number(tolerance), Status: Healthy,
		}
		voice := Voice{Check: measure.Name, Limit: tolerance}
		if c.Reason != "" {
			r.Status, r.Reason = Inconclusive, string(c.Reason)
			// What the reference does not have is not expected either: a
			// feature that only another version reads is nobody's trouble.
			// A constant has no unit; the other measures watch it.
			if c.Reason == drift.NoReference && counts.Total() == counts.Missing() || c.Reason == drift.NoSpread {
				r.Status = Healthy
			}
		} else {
			testimony := math.Max(c.PEffect, s.Variation[measure.Name].PNatural(c.Value))
			r.Value, r.P = number(c.Value), number(testimony)
			voice.Value, voice.P = r.Value, r.P
			heard = true
		}
		results, voices = append(results, r), append(voices, voice)
	}
	if !heard {
		return results, nil
	}
	return results, voices
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

// watched counts the detectors of the series, one each: the budget is
// theirs together.
func (p Policy) watched(series []ReferenceSeries) int {
	n := 0
	for _, s := range series {
		if len(p.measures(s.Layout.Kind)) > 0 {
			n++
		}
	}
	return n
}

// detector returns the version's detector of the same kind, check, feature and
// opponent, adding it as it is when there is none. Under another limit, or with
// other measures, it starts anew: what was heard before says nothing.
func (v *Verdict) detector(fresh Evidence) *Evidence {
	for i := range v.Evidence {
		e := &v.Evidence[i]
		if e.Kind == fresh.Kind && e.Check == fresh.Check && e.Feature == fresh.Feature && e.Segment == fresh.Segment && e.Against == fresh.Against {
			same := func(a, b Voice) bool { return a.Check == b.Check && a.Limit == b.Limit }
			if e.Limit != fresh.Limit || !slices.EqualFunc(e.Voices, fresh.Voices, same) {
				*e = fresh
			}
			return e
		}
	}
	v.Evidence = append(v.Evidence, fresh)
	return &v.Evidence[len(v.Evidence)-1]
}

func number(x float64) *float64 { return &x }
