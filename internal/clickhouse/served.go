package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/internal/model"
)

// Served implements [alerts.Traffic]. first is zero when ref served nothing.
func (s *Store) Served(ctx context.Context, ref model.Ref, from, to time.Time) (all, byRef uint64, first time.Time, err error) {
	err = s.read(ctx, call{
		file:    "served",
		subject: "count predictions served by " + ref.String(),
		names:   predictionsTable(ref.Name),
		args:    args{"model": ref.Name, "version": ref.Version, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		return rows.Scan(&all, &byRef, &first)
	})
	return all, byRef, known(first), err
}
