package evaluate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate/performance"
)

// Which slices of a block are looked at.
const (
	minSliceLabels = 50          // labelled rows in the slice, and for comparing as many elsewhere
	maxSliceValues = MaxSegments // values of a key, those with most rows first
)

// SegmentValues are the values of a segment key, row by row; "" where a row has none.
type SegmentValues struct {
	Key    string
	Values []string
	// Predicted are the matured predictions of each value, labelled or not, and Absent
	// those of the labelled ones that count as negative because no outcome came.
	Predicted, Absent map[string]uint64
}

// slice is the rows of one value of a segment key, or of one of each of two keys.
type slice struct {
	name string
	rows []int
	pair bool
}

// and joins the names of two segments. A value that holds it would be taken for a pair,
// which changes where it is shown.
const and = " ∩ "

// Pair says whether a result's segment is of two keys.
func Pair(segment string) bool { return strings.Contains(segment, and) }

// SliceText says of a slice that was found what was measured and expected there.
func (r Result) SliceText() string {
	name := strings.TrimPrefix(r.Check, SlicePrefix)
	if r.Value == nil || r.Limit == nil {
		return name
	}
	bound := "at least"
	if metrics[name].Better == performance.Lower {
		bound = "at most"
	}
	return fmt.Sprintf("%s %s, %s %s expected", name, Figure(*r.Value), bound, Figure(*r.Limit))
}

// slices lists the values of every key that have enough rows, key by key, most rows
// first, and their pairs.
func (m *Matured) slices() []slice {
	var all []slice
	found := make([]int, len(m.Segments))    // slices before those of the key
	within := make([][]int, len(m.Segments)) // by key and row: the slice, counted from there; -1 for none
	for k, key := range m.Segments {
		found[k], within[k] = len(all), make([]int, len(key.Values))
		rows := map[string][]int{}
		for row, value := range key.Values {
			if within[k][row] = -1; value != "" {
				rows[value] = append(rows[value], row)
			}
		}
		var values []string
		for value := range rows {
			if len(rows[value]) >= minSliceLabels {
				values = append(values, value)
			}
		}
		slices.SortFunc(values, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(rows[b]), len(rows[a])), cmp.Compare(a, b))
		})
		for i, value := range values[:min(len(values), maxSliceValues)] {
			all = append(all, slice{name: Segment{Key: key.Key, Value: value}.Name(), rows: rows[value]})
			for _, row := range rows[value] {
				within[k][row] = i
			}
		}
	}
	singles := all
	for a := range m.Segments {
		for b := range a {
			all = append(all, pairs(singles, found[b], within[b], found[a], within[a])...)
		}
	}
	return all
}

// pairs lists the slices of two keys that have enough rows in common, but not all of
// either.
func pairs(singles []slice, firstA int, a []int, firstB int, b []int) []slice {
	type place struct{ a, b int }
	rows := map[place][]int{}
	for row := range a {
		if a[row] >= 0 && b[row] >= 0 {
			at := place{a[row], b[row]}
			rows[at] = append(rows[at], row)
		}
	}
	var both []slice
	for at, rows := range rows {
		of, with := singles[firstA+at.a], singles[firstB+at.b]
		if len(rows) >= minSliceLabels && len(rows) < len(of.rows) && len(rows) < len(with.rows) {
			both = append(both, slice{name: of.name + and + with.name, rows: rows, pair: true})
		}
	}
	slices.SortFunc(both, func(a, b slice) int { return cmp.Compare(a.name, b.name) })
	return both
}

// coveredBySegment reports the share of predictions whose outcome came in time, of the
// values of each key with most predictions: also of one that has no label at all.
func (b block) coveredBySegment(rows *Matured) []Result {
	var results []Result
	for _, key := range rows.Segments {
		var values []string
		for value, n := range key.Predicted {
			if value != "" && n >= minSliceLabels {
				values = append(values, value)
			}
		}
		slices.SortFunc(values, func(a, b string) int {
			return cmp.Or(cmp.Compare(key.Predicted[b], key.Predicted[a]), cmp.Compare(a, b))
		})
		labelled := map[string][]int{}
		for row, value := range key.Values {
			labelled[value] = append(labelled[value], row)
		}
		for _, value := range values[:min(len(values), maxSliceValues)] {
			within := Matured{Predicted: key.Predicted[value], Absent: key.Absent[value], ID: pick(rows.ID, labelled[value])}
			r := b.result(Result{Check: "coverage", Segment: Segment{Key: key.Key, Value: value}.Name()})
			r.cover(&within, 0)
			r.Limit = nil
			results = append(results, r)
		}
	}
	return results
}

// LabelKey is that of the segments in which the AUC of one class against all others
// stands, in the place of the mean over classes: "(label)=setosa".
const LabelKey = "(label)"

// byLabel measures, where a mean over the AUCs of the classes is measured, each of
// them.
func (b block) byLabel(rows *Matured) []Result {
	var results []Result
	for _, name := range b.policy.Live.Metrics {
		if name != "macro_auc" && name != "weighted_auc" {
			continue
		}
		for k, counts := range rows.oneVsRest() {
			r := b.result(Result{Check: name, Segment: Segment{Key: LabelKey, Value: rows.Scores[k].Class}.Name()})
			r.estimated(counts.AUC())
			results = append(results, r)
		}
	}
	return results
}

// bySegment measures the metrics within each segment, and the one that slices are
// searched by within their pairs, too; and how many predictions of each have a label.
// Nothing is held to a limit.
func (b block) bySegment(rows *Matured) []Result {
	results := append(b.coveredBySegment(rows), b.byLabel(rows)...)
	searched, may := b.policy.Live.searched()
	for _, s := range rows.slices() {
		within := rows.at(s.rows)
		for _, name := range b.policy.Live.Metrics {
			if s.pair && !(may && name == searched.Name) {
				continue
			}
			r := b.result(Result{Check: name, Segment: s.name})
			r.estimated(metrics[name].estimate(&within))
			results = append(results, r)
		}
	}
	return results
}
