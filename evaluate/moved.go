package evaluate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// Movement is how a series moved: the reference before, the rows of a stretch of
// windows after. It is small, so that it can be kept beside the evidence that
// stands for it.
type Movement struct {
	From, To time.Time // of the stretch
	Rows     uint64    // in it
	Check    string    // the measure that spoke loudest
	Value    *float64  `json:",omitempty"` // of that measure over the stretch, nil when undefined
	// Quantiles are those at 10, 50 and 90 % of a numeric series; none where its
	// few values, or quantiles that stayed, say less than Bins.
	Quantiles []drift.QuantileMove `json:",omitempty"`
	Age       bool                 `json:",omitempty"` // they are ages in days
	// Bins are the up to three that contribute most to PSI; beside Quantiles only
	// those that are not numbers and moved by at least a percentage point.
	Bins []drift.Move `json:",omitempty"`
}

const (
	fewValues = 10   // a series of at most so many distinct numbers is told value by value
	toldBins  = 3    // bins told of a series
	toldPart  = 0.1  // of the largest contribution: bins below it are not told
	toldShare = 0.01 // change of the share of rows without a number that is told beside quantiles
	maxBin    = 40   // characters of a category's name that are kept
)

// Movement describes how the series moved from its reference to live rows of it,
// by the named measure.
func (s ReferenceSeries) Movement(check string, from, to time.Time, live drift.Counts) Movement {
	m := Movement{From: from, To: to, Rows: live.Total(), Check: check, Age: s.Age}
	if measure, err := drift.Lookup(check); err == nil {
		if c := measure.Compare(s.Layout, s.Counts, live, 0); c.Reason == "" {
			m.Value = number(c.Value)
		}
	}
	moves := drift.Moved(s.Layout, s.Counts, live)
	slices.SortStableFunc(moves, byContribution)
	if len(s.Layout.Knots) > fewValues {
		m.Quantiles = drift.MovedQuantiles(s.Layout, s.Counts, live, .1, .5, .9)
	}
	moved := slices.ContainsFunc(m.Quantiles, func(q drift.QuantileMove) bool { return q.Before != q.After || q.Beyond != 0 })
	gaps := slices.DeleteFunc(slices.Clone(moves), func(b drift.Move) bool {
		return !b.Special || max(b.After-b.Before, b.Before-b.After) < toldShare
	})
	if moved || len(m.Quantiles) > 0 && len(gaps) > 0 {
		moves = gaps
	} else {
		m.Quantiles = nil
	}
	for _, b := range moves[:min(toldBins, len(moves))] {
		if b.Contribution >= toldPart*moves[0].Contribution {
			b.Bin = shorten(b.Bin)
			m.Bins = append(m.Bins, b)
		}
	}
	return m
}

func byContribution(a, b drift.Move) int { return cmp.Compare(b.Contribution, a.Contribution) }

func shorten(name string) string {
	if runes := []rune(name); len(runes) > maxBin {
		return string(runes[:maxBin-1]) + "…"
	}
	return name
}

// series returns the reference's series of that name within a segment, "" for
// all rows; false when it has none.
func (r Reference) series(name, segment string) (ReferenceSeries, bool) {
	all := r.Series
	if segment != "" {
		all = r.Watched()
	}
	at := slices.IndexFunc(all, func(s ReferenceSeries) bool { return s.Name == name && s.Segment == segment })
	if at < 0 {
		return ReferenceSeries{}, false
	}
	return all[at], true
}

// sum adds up the series' rows in the windows that begin in [from, to).
func sum(windows []Counts, s ReferenceSeries, from, to time.Time) drift.Counts {
	var total drift.Counts
	for _, w := range windows {
		if !w.From.Before(from) && w.From.Before(to) {
			total.Add(w.of(s))
		}
	}
	return total
}

// describe says of every series that raised its alarm with the window that ended
// at to how it moved, from the onset to there. What was counted is read once more,
// at an alarm alone: to carry the counts along from each window to the next would
// store them with every verdict.
func (e *Evaluator) describe(ctx context.Context, p Policy, ref Reference, v *Verdict, to time.Time) error {
	from := to
	for _, d := range v.Evidence {
		if d.untold() {
			from = earlier(from, d.began())
		}
	}
	windows, err := e.judged(ctx, p, ref, from, to)
	if err != nil {
		return err
	}
	for i := range v.Evidence {
		d := &v.Evidence[i]
		s, known := ref.series(d.Feature, d.Segment)
		if loudest, ok := d.Loudest(); ok && known && d.untold() {
			m := s.Movement(loudest.Check, d.began(), to, sum(windows, s, d.began(), to))
			d.Moved = &m
		}
	}
	return nil
}

// untold says that the alarm of a series stands and nothing tells yet how it moved.
func (e Evidence) untold() bool { return e.Kind == Drift && e.Level >= Alerted && e.Moved == nil }

// DiscoveryRate is the share of false ones among the series that are listed as
// different in one window: the budget of drift alerts by the windows of a year.
func (p Policy) DiscoveryRate() float64 {
	return min(1, p.Budgets.DriftAlerts/perYear(p.Drift.Window))
}

// list marks the series that the window which ended at to shows to differ, so that
// at most the share q of the marked ones do not (Benjamini-Hochberg over series; of
// a series' measures the smallest p-value times their number). It describes the
// window: alarms rest on the evidence.
func (v *Verdict) list(q float64, to time.Time) {
	var heard []*Evidence
	var p []float64
	for i := range v.Evidence {
		e := &v.Evidence[i]
		if e.Kind != Drift {
			continue
		}
		e.Listed = false
		if loudest, ok := e.Loudest(); ok && e.State.To.Equal(to) {
			heard, p = append(heard, e), append(p, min(1, *loudest.P*float64(e.spoke())))
		}
	}
	for i, adjusted := range drift.BenjaminiHochberg(p) {
		heard[i].Listed = adjusted <= q
	}
}

// spoke counts the measures that had something to say about the last window.
func (e Evidence) spoke() int {
	n := 0
	for _, voice := range e.Voices {
		if voice.P != nil {
			n++
		}
	}
	return n
}

// Warned says that a series' evidence is at least half of the way to an alert:
// nobody is told, who looks can see it coming.
func (e Evidence) Warned() bool {
	return e.Kind == Drift && e.Level == None && e.Share(e.Alert) >= 0.5
}

// Shift is a group of series that were first alerted in the same window, which
// often have one cause.
type Shift struct {
	Since    time.Time // end of that window
	Features []string  // in order of name
}

// Shifts groups the series that are shifted now, the oldest shift first.
func Shifts(evidence []Evidence) []Shift {
	var shifts []Shift
	for _, e := range evidence {
		if e.Kind != Drift || e.Level < Alerted {
			continue
		}
		at := slices.IndexFunc(shifts, func(s Shift) bool { return s.Since.Equal(e.Since) })
		if at < 0 {
			shifts = append(shifts, Shift{Since: e.Since})
			at = len(shifts) - 1
		}
		shifts[at].Features = append(shifts[at].Features, e.Named())
	}
	for _, s := range shifts {
		slices.Sort(s.Features)
	}
	slices.SortFunc(shifts, func(a, b Shift) int { return a.Since.Compare(b.Since) })
	return shifts
}
