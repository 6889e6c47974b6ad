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

// packed is a reference as it was stored before: all of it as JSON, first with the
// columns as numbers, then as base64.
type packed struct {
	evaluate.Reference
	Columns []columns // of all series in order, then of those of the segments
}

// columns are the knots and counts of a series: knots little-endian, cells and counts
// as integers of variable length.
type columns struct{ Knots, Cells, N []byte }

// pack returns what is stored of a reference: JSON, and apart from it the columns of
// all series in order, then of those of the segments, each after its length. Of fifty
// series of a thousand knots, they are 98 of a hundred bytes, and every version's are
// read whenever a bucket closes.
func pack(ref evaluate.Reference) (body, long []byte, err error) {
	add := func(c columns) {
		for _, column := range [][]byte{c.Knots, c.Cells, c.N} {
			long = append(binary.AppendUvarint(long, uint64(len(column))), column...)
		}
	}
	ref.Series, ref.Segments = slices.Clone(ref.Series), slices.Clone(ref.Segments)
	for i := range ref.Series {
		s := &ref.Series[i]
		c := packCounts(&s.Counts)
		for _, knot := range s.Layout.Knots {
			c.Knots = binary.LittleEndian.AppendUint64(c.Knots, math.Float64bits(knot))
		}
		s.Layout.Knots = nil
		add(c)
	}
	for i := range ref.Segments {
		segment := &ref.Segments[i]
		segment.Series = slices.Clone(segment.Series)
		for k := range segment.Series {
			add(packCounts(&segment.Series[k].Counts))
		}
	}
	body, err = json.Marshal(ref)
	return body, long, err
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

// unpack reads what pack made, and what was stored before: all of it in the body.
func unpack(body, long []byte) (evaluate.Reference, error) {
	var p packed
	if err := json.Unmarshal(body, &p); err != nil {
		return p.Reference, err
	}
	if len(long) > 0 {
		var err error
		if p.Columns, err = splitColumns(long); err != nil {
			return p.Reference, err
		}
	}
	if len(p.Columns) == 0 {
		return p.Reference, nil
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

// splitColumns finds the columns of each series among the bytes.
func splitColumns(long []byte) (all []columns, err error) {
	for left := long; len(left) > 0; {
		var c columns
		for _, column := range []*[]byte{&c.Knots, &c.Cells, &c.N} {
			size, n := binary.Uvarint(left)
			if n <= 0 || size > uint64(len(left)-n) {
				return nil, fmt.Errorf("columns of series %d: cut short at byte %d of %d", len(all)+1, len(long)-len(left), len(long))
			}
			end := n + int(size)
			*column, left = left[n:end], left[end:]
		}
		all = append(all, c)
	}
	return all, nil
}

// outline reads the outline of a reference, which is all in the body.
func outline(body []byte) (evaluate.Reference, error) {
	var ref evaluate.Reference
	err := json.Unmarshal(body, &ref)
	return ref.Outline(), err
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
	if counts.N, err = uvarints[uint64](c.N); err != nil {
		return counts, fmt.Errorf("counts: %w", err)
	}
	if counts.Cells, err = uvarints[int32](c.Cells); err != nil {
		return counts, fmt.Errorf("cells: %w", err)
	}
	if len(counts.Cells) != len(counts.N) {
		return counts, fmt.Errorf("%d cells have %d counts", len(counts.Cells), len(counts.N))
	}
	for i, x := range counts.Cells {
		counts.Cells[i] = int32(uint32(x)>>1) ^ -(x & 1) // 1, -1, 2, -2 are written as 2, 1, 4, 3
	}
	return counts, nil
}

// uvarints reads numbers of variable length. Most are of a byte or two: calls of
// [binary.Uvarint] take twice as long.
func uvarints[T int32 | uint64](b []byte) (all []T, err error) {
	n := 0
	for _, c := range b {
		n += int(c>>7 ^ 1) // the last byte of a number has no high bit
	}
	if n > 0 {
		all = make([]T, 0, n)
	}
	var x T
	var shift uint
	for _, c := range b {
		x |= T(c&0x7f) << shift
		if shift += 7; c < 0x80 {
			all = append(all, x)
			x, shift = 0, 0
		}
	}
	if shift > 0 {
		return nil, fmt.Errorf("%d bytes end within a number", len(b))
	}
	return all, nil
}
