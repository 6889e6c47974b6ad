package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Activity implements [evaluate.Buckets].
func (s *Store) Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	ids, versions, err := s.versionIDs(ctx, p.Model)
	if err != nil {
		return nil, err
	}
	var active []evaluate.Activity
	err = s.readInTurn(ctx, call{
		file:    "activity",
		subject: "list active versions of " + p.Model,
		names:   predictionsTable(p.Model),
		args:    args{"ids": ids, "versions": versions, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		var a evaluate.Activity
		if err := rows.Scan(&a.Version, &a.First, &a.Last, &a.Rows, &a.Served); err != nil {
			return err
		}
		a.First, a.Last = a.First.UTC(), a.Last.UTC()
		active = append(active, a)
		return nil
	})
	return active, err
}
