package clickhouse

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// tally is the cells of values that were read, row by row.
type tally struct {
	series   []evaluate.ReferenceSeries // as the statement has them: numeric ones first
	segments []string                   // names; the first is "", all rows
	cells    map[uint32][][]int32       // by bucket and place: segment by segment, each with every series
}

func newTally(ref evaluate.Reference, group []evaluate.ReferenceSeries) tally {
	t := tally{segments: []string{""}, cells: map[uint32][][]int32{}}
	for _, kind := range []drift.Kind{drift.Numeric, drift.Categorical} {
		for _, s := range group {
			if s.Layout.Kind == kind {
				t.series = append(t.series, s)
			}
		}
	}
	for _, segment := range ref.Segments {
		t.segments = append(t.segments, segment.Name())
	}
	return t
}

// row counts the values of one prediction.
func (t tally) row(rows driver.Rows) error {
	var bucket uint32
	var segments []uint16
	var numbers string
	var texts []*string
	var unfit []string
	if err := rows.Scan(&bucket, &numbers, &texts, &unfit, &segments); err != nil {
		return err
	}
	cells := t.cells[bucket]
	if cells == nil {
		cells = make([][]int32, len(t.segments)*len(t.series))
		t.cells[bucket] = cells
	}
	i := 0
	put := func(cell int32) {
		if cell == drift.Null && slices.Contains(unfit, t.series[i].Name) {
			cell = drift.Invalid
		}
		for _, segment := range segments {
			at := int(segment)*len(t.series) + i
			cells[at] = append(cells[at], cell)
		}
		i++
	}
	for number := range elements(numbers) {
		cell := drift.Null
		if number != "NULL" {
			x, err := strconv.ParseFloat(number, 64)
			if err != nil {
				return fmt.Errorf("read a value of %s: %w", t.series[i].Name, err)
			}
			cell = t.series[i].Layout.Cell(x)
		}
		put(cell)
	}
	for _, text := range texts {
		cell := drift.Null
		if text != nil {
			cell = t.series[i].Layout.CellOf(*text)
		}
		put(cell)
	}
	return nil
}

// counted takes note of a segment's counts that are stored: a segment that lost its last
// row, to an event that was sent again as of another, has nothing left, and its counts
// become empty. What was counted stays when all rows of a bucket are gone.
func (t tally) counted(rows driver.Rows) error {
	var bucket uint32
	var segment, series string
	if err := rows.Scan(&bucket, &segment, &series); err != nil {
		return err
	}
	s, i := slices.Index(t.segments, segment), slices.IndexFunc(t.series, func(s evaluate.ReferenceSeries) bool { return s.Name == series })
	if cells := t.cells[bucket]; cells != nil && s > 0 && cells[s*len(t.series)+i] == nil {
		cells[s*len(t.series)+i] = []int32{}
	}
	return nil
}

// each yields what was counted, and what became empty.
func (t tally) each(yield func(bucket uint32, segment, series string, counts drift.Counts)) {
	for bucket, places := range t.cells {
		for at, cells := range places {
			if cells != nil {
				yield(bucket, t.segments[at/len(t.series)], t.series[at%len(t.series)].Name, drift.CountCells(cells))
			}
		}
	}
}
