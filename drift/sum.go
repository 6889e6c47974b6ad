package drift

import "slices"

// Cells that any layout has, special ones among them.
const (
	lowest   = Invalid
	highest  = 2 * MaxKnots
	anyCells = int(highest-lowest) + 1
)

// Sum is what counts over one layout come to: those of a window's buckets, say. It puts
// them in their cells once there are as many as cells. To add each to the list of those
// before it would move that list every time. The zero Sum is that of none.
type Sum struct {
	sum     Counts
	waiting Counts // not added yet, in any order
	stray   Counts // of cells that no layout has: whoever compares finds them
}

// Add adds the rows of c, which it does not keep.
func (s *Sum) Add(c Counts) {
	if len(c.Cells) == 0 {
		return
	}
	if slices.Min(c.Cells) < lowest || slices.Max(c.Cells) > highest {
		s.stray.Add(c)
		return
	}
	s.waiting.Cells, s.waiting.N = append(s.waiting.Cells, c.Cells...), append(s.waiting.N, c.N...)
	if len(s.waiting.Cells) >= anyCells {
		s.settle()
	}
}

// Counts returns the sum, which stays as it is when more is added. Those who hold the
// same Sum may ask at once.
func (s Sum) Counts() Counts {
	s.settle() // the copy
	s.sum.Add(s.stray)
	return s.sum
}

// settle adds up what waits.
func (s *Sum) settle() {
	if len(s.waiting.Cells) == 0 {
		return
	}
	var rows [anyCells]uint64
	cells := 0
	for _, c := range [...]Counts{s.sum, s.waiting} {
		for i, cell := range c.Cells {
			if c.N[i] > 0 && rows[cell-lowest] == 0 {
				cells++
			}
			rows[cell-lowest] += c.N[i]
		}
	}
	s.sum = Counts{Cells: make([]int32, 0, cells), N: make([]uint64, 0, cells)}
	for i, n := range rows {
		if n > 0 {
			s.sum.Cells, s.sum.N = append(s.sum.Cells, int32(i)+lowest), append(s.sum.N, n)
		}
	}
	s.waiting.Cells, s.waiting.N = s.waiting.Cells[:0], s.waiting.N[:0]
}
