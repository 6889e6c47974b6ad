package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
)

// Fleet returns how the serving versions of the other models, and the model
// itself, were judged within the day that ends with the tick.
func (s *Store) Fleet(ctx context.Context, name string, tick time.Time) (alerts.Fleet, error) {
	fleet := alerts.Fleet{Models: 1}
	about := args{"model": name, "tick": tick, "from": tick.Add(-24 * time.Hour)}
	err := s.read(ctx, call{file: "fleet", subject: "read how the models beside " + name + " stand", args: about}, func(rows driver.Rows) error {
		var other string
		var critical bool
		err := rows.Scan(&other, &critical)
		fleet.Models++
		if critical {
			fleet.Critical = append(fleet.Critical, other)
		}
		return err
	})
	if err != nil {
		return fleet, err
	}
	err = s.read(ctx, call{file: "fleet_acted", subject: "count the demotions beside those of " + name, args: about}, func(rows driver.Rows) error {
		var acted uint64
		err := rows.Scan(&acted)
		fleet.Acted = int(acted)
		return err
	})
	if err != nil {
		err = fmt.Errorf("how the fleet stands at %s: %w", tick.Format(time.RFC3339), err)
	}
	return fleet, err
}
