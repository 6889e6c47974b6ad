package evaluate

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/evidence"
)

// Sensitivity is how small a lasting shift of one series would be noticed: a
// shift in which a share of the rows moves, of a numeric series to its largest
// tenth, of a categorical one to a category that was never seen.
type Sensitivity struct {
	Series string
	Kind   drift.Kind
	// Share is the smallest share of rows that is noticed within the numbers of
	// windows asked for, in the order asked; NaN when not even all rows are.
	Share []float64
}

// Sensitivity computes, for windows of so many rows, the smallest lasting shift
// that the detector of each series notices within the given numbers of windows.
// Segments have a share in the budget, and are not listed: their windows are smaller.
// The shifted windows are free of the ordinary differences between windows,
// which would add to what is measured: real shifts are noticed a little sooner.
func (r Reference) Sensitivity(p Policy, rows uint64, windows []int) []Sensitivity {
	p = p.under(r)
	alarm := p.Thresholds(r).Drift
	var all []Sensitivity
	for _, s := range r.Series {
		if len(p.measures(s.Layout.Kind)) == 0 {
			continue
		}
		one := Sensitivity{Series: s.Name, Kind: s.Layout.Kind}
		for _, n := range windows {
			one.Share = append(one.Share, smallest(func(share float64) bool {
				return p.noticed(s, s.moved(rows, share), n, alarm)
			}))
		}
		all = append(all, one)
	}
	return all
}

// PerWindow returns the rows that a drift window has on average at the
// reference's volume; those of the whole when its length is not known.
func (r Reference) PerWindow(p Policy) uint64 {
	if !r.From.Before(r.To) {
		return r.Rows
	}
	return uint64(float64(r.Rows) * float64(p.Window(r)) / float64(r.To.Sub(r.From)))
}

// smallest returns the smallest share, to a thousandth, for which a condition
// that stays true once it is holds; NaN when it never does.
func smallest(holds func(float64) bool) float64 {
	if !holds(1) {
		return math.NaN()
	}
	low, high := 0.0, 1.0
	for high-low > 0.001 {
		if mid := (low + high) / 2; holds(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// noticed says whether n windows with these counts raise the alarm.
func (p Policy) noticed(s ReferenceSeries, counts drift.Counts, n int, alarm float64) bool {
	_, voices := p.compare(s, Counts{Series: map[string]drift.Counts{s.Name: counts}})
	if len(voices) == 0 {
		return false
	}
	joint, testimonies, _ := s.joint(voices)
	var state evidence.State
	for i := range n {
		from := time.Unix(0, 0).Add(time.Duration(i) * p.Drift.Window)
		next, err := joint.Step(state, span(from, from.Add(p.Drift.Window)), testimonies)
		if err != nil {
			return false // a p-value that is none: nothing is noticed of it
		}
		if state = next; state.Evidence() >= alarm {
			return true
		}
	}
	return false
}

// moved returns the counts of a window of so many rows that is like the
// reference, but for a share of its rows with a value, which moved.
func (s ReferenceSeries) moved(rows uint64, share float64) drift.Counts {
	valued := float64(s.Counts.Total() - s.Counts.Missing())
	present := float64(rows) * valued / float64(s.Counts.Total())
	byCell := map[int32]uint64{drift.Null: rows - uint64(present)}
	top := s.top()
	topTotal := 0.0
	for _, n := range top {
		topTotal += float64(n)
	}
	// Whole rows, spread so that their sums are right.
	var stay, move float64
	spread := func(cell int32, n uint64, of, total float64, done *float64) {
		next := *done + float64(n)
		byCell[cell] += uint64(of*next/total) - uint64(of**done/total)
		*done = next
	}
	for i, cell := range s.Counts.Cells {
		if cell != drift.Null && cell != drift.NaN {
			spread(cell, s.Counts.N[i], present*(1-share), valued, &stay)
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(top)) {
		spread(cell, top[cell], present*share, topTotal, &move)
	}
	return drift.NewCounts(byCell)
}

// top returns where rows move to: the cells that hold the largest tenth of a numeric
// series, what lies beyond the reference when a tenth is all there is; of another the cell
// of categories that are new.
func (s ReferenceSeries) top() map[int32]uint64 {
	beyond := int32(s.Layout.Cells() - 1)
	if s.Layout.Kind == drift.Categorical {
		return map[int32]uint64{s.Layout.Unknown(): 1}
	}
	left := (s.Counts.Total() - s.Counts.Missing()) / 10
	top := map[int32]uint64{}
	for i, cell := range slices.Backward(s.Counts.Cells) {
		if cell < 0 || left == 0 {
			break
		}
		n := min(left, s.Counts.N[i])
		top[cell] = n
		left -= n
		if i == 0 || s.Counts.Cells[i-1] < 0 {
			return map[int32]uint64{beyond: 1}
		}
	}
	if len(top) == 0 {
		top[beyond] = 1
	}
	return top
}
