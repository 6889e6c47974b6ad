package drift

import "fmt"

// NewQuantiles freezes a layout from what was counted elsewhere, with the counts
// that fall into its cells: every one of values becomes a knot. at[i] rows are
// equal to values[i], below[i] rows lie between it and the value before. The
// first value is the smallest of all, so below[0] is 0, the last the largest.
// Where all deciles are among the values, layout and counts are those that
// [NewNumeric] and [Layout.CountNumbers] give for the rows themselves, if it
// chose the same knots.
func NewQuantiles(values []float64, at, below []uint64) (Layout, Counts, error) {
	switch {
	case len(values) != len(at) || len(values) != len(below):
		return Layout{}, Counts{}, fmt.Errorf("freeze quantiles: %d values, %d counts at them and %d below: want one of each per value", len(values), len(at), len(below))
	case len(values) > MaxKnots:
		return Layout{}, Counts{}, fmt.Errorf("freeze quantiles: %d values: want at most %d", len(values), MaxKnots)
	case len(values) > 0 && below[0] > 0:
		return Layout{}, Counts{}, fmt.Errorf("freeze quantiles: %d rows below the smallest value %v: make the minimum the first value", below[0], values[0])
	}
	upTo := make([]uint64, len(values))
	byCell := make(map[int32]uint64, 2*len(values))
	var total uint64
	for i := range values {
		if at[i] == 0 {
			return Layout{}, Counts{}, fmt.Errorf("freeze quantiles: value %d, %v, occurs 0 times: choose values that occur", i, values[i])
		}
		upTo[i] = at[i] + below[i]
		total += upTo[i]
		byCell[int32(2*i)], byCell[int32(2*i+1)] = below[i], at[i]
	}
	l, err := NewNumeric(values, upTo)
	if err != nil {
		return Layout{}, Counts{}, err
	}
	// What lies between two values is not one value, however much it is.
	l.Atoms = nil
	for i, n := range at {
		if n*deciles > total {
			l.Atoms = append(l.Atoms, i)
		}
	}
	return l, NewCounts(byCell), nil
}
