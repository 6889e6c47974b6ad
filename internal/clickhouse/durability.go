package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// engines calls each with every table that driftd owns and its engine clause.
func (s *Store) engines(ctx context.Context, each func(table, engine string) error) error {
	return s.read(ctx, call{file: "engines", subject: "read table settings"}, func(rows driver.Rows) error {
		var table, engine string
		if err := rows.Scan(&table, &engine); err != nil {
			return err
		}
		return each(table, engine)
	})
}

// setDurability makes every table acknowledge inserts as configured.
func (s *Store) setDurability(ctx context.Context) error {
	fsync := s.options.Durability == Fsync
	var differ []string
	err := s.engines(ctx, func(table, engine string) error {
		if strings.Contains(engine, "fsync_after_insert = 1") != fsync {
			differ = append(differ, table)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range differ {
		err := s.exec(ctx, call{
			file:    "set_durability",
			subject: fmt.Sprintf("set durability %s on %s", s.options.Durability, table),
			names:   map[string]any{"Table": table, "Fsync": fsync},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkWindows refuses a table of events that forgets insert tokens: somebody
// made or altered it by hand.
func (s *Store) checkWindows(ctx context.Context) error {
	return s.engines(ctx, func(table, engine string) error {
		events := table == "outcomes" || table == "rejects" || strings.HasPrefix(table, "predictions_")
		if events && !strings.Contains(engine, "non_replicated_deduplication_window = 10000") {
			return fmt.Errorf("%w: table %s has no deduplication window: run `ALTER TABLE %s MODIFY SETTING non_replicated_deduplication_window = 10000`",
				ErrSchemaDiffers, table, table)
		}
		return nil
	})
}
