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
func (s *Store) Arrivals(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Arrival, error) {
	var all []evaluate.Arrival
	err := s.read(ctx, call{
		file:    "arrivals",
		subject: fmt.Sprintf("count what came for %s from %s to %s", p.Model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   predictionsTable(p.Model),
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
