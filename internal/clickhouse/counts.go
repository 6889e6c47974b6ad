package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// Counts implements [evaluate.Buckets].
func (s *Store) Counts(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	var windows []evaluate.Counts
	err := s.readInTurn(ctx, call{
		file:    "counts",
		subject: fmt.Sprintf("sum counts of %s from %s to %s", ref.Ref, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		args: args{
			"model": ref.Ref.Name, "version": ref.Ref.Version, "reference": ref.ID,
			"from": from, "to": to, "window": window.Milliseconds(),
		},
	}, func(rows driver.Rows) error {
		var number int64
		var segment, series string
		var c drift.Counts
		if err := rows.Scan(&number, &segment, &series, &c.Cells, &c.N); err != nil {
			return err
		}
		start := time.UnixMilli(number * window.Milliseconds()).UTC()
		if len(windows) == 0 || !windows[len(windows)-1].From.Equal(start) {
			windows = append(windows, evaluate.Counts{From: start, To: start.Add(window), Series: map[string]drift.Counts{}})
		}
		windows[len(windows)-1].Put(segment, series, c)
		return nil
	})
	return windows, err
}
