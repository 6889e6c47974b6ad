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
	Kinds     []Kind  // kinds of series it is for

	// rows returns how many rows of c the measure is about.
	rows func(l Layout, c Counts) uint64
	// compare fills all but the rows and the reason; both sides have rows.
	compare func(l Layout, reference, live Counts, tolerance float64) Comparison
}

// Catalog lists the measures.
var Catalog = []Measure{psi, ks}

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
	rows := Comparison{Reference: m.rows(l, reference), Live: m.rows(l, live)}
	switch {
	case reference.Total() == reference.Missing():
		rows.Reason = NoReference
	case live.Total() == live.Missing():
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
