package evaluate

import (
	"fmt"
	"strings"

	"github.com/driftd/driftd/drift"
)

// Difference is how one series differs between two references.
type Difference struct {
	Series        string             `json:"series"`
	Measures      map[string]float64 `json:"measures"` // by name; those that could be computed
	Before, After string             // the distributions in words
	Only          string             `json:",omitempty"` // "before" or "after" when the other one lacks the series
}

// Diff compares the reference with another one, series by series in its own
// order. The other one's rows are known by cells only: see
// [drift.Layout.Recount] for what that costs.
func (r Reference) Diff(other Reference) []Difference {
	theirs := make(map[string]ReferenceSeries, len(other.Series))
	for _, s := range other.Series {
		theirs[s.Name] = s
	}
	var all []Difference
	for _, s := range r.Series {
		d := Difference{Series: s.Name, Before: s.Describe(), Measures: map[string]float64{}}
		t, ok := theirs[s.Name]
		delete(theirs, s.Name)
		if !ok || t.Layout.Kind != s.Layout.Kind {
			d.Only = "before"
			all = append(all, d)
			continue
		}
		d.After = t.Describe()
		live := s.Layout.Recount(t.Layout, t.Counts)
		for _, m := range drift.Catalog {
			if c := m.Compare(s.Layout, s.Counts, live, 0); c.Reason == "" {
				d.Measures[m.Name] = c.Value
			}
		}
		all = append(all, d)
	}
	for _, t := range other.Series {
		if _, left := theirs[t.Name]; left {
			all = append(all, Difference{Series: t.Name, After: t.Describe(), Only: "after"})
		}
	}
	return all
}

// described is how many categories of a series are named.
const described = 3

// Describe says in words how the series is distributed: deciles 1, 5 and 9 of a
// numeric one, the largest categories of another, and what is missing.
func (s ReferenceSeries) Describe() string {
	total := s.Counts.Total()
	share := func(n uint64) string { return fmt.Sprintf("%.3g %%", 100*float64(n)/float64(total)) }
	var parts []string
	switch {
	case total == 0:
		return "no rows"
	case s.Layout.Kind == drift.Numeric:
		var deciles []string
		for _, q := range []float64{.1, .5, .9} {
			if x, ok := s.Layout.Quantile(s.Counts, q); ok {
				deciles = append(deciles, fmt.Sprintf("%.4g", x))
			}
		}
		if len(deciles) == 3 {
			part := "median " + deciles[1] + " (" + deciles[0] + " to " + deciles[2] + ")"
			if s.Age {
				part += " days ago"
			}
			parts = append(parts, part)
		}
	default:
		for i, name := range s.Layout.Categories {
			if i == described {
				more := fmt.Sprint(len(s.Layout.Categories) + len(s.Layout.Other) - described)
				if s.Layout.Open {
					more = fmt.Sprintf("more than %d", drift.MaxOther)
				}
				parts = append(parts, more+" more")
				break
			}
			parts = append(parts, name+" "+share(s.Counts.At(int32(i))))
		}
	}
	if n := s.Counts.Missing(); n > 0 {
		parts = append(parts, share(n)+" missing")
	}
	return strings.Join(parts, ", ")
}
