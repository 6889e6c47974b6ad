package evaluate

import (
	"fmt"
	"math"
	"slices"

	"github.com/driftd/driftd/evaluate/evidence"
)

// Fallback returns the version that would take over from the serving one: the
// newest earlier holder of the slot that was not demoted, else the holder of
// the fallback alias; "" when there is none.
func (p Past) Fallback(serving string) string {
	for _, tenure := range slices.Backward(p.Slots) {
		if tenure.Version != serving && !p.Demoted[tenure.Version] {
			return tenure.Version
		}
	}
	if p.FallbackAlias != serving && !p.Demoted[p.FallbackAlias] {
		return p.FallbackAlias
	}
	return ""
}

// since returns where the version's present tenure began; the zero time when
// it does not hold the slot.
func (p Past) since(version string) (t Tenure, ok bool) {
	if len(p.Slots) == 0 {
		return Tenure{}, false
	}
	last := p.Slots[len(p.Slots)-1]
	return last, last.Version == version
}

// compare holds the serving version to its fallback on the same requests.
// A version that took the slot, or got another opponent, starts anew.
func (b block) compare(v *Verdict, rows *Matured) error {
	tenure, holds := b.past.since(v.Ref.Version)
	holds = holds && v.Serving
	against := b.past.Fallback(v.Ref.Version)
	v.Evidence = slices.DeleteFunc(v.Evidence, func(e Evidence) bool {
		return e.Kind == Paired && (!holds || e.Against != against || e.Started.Before(floor(tenure.From, b.policy.Live.Block)))
	})
	if !holds || against == "" || !b.to.After(tenure.From) {
		return nil
	}
	other := b.of(against)
	if other == nil {
		return nil
	}
	live, fallback := Common(*rows, *other)
	for _, name := range b.policy.Live.Metrics {
		m := metrics[name]
		if m.ds == nil {
			continue
		}
		if err := b.duel(v, m, &live, &fallback, against); err != nil {
			return fmt.Errorf("paired %s against %s: %w", name, against, err)
		}
	}
	return nil
}

// duel lets the paired detector of one metric consume the block.
func (b block) duel(v *Verdict, m metric, live, other *Matured, against string) error {
	tolerance := b.policy.Live.Tolerate[m.Name]
	r := b.result(Result{Check: m.Name, Against: against, Limit: number(tolerance), Rows: uint64(len(live.ID)), Status: Healthy})
	ds := m.ds(live, other)
	if len(ds) == 0 {
		r.Status, r.Reason = Inconclusive, ReasonNoLabels
		v.Results = append(v.Results, r)
		return nil
	}
	e := b.budget(v.detector(b.fresh(Evidence{Kind: Paired, Check: m.Name, Against: against, Limit: tolerance})))
	d := evidence.Detector{Form: evidence.Paired, Bound: tolerance, Cap: e.cap()}
	testimony, err := d.Sum(span(b.from, b.to), ds)
	if err != nil {
		return err
	}
	if err := e.testify(d, testimony, len(live.ID), testimony.Mean <= tolerance); err != nil {
		return err
	}
	// Rows of a block share causes: the interval is as wide as the design
	// effect says, not as rows alone would.
	half := 1.96 * math.Sqrt(testimony.Variance*e.Design)
	r.Value, r.Lower, r.Upper = number(testimony.Mean), number(testimony.Mean-half), number(testimony.Mean+half)
	v.Results = append(v.Results, r)
	return nil
}
