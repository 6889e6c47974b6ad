package clickhouse

import (
	"context"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// Where values are counted. To read and count one costs a third of what it costs to send
// a knot and make it ready, and a statement that counts costs something of its own.
const (
	alwaysFew  = 10_000 // values that are read whatever the knots
	fewPerKnot = 3
)

// few says whether the values of the series are read to be counted, rather than left where
// they are.
func few(group []evaluate.ReferenceSeries, held []evaluate.Held) bool {
	values, knots := 0, 0
	for _, h := range held {
		values += int(h.Rows) * len(group)
	}
	for _, s := range group {
		knots += len(s.Layout.Knots)
	}
	return values <= alwaysFew+fewPerKnot*knots
}

// countHere reads the values and counts them by the layouts, also into the given
// counts by bucket.
func (s *Store) countHere(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, group []evaluate.ReferenceSeries, held []evaluate.Held, into map[time.Time]*evaluate.Counts) error {
	c, err := s.counted(ctx, "values", p, ref, group, held)
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
	t.each(func(bucket uint32, segment, series string, counts drift.Counts) {
		start := bucketStart(int64(bucket), p.Bucket)
		if into[start] == nil {
			into[start] = &evaluate.Counts{From: start, To: start.Add(p.Bucket), Series: map[string]drift.Counts{}}
		}
		if len(counts.Cells) > 0 {
			into[start].Put(segment, series, counts)
		}
		rows = append(rows, []any{ref.Ref.Name, ref.Ref.Version, ref.ID, start, segment, series, counts.Cells, counts.N})
	})
	return s.insertInTurn(ctx, call{file: "insert_counts", subject: c.subject}, rows)
}
