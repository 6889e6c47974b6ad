package drift

import (
	"fmt"
	"slices"
)

// Counts are the rows of one series per cell: sparse, ascending by cell, the
// special cells first. The zero Counts are those of no rows.
type Counts struct {
	Cells []int32  `json:"cells"`
	N     []uint64 `json:"n"` // rows in Cells[i]
}

// NewCounts orders counts by cell and leaves out cells without rows.
func NewCounts(byCell map[int32]uint64) Counts {
	var c Counts
	for cell, n := range byCell {
		if n > 0 {
			c.Cells = append(c.Cells, cell)
		}
	}
	slices.Sort(c.Cells)
	for _, cell := range c.Cells {
		c.N = append(c.N, byCell[cell])
	}
	return c
}

// CountCells counts rows that are in these cells, which it sorts.
func CountCells(cells []int32) Counts {
	slices.Sort(cells)
	c := Counts{Cells: make([]int32, 0, len(cells)), N: make([]uint64, 0, len(cells))}
	for i, cell := range cells {
		if i == 0 || cell != cells[i-1] {
			c.Cells, c.N = append(c.Cells, cell), append(c.N, 0)
		}
		c.N[len(c.N)-1]++
	}
	return c
}

// CountNumbers counts values into cells, values[i] n[i] times; without n, once.
func (l Layout) CountNumbers(values []float64, n []uint64) Counts {
	byCell := make(map[int32]uint64)
	for i, v := range values {
		byCell[l.Cell(v)] += times(n, i)
	}
	return NewCounts(byCell)
}

// CountTexts counts texts into cells, texts[i] n[i] times; without n, once.
func (l Layout) CountTexts(texts []string, n []uint64) Counts {
	byCell := make(map[int32]uint64)
	for i, text := range texts {
		byCell[l.CellOf(text)] += times(n, i)
	}
	return NewCounts(byCell)
}

func times(n []uint64, i int) uint64 {
	if n == nil {
		return 1
	}
	return n[i]
}

// Add adds the rows of other. Both must be over the same layout.
func (c *Counts) Add(other Counts) {
	if len(other.Cells) == 0 {
		return
	}
	cells := make([]int32, 0, len(c.Cells)+len(other.Cells))
	n := make([]uint64, 0, cap(cells))
	i, j := 0, 0
	for i < len(c.Cells) || j < len(other.Cells) {
		switch {
		case j == len(other.Cells) || i < len(c.Cells) && c.Cells[i] < other.Cells[j]:
			cells, n = append(cells, c.Cells[i]), append(n, c.N[i])
			i++
		case i == len(c.Cells) || other.Cells[j] < c.Cells[i]:
			cells, n = append(cells, other.Cells[j]), append(n, other.N[j])
			j++
		default:
			cells, n = append(cells, c.Cells[i]), append(n, c.N[i]+other.N[j])
			i, j = i+1, j+1
		}
	}
	c.Cells, c.N = cells, n
}

// Less returns the rows of c that are not in part, which must be a part of c.
func (c Counts) Less(part Counts) (Counts, error) {
	rest := Counts{Cells: slices.Clone(c.Cells), N: slices.Clone(c.N)}
	for i, cell := range part.Cells {
		at, found := slices.BinarySearch(rest.Cells, cell)
		if part.N[i] == 0 {
			continue
		}
		if !found || rest.N[at] < part.N[i] {
			return Counts{}, fmt.Errorf("subtract counts: cell %d: %d rows to take from %d", cell, part.N[i], c.At(cell))
		}
		rest.N[at] -= part.N[i]
	}
	return rest, nil
}

// At returns the rows in a cell.
func (c Counts) At(cell int32) uint64 {
	if i, found := slices.BinarySearch(c.Cells, cell); found {
		return c.N[i]
	}
	return 0
}

// Total returns all rows, missing ones included.
func (c Counts) Total() uint64 {
	var total uint64
	for _, n := range c.N {
		total += n
	}
	return total
}

// Missing returns the rows without a usable value: null, not a number, or of
// another type.
func (c Counts) Missing() uint64 { return c.At(Null) + c.At(NaN) + c.At(Invalid) }

// valued returns the rows that have a usable value.
func valued(c Counts) uint64 { return c.Total() - c.Missing() }

// Unseen returns the rows of categories that the reference does not have; 0
// for a numeric layout.
func (l Layout) Unseen(c Counts) uint64 {
	if l.Kind != Categorical {
		return 0
	}
	return c.At(int32(len(l.Categories) + 1))
}

// Check says whether c can be counts over l: one count per cell, ascending,
// no cell that l does not have.
func (l Layout) Check(c Counts) error {
	if len(c.Cells) != len(c.N) {
		return fmt.Errorf("counts: %d cells but %d counts", len(c.Cells), len(c.N))
	}
	for i := 1; i < len(c.Cells); i++ {
		if c.Cells[i-1] >= c.Cells[i] {
			return fmt.Errorf("counts: cell %d after cell %d: want them ascending, each once", c.Cells[i], c.Cells[i-1])
		}
	}
	if len(c.Cells) == 0 {
		return nil
	}
	if low := c.Cells[0]; low < Invalid {
		return fmt.Errorf("counts: cell %d: no such special cell", low)
	}
	if high := c.Cells[len(c.Cells)-1]; int(high) >= l.Cells() {
		return fmt.Errorf("counts: cell %d: the layout has cells 0 to %d; were the rows counted against another reference?", high, l.Cells()-1)
	}
	return nil
}
