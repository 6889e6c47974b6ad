package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Orphans counts the requests that got an outcome in [from, to), and among them
// those that nobody predicted from a maturity before to a maturity after: such
// outcomes are kept and speak for no version.
func (s *Store) Orphans(ctx context.Context, p evaluate.Policy, from, to time.Time) (outcomes, orphans uint64, err error) {
	err = s.readInTurn(ctx, call{
		file:    "orphans",
		subject: fmt.Sprintf("count orphan outcomes of %s from %s to %s", p.Model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   predictionsTable(p.Model),
		args:    args{"model": p.Model, "from": from, "to": to, "maturity": p.Maturity.Milliseconds()},
	}, func(rows driver.Rows) error { return rows.Scan(&outcomes, &orphans) })
	if missing(err) {
		return 0, 0, nil // a model that has no table yet
	}
	return outcomes, orphans, err
}
