package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Arrivals implements [evaluate.Arrivals]. Rejects that were replayed count as
// the events that they are now; rows of files are not counted as rejects.
func (s *Store) Arrivals(ctx context.Context, p evaluate.Policy, buckets []time.Time) ([]evaluate.Arrival, error) {
	if len(buckets) == 0 {
		return nil, nil
	}
	from, to := stretches(buckets, p.Bucket)
	var all []evaluate.Arrival
	err := s.readInTurn(ctx, call{
		file:    "arrivals",
		subject: fmt.Sprintf("count what came for %s in %d buckets from %s", p.Model, len(buckets), buckets[0].Format(time.RFC3339)),
		names:   map[string]any{"Table": predictionsTable(p.Model), "From": from},
		args:    args{"model": p.Model, "from": from, "to": to, "bucket": p.Bucket.Milliseconds()},
	}, func(rows driver.Rows) error {
		var number int64
		var a evaluate.Arrival
		err := rows.Scan(&number, &a.Served, &a.Events, &a.Rejected, &a.Reason)
		a.Bucket = time.UnixMilli(number * p.Bucket.Milliseconds()).UTC()
		all = append(all, a)
		return err
	})
	return all, err
}

// stretches puts together ascending buckets that follow each other: from where
// and to where each stretch goes, in milliseconds.
func stretches(buckets []time.Time, length time.Duration) (from, to []int64) {
	for _, b := range buckets {
		start, end := b.UnixMilli(), b.Add(length).UnixMilli()
		if n := len(to); n > 0 && to[n-1] == start {
			to[n-1] = end
		} else {
			from, to = append(from, start), append(to, end)
		}
	}
	return from, to
}
