package drift

import (
	"fmt"
	"slices"
)

// Reason says why a measure has no value. The empty Reason means it has one.
type Reason string

// The reasons, constant because they are stored and counted.
const (
	NoData        Reason = "no_data"        // no live row has a value
	NoReference   Reason = "no_reference"   // no reference row has a value
	TooFewRows    Reason = "too_few_rows"   // fewer than MinRows live or reference rows
	NotApplicable Reason = "not_applicable" // the measure is not for this kind of series
	BadCounts     Reason = "bad_counts"     // the counts are not over this layout
	NoSpread      Reason = "no_spread"      // the reference is constant: it has no unit to measure in
	TooFewWeeks   Reason = "too_few_weeks"  // fewer than MinWeeks earlier weeks
)

// MinRows is the smallest number of rows, live or reference, that is compared:
// 20 in each of ten deciles, below which the p-values of PSI are too small.
const MinRows = 200

// Comparison is what one measure says about live rows. Apart from the numbers
// of rows it is zero when Reason is not empty.
type Comparison struct {
	Value     float64 // effect size
	Corrected float64 // effect size less its expectation without drift, at least 0
	Bound     float64 // the value from rows exceeds Value by at most this
	P         float64 // p-value of "no difference"
	PEffect   float64 // p-value of "effect no larger than tolerated"
	Reference uint64  // reference rows compared
	Live      uint64  // live rows compared
	Reason    Reason
}

// Measure is one way to compare live rows with a reference.
type Measure struct {
	Name      string
	Tolerance float64 // default minimum effect, in units of Value
	Most      float64 // upper end of Value, +Inf when it has none
	Default   bool    // taken unless the configuration names others of its kind
	Kinds     []Kind  // kinds of series it is for

	gaps  bool    // compares rows without a value too, even if there are no others
	floor float64 // a Value below it is none: see [Variation]

	// bad returns the bad rows of those the measure is about; nil for measures
	// of the distribution.
	bad func(l Layout, c Counts) Share
	// rows returns how many rows of c the measure is about.
	rows func(c Counts) uint64
	// compare fills all but the rows; both sides have rows.
	compare func(l Layout, reference, live Counts, tolerance float64) Comparison
}

// Catalog lists the measures: of distributions, then of the quality of data.
var Catalog = []Measure{
	psi, ks, js, wasserstein, chi2, hellinger, tv, linf,
	missing, invalid, unseen, beyond,
}

// Lookup finds a measure of [Catalog] by name.
func Lookup(name string) (Measure, error) {
	names := make([]string, len(Catalog))
	for i, m := range Catalog {
		if m.Name == name {
			return m, nil
		}
		names[i] = m.Name
	}
	return Measure{}, fmt.Errorf("drift measure %q: want one of %q", name, names)
}

// absent says whether c has no row that the measure could say something of.
func (m Measure) absent(c Counts) bool {
	return c.Total() == 0 || !m.gaps && valued(c) == 0
}

// Applies says whether the measure is for series of this kind.
func (m Measure) Applies(kind Kind) bool { return slices.Contains(m.Kinds, kind) }

// Compare measures live against reference, both counted into l. PEffect is for
// the hypothesis that the effect is at most tolerance (≥ 0). A comparison that
// cannot be made has a Reason and is no testimony either way.
func (m Measure) Compare(l Layout, reference, live Counts, tolerance float64) Comparison {
	if !m.Applies(l.Kind) {
		return Comparison{Reason: NotApplicable}
	}
	if l.Check(reference) != nil || l.Check(live) != nil {
		return Comparison{Reason: BadCounts}
	}
	rows := Comparison{Reference: m.rows(reference), Live: m.rows(live)}
	switch {
	case m.absent(reference):
		rows.Reason = NoReference
	case m.absent(live):
		rows.Reason = NoData
	case rows.Live < MinRows || rows.Reference < MinRows:
		rows.Reason = TooFewRows
	}
	if rows.Reason != "" {
		return rows
	}
	c := m.compare(l, reference, live, tolerance)
	c.Reference, c.Live = rows.Reference, rows.Live
	return c
}

// Checks names every measure of [Catalog] and every check of [Stream]: each has
// its page in docs/checks.
func Checks() []string {
	var names []string
	for _, m := range Catalog {
		names = append(names, m.Name)
	}
	for _, s := range Stream {
		names = append(names, s.Name)
	}
	return names
}
