package clickhouse

import (
	"context"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// maxFetched is how many values at most are read to be counted: some 4 MB.
const maxFetched = 200_000

// few says whether the values of so many series are read rather than left where they are.
func (s *Store) few(held []evaluate.Held, series int) bool {
	rows := uint64(0)
	for _, h := range held {
		rows += h.Rows
	}
	return rows*uint64(series) <= s.fetched
}

// countHere reads the values and counts them by the layouts.
func (s *Store) countHere(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, group []evaluate.ReferenceSeries, held []evaluate.Held) error {
	c, err := counting("values", p, ref, group, held)
	if err != nil {
		return err
	}
	t := newTally(ref, group)
	if err := s.readInTurn(ctx, c, t.row); err != nil {
		return err
	}
	if len(ref.Segments) > 0 {
		c.file = "counted_segments"
		if err := s.readInTurn(ctx, c, t.counted); err != nil {
			return err
		}
	}
	var rows [][]any
	for at, cells := range t.cells {
		counts := drift.CountCells(cells)
		bucket := time.UnixMilli(int64(at.bucket) * p.Bucket.Milliseconds())
		rows = append(rows, []any{ref.Ref.Name, ref.Ref.Version, ref.ID, bucket, t.segments[at.segment], t.series[at.series].Name, counts.Cells, counts.N})
	}
	return s.insertInTurn(ctx, call{file: "insert_counts", subject: c.subject}, rows)
}
