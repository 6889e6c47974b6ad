package evaluate

import (
	"cmp"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
)

// SeriesState is how one watched series stands, for people.
type SeriesState int

// From the best to the worst. A series warns when its evidence is half of the
// way to an alert: nobody is told, who looks can see it coming. It is shifted
// from the alert until two windows in a row are ordinary, so that a lasting
// shift is told once. The zero SeriesState is invalid.
const (
	_ SeriesState = iota
	Steady
	Warned
	Shifted
)

var seriesStateNames = [...]string{"unset", "ok", "warn", "alert"}

// String returns ok, warn or alert.
func (s SeriesState) String() string { return seriesStateNames[s] }

// warnShare is the share of the way to an alert from which a series warns.
const warnShare = 0.5

// SeriesState returns the state of the series that a drift detector listens to.
func (e Evidence) SeriesState() SeriesState {
	switch {
	case e.Level >= Alerted:
		return Shifted
	case e.Share(e.Alert) >= warnShare:
		return Warned
	}
	return Steady
}

// Mover is a series that differed from the reference in a window.
type Mover struct {
	Feature string
	Check   string  // the measure that is surest
	Value   float64 // of that measure
	Q       float64 // smallest false discovery rate at which it is listed
}

// Moved lists which series moved in the last window of the results, the surest
// first, so that at most the share q of the listed ones did not
// (Benjamini-Hochberg over series; of a series' measures the smallest p-value
// times their number). It describes a window: alerts rest on the evidence.
func Moved(results []Result, q float64) []Mover {
	var last time.Time
	for _, r := range results {
		if r.P != nil && r.To.After(last) {
			last = r.To
		}
	}
	var movers []Mover
	measures := map[string]float64{}
	for _, r := range results {
		if r.P == nil || r.Value == nil || !r.To.Equal(last) || r.Segment != "" || r.Against != "" {
			continue
		}
		measures[r.Feature]++
		m := Mover{r.Feature, r.Check, *r.Value, *r.P}
		if at := slices.IndexFunc(movers, func(o Mover) bool { return o.Feature == r.Feature }); at < 0 {
			movers = append(movers, m)
		} else if m.Q < movers[at].Q {
			movers[at] = m
		}
	}
	p := make([]float64, len(movers))
	for i, m := range movers {
		p[i] = min(1, m.Q*measures[m.Feature])
	}
	for i, adjusted := range drift.BenjaminiHochberg(p) {
		movers[i].Q = adjusted
	}
	movers = slices.DeleteFunc(movers, func(m Mover) bool { return m.Q > q })
	slices.SortStableFunc(movers, func(a, b Mover) int { return cmp.Compare(a.Q, b.Q) })
	return movers
}

// Shift is a group of series that were first alerted in the same window, which
// often have one cause.
type Shift struct {
	Since    time.Time // end of that window
	Features []string  // in order of name
}

// Shifts groups the series that are shifted now, the oldest shift first.
func Shifts(evidence []Evidence) []Shift {
	first := map[string]time.Time{}
	for _, e := range evidence {
		if e.Kind != Drift || e.SeriesState() != Shifted {
			continue
		}
		if since, known := first[e.Feature]; !known || e.Since.Before(since) {
			first[e.Feature] = e.Since
		}
	}
	var shifts []Shift
	for feature, since := range first {
		at := slices.IndexFunc(shifts, func(s Shift) bool { return s.Since.Equal(since) })
		if at < 0 {
			shifts = append(shifts, Shift{Since: since})
			at = len(shifts) - 1
		}
		shifts[at].Features = append(shifts[at].Features, feature)
	}
	for _, s := range shifts {
		slices.Sort(s.Features)
	}
	slices.SortFunc(shifts, func(a, b Shift) int { return a.Since.Compare(b.Since) })
	return shifts
}
