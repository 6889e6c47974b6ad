package drift

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits of a layout. The knots are the minimum and quantiles of the reference,
// so KS computed from cells lies within 1/1,000 of the one computed from rows.
const (
	MaxKnots      = permilles + 1 // numeric: largest number of knots
	MaxCategories = 50            // categorical: largest number of categories with a cell of their own
	MaxOther      = 20_000        // categorical: largest number of further categories that are known by name
	permilles     = 1000          // quantiles that are kept of a long series
	deciles       = 10            // PSI bins of a continuous series
)

// Cells of values that are not numbers or texts.
const (
	Null    int32 = -1
	NaN     int32 = -2
	NegInf  int32 = -3
	PosInf  int32 = -4
	Invalid int32 = -5 // there was a value, of another type than the series has
)

// specials lists the special cells in the order of their bins.
var specials = [...]int32{Null, NaN, NegInf, PosInf, Invalid}

// Layout is the frozen division of one series into cells.
//
// Numeric, with the K knots r_1 < … < r_K: cell 2k is the open interval
// (r_k, r_k+1), where cell 0 is all below r_1 and cell 2K all above r_K; cell
// 2k-1 holds the values equal to r_k. Cells run from 0 to 2K.
//
// Categorical, with C categories: cell i is category i, cell C is OTHER (seen
// in the reference, but not among the first [MaxCategories]), cell C+1 is
// UNSEEN (not in the reference at all). Of a reference with more categories than
// [MaxCategories] and [MaxOther] nobody keeps the names: the layout is open, all
// but the first are OTHER, and none is UNSEEN.
//
// Both have the special cells [Null], [NaN], [NegInf], [PosInf] and [Invalid].
type Layout struct {
	Kind Kind `json:"kind"`

	Knots []float64 `json:"knots,omitempty"` // finite, ascending, distinct
	Edges []int     `json:"edges,omitempty"` // indexes into Knots: right-closed decile edges, duplicates removed
	Atoms []int     `json:"atoms,omitempty"` // indexes into Knots: values with more than 1/10 of the reference, each a bin of its own

	Categories []string `json:"categories,omitempty"` // by falling reference count, then by name
	Other      []string `json:"other,omitempty"`      // ascending; what the cap left out
	Once       uint64   `json:"once,omitempty"`       // categories that the reference has once only: see unseen
	Open       bool     `json:"open,omitempty"`       // the cap left out more than are known by name
}

// NewNumeric freezes a layout from the distinct finite values of a reference,
// ascending, where values[i] occurs n[i] times. Up to [MaxKnots] distinct
// values are all kept as knots; of more, the smallest and the quantiles j/1000
// by nearest rank, x_⌈jn/1000⌉. Minimum, maximum and deciles are among them, so
// that each bin is a sum of cells and the outer cells hold what the reference
// never had. No values at all is a layout with the single cell 0.
func NewNumeric(values []float64, n []uint64) (Layout, error) {
	if len(values) != len(n) {
		return Layout{}, fmt.Errorf("freeze numeric layout: %d values but %d counts: want one count per value", len(values), len(n))
	}
	var total uint64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Layout{}, fmt.Errorf("freeze numeric layout: value %d is %v: count values that are not finite in their special cells", i, v)
		}
		if i > 0 && values[i-1] >= v {
			return Layout{}, fmt.Errorf("freeze numeric layout: value %d is %v after %v: want distinct values, ascending", i, v, values[i-1])
		}
		total += n[i]
	}
	l := Layout{Kind: Numeric}
	if total == 0 {
		return l, nil
	}
	keepAll := len(values) <= MaxKnots
	var rank uint64 // of the last row with the present value
	edge := uint64(1)
	for i, v := range values {
		if n[i] == 0 {
			continue
		}
		before := rank
		rank += n[i]
		// Quantile j has rank ⌈j·total/parts⌉; this value holds one of them
		// when the count of quantiles up to rank grows.
		if !keepAll && before > 0 && quantiles(rank, total, permilles) == quantiles(before, total, permilles) {
			continue
		}
		knot := len(l.Knots)
		l.Knots = append(l.Knots, v)
		if upTo := min(quantiles(rank, total, deciles), deciles-1); upTo >= edge {
			l.Edges = append(l.Edges, knot)
			edge = upTo + 1
		}
		if n[i]*deciles > total {
			l.Atoms = append(l.Atoms, knot)
		}
	}
	return l, nil
}

