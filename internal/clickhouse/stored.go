package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Stored counts what has been stored.
type Stored struct {
	Predictions, Outcomes uint64            // of one model
	Rejects               map[string]uint64 // of all topics, by reason
}

// Stored counts the events of a model and all rejects. A model that has no
// table yet has no predictions.
func (s *Store) Stored(ctx context.Context, name string) (Stored, error) {
	stored := Stored{Rejects: map[string]uint64{}}
	err := s.read(ctx, call{file: "count_predictions", subject: "count predictions of " + name, names: predictionsTable(name)}, func(rows driver.Rows) error {
		return rows.Scan(&stored.Predictions)
	})
	if err != nil && !missing(err) {
		return stored, err
	}
	err = s.read(ctx, call{file: "count_outcomes", subject: "count outcomes of " + name, args: args{"model": name}}, func(rows driver.Rows) error {
		return rows.Scan(&stored.Outcomes)
	})
	if err != nil {
		return stored, err
	}
	err = s.read(ctx, call{file: "count_rejects", subject: "count rejects"}, func(rows driver.Rows) error {
		var reason string
		var n uint64
		err := rows.Scan(&reason, &n)
		stored.Rejects[reason] = n
		return err
	})
	return stored, err
}
