package clickhouse

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// packed is a reference as it is stored: JSON, with the long columns of each series
// as bytes. Fifty series of a thousand knots take 25 ms to read as numbers in JSON,
// and every version's are read whenever a bucket closes.
type packed struct {
	evaluate.Reference
	Columns []columns // of all series in order, then of those of the segments; none in references of before
}

// columns are the knots and counts of a series: knots little-endian, cells and counts
// as integers of variable length.
type columns struct {
	Knots []byte `json:",omitempty"`
	Cells []byte `json:",omitempty"`
	N     []byte `json:",omitempty"`
}

func pack(ref evaluate.Reference) ([]byte, error) {
	p := packed{Reference: ref}
	p.Series, p.Segments = slices.Clone(ref.Series), slices.Clone(ref.Segments)
	for i := range p.Series {
		s := &p.Series[i]
		c := packCounts(&s.Counts)
		for _, knot := range s.Layout.Knots {
			c.Knots = binary.LittleEndian.AppendUint64(c.Knots, math.Float64bits(knot))
		}
		s.Layout.Knots = nil
		p.Columns = append(p.Columns, c)
	}
	for i := range p.Segments {
		p.Segments[i].Series = slices.Clone(p.Segments[i].Series)
		for k := range p.Segments[i].Series {
			p.Columns = append(p.Columns, packCounts(&p.Segments[i].Series[k].Counts))
		}
	}
	return json.Marshal(p)
}

// packCounts takes the counts away and returns them packed.
func packCounts(counts *drift.Counts) (c columns) {
	for i, cell := range counts.Cells {
		c.Cells = binary.AppendVarint(c.Cells, int64(cell))
		c.N = binary.AppendUvarint(c.N, counts.N[i])
	}
	*counts = drift.Counts{}
	return c
}

func unpack(body []byte) (evaluate.Reference, error) {
	var p packed
	if err := json.Unmarshal(body, &p); err != nil || len(p.Columns) == 0 {
		return p.Reference, err
	}
	left := p.Columns
	next := func(name string, counts *drift.Counts, knots *[]float64) error {
		if len(left) == 0 {
			return fmt.Errorf("series %s has no columns", name)
		}
		var err error
		if *counts, err = left[0].counts(); err == nil && knots != nil {
			*knots, err = left[0].knots()
		}
		if err != nil {
			return fmt.Errorf("series %s: %w", name, err)
		}
		left = left[1:]
		return nil
	}
	for i := range p.Series {
		s := &p.Series[i]
		if err := next(s.Name, &s.Counts, &s.Layout.Knots); err != nil {
			return p.Reference, err
		}
	}
	for i := range p.Segments {
		for k := range p.Segments[i].Series {
			s := &p.Segments[i].Series[k]
			if err := next(s.Name, &s.Counts, nil); err != nil {
				return p.Reference, fmt.Errorf("segment %s: %w", p.Segments[i].Name(), err)
			}
		}
	}
	if len(left) > 0 {
		return p.Reference, fmt.Errorf("columns of %d series that it does not have", len(left))
	}
	return p.Reference, nil
}

func (c columns) knots() (knots []float64, err error) {
	if len(c.Knots)%8 != 0 {
		return nil, fmt.Errorf("%d bytes of knots: want eight each", len(c.Knots))
	}
	knots = slices.Grow(knots, len(c.Knots)/8)
	for b := c.Knots; len(b) > 0; b = b[8:] {
		knots = append(knots, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return knots, nil
}

func (c columns) counts() (counts drift.Counts, err error) {
	cells, n := c.Cells, c.N
	if len(n) > 0 {
		counts.Cells, counts.N = make([]int32, 0, len(n)), make([]uint64, 0, len(n))
	}
	for len(cells) > 0 && len(n) > 0 {
		cell, a := binary.Varint(cells)
		rows, b := binary.Uvarint(n)
		if a <= 0 || b <= 0 {
			break
		}
		counts.Cells, counts.N = append(counts.Cells, int32(cell)), append(counts.N, rows)
		cells, n = cells[a:], n[b:]
	}
	if len(cells)+len(n) > 0 {
		return counts, fmt.Errorf("%d bytes of cells and counts are left over", len(cells)+len(n))
	}
	return counts, nil
}