// quantiles returns how many of the quantiles j/parts, j = 1..parts, have a
// nearest rank of at most rank among total rows: ⌈j·total/parts⌉ ≤ rank.
func quantiles(rank, total uint64, parts int) uint64 {
	p := uint64(parts)
	// ⌊rank·p/total⌋ without overflow, as p is small.
	return rank/total*p + rank%total*p/total
}

// NewCategorical freezes a layout from the counts of a reference's texts.
// Texts with a count of zero are left out.
func NewCategorical(counts map[string]uint64) Layout {
	names := make([]string, 0, len(counts))
	for name, n := range counts {
		if n > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	if len(names) > MaxCategories+MaxOther {
		return NewOpen(names[:MaxCategories:MaxCategories])
	}
	l := Layout{Kind: Categorical, Categories: names}
	for _, name := range names {
		if counts[name] == 1 {
			l.Once++
		}
	}
	if len(names) > MaxCategories {
		l.Categories, l.Other = names[:MaxCategories:MaxCategories], names[MaxCategories:]
		slices.Sort(l.Other)
	}
	return l
}

// NewOpen freezes an open layout from the first categories, by falling count, then by
// name.
func NewOpen(categories []string) Layout {
	return Layout{Kind: Categorical, Categories: categories, Open: true}
}

// Cells returns the number of cells that are not special.
func (l Layout) Cells() int {
	if l.Kind == Categorical {
		return len(l.Categories) + 2
	}
	return 2*len(l.Knots) + 1
}

// Cell returns the cell of a number. Zero and minus zero are equal.
func (l Layout) Cell(x float64) int32 {
	switch {
	case math.IsNaN(x):
		return NaN
	case math.IsInf(x, -1):
		return NegInf
	case math.IsInf(x, 1):
		return PosInf
	}
	i := below(l.Knots, x)
	if i < len(l.Knots) && l.Knots[i] == x {
		return int32(2*i + 1)
	}
	return int32(2 * i)
}

// below returns how many of the ascending knots are below x, neither of them infinite.
// The sign of the difference decides, without a branch: a search that branches guesses
// wrong at every second knot, and takes three times as long.
func below(knots []float64, x float64) int {
	if x == 0 {
		x = math.Copysign(0, -1) // the one zero that no other is below
	}
	first := 0
	for n := len(knots); n > 0; {
		half := int(uint(n+1) >> 1)
		first += half & int(int64(math.Float64bits(knots[first+half-1]-x))>>63)
		n -= half
	}
	return first
}

// CellOf returns the cell of a text, compared byte by byte.
func (l Layout) CellOf(text string) int32 {
	if i := slices.Index(l.Categories, text); i >= 0 {
		return int32(i)
	}
	if _, found := slices.BinarySearch(l.Other, text); found {
		return int32(len(l.Categories))
	}
	return l.Unknown()
}

// Unknown returns the cell of a text that is not known by name.
func (l Layout) Unknown() int32 {
	if l.Open {
		return int32(len(l.Categories))
	}
	return int32(len(l.Categories) + 1)
}

// Validate says what is wrong with a layout that was read from somewhere.
func (l Layout) Validate() error {
	var errs []error
	report := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if l.Kind != Numeric && l.Kind != Categorical {
		report("kind %d: want numeric or categorical", int(l.Kind))
	}
	for i, r := range l.Knots {
		if math.IsNaN(r) || math.IsInf(r, 0) || i > 0 && l.Knots[i-1] >= r {
			report("knot %d is %v: want finite, ascending, distinct knots", i, r)
		}
	}
	indexes := func(field string, list []int) {
		for i, k := range list {
			if k < 0 || k >= len(l.Knots) || i > 0 && list[i-1] >= k {
				report("%s: %d at %d: want ascending indexes into %d knots", field, k, i, len(l.Knots))
			}
		}
	}
	indexes("edges", l.Edges)
	indexes("atoms", l.Atoms)
	if len(l.Categories) > MaxCategories {
		report("%d categories: want at most %d", len(l.Categories), MaxCategories)
	}
	if len(l.Other) > 0 && l.Open {
		report("%d other categories of an open layout: want none", len(l.Other))
	}
	if !slices.IsSorted(l.Other) {
		report("other categories: want them ascending")
	}
	return errors.Join(errs...)
}
