package evaluate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// MovedSeries is how one series stands against its reference after a verdict.
type MovedSeries struct {
	Evidence Evidence
	Movement Movement
	// Bins are all bins: of numbers in their order, of categories those first that
	// contribute most to PSI.
	Bins []drift.Move
}

// Moved tells how series moved up to the last window they were heard of, those that
// came furthest on the way to an alert first: the named one, or without a name all
// that alerted, are half of the way there or differ in the last window. It sums what
// is counted from where the change began on; of a series without a change that last
// window.
func (e *Evaluator) Moved(ctx context.Context, p Policy, ref Reference, v Verdict, name string) ([]MovedSeries, error) {
	p = p.under(ref)
	var all []MovedSeries
	first := v.DriftTo
	for _, d := range v.Evidence {
		notable := d.Level > None || d.Warned() || d.Listed
		if _, known := ref.series(d.Feature, d.Segment); !known || d.Kind != Drift || name != d.Named() && (name != "" || !notable) {
			continue
		}
		from := d.State.To.Add(-p.Drift.Window)
		if d.Level > None || d.Warned() {
			from = earlier(from, d.began())
		}
		first = earlier(first, from)
		all = append(all, MovedSeries{Evidence: d, Movement: Movement{From: from, To: d.State.To}})
	}
	windows, err := e.judged(ctx, p, ref, first, v.DriftTo)
	if err != nil {
		return nil, err
	}
	for i := range all {
		m := &all[i]
		s, _ := ref.series(m.Evidence.Feature, m.Evidence.Segment)
		live := sum(windows, s, m.Movement.From, m.Movement.To)
		loudest, _ := m.Evidence.Loudest()
		m.Movement = s.Movement(loudest.Check, m.Movement.From, m.Movement.To, live)
		m.Bins = drift.Moved(s.Layout, s.Counts, live)
		if s.Layout.Kind == drift.Categorical {
			slices.SortStableFunc(m.Bins, byContribution)
		}
	}
	slices.SortStableFunc(all, func(a, b MovedSeries) int {
		return cmp.Or(cmp.Compare(b.Evidence.Level, a.Evidence.Level), cmp.Compare(b.Evidence.Furthest(), a.Evidence.Furthest()),
			cmp.Compare(a.Evidence.Named(), b.Evidence.Named()))
	})
	return all, nil
}

// Furthest is the share of the way to its alert that a series has come, what it was
// at one that still stands included.
func (e Evidence) Furthest() float64 {
	return max(e.Share(e.Alert), Evidence{LogM: e.Peak}.Share(e.Alert))
}

// began returns where the change of the series began, as far as its evidence
// tells.
func (e Evidence) began() time.Time { return later(e.Onset, e.Started) }
