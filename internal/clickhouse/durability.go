package clickhouse

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
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

// window is how many inserted parts a table of events remembers the tokens of, at
// least. A batch makes one part for every month it touches, so that a repeat is
// recognised after as many other batches as 10,000 divided by their months: with
// one month and 100 partitions that are stored every second, for 100 s. Beyond, as
// after any failure that leaves doubt, rows are looked up by their offsets.
const window = 10_000

var windowSetting = regexp.MustCompile(`replicated_deduplication_window = (\d+)`)

// checkWindows refuses a table of events that forgets insert tokens too soon:
// somebody made or altered it by hand. Replicated tables remember 10,000 unless
// told otherwise.
func (s *Store) checkWindows(ctx context.Context) error {
	return s.engines(ctx, func(table, engine string) error {
		if table != "outcomes" && table != "rejects" && !strings.HasPrefix(table, "predictions_") {
			return nil
		}
		have, setting := 0, "non_replicated_deduplication_window"
		if strings.HasPrefix(engine, "Replicated") {
			have, setting = window, "replicated_deduplication_window"
		}
		if m := windowSetting.FindStringSubmatch(engine); m != nil {
			have, _ = strconv.Atoi(m[1]) // digits; too many of them are a large window
		}
		if have < window {
			return fmt.Errorf("%w: table %s has a deduplication window of %d parts, want at least %d: run `ALTER TABLE %s MODIFY SETTING %s = %d`",
				ErrSchemaDiffers, table, have, window, table, setting, window)
		}
		return nil
	})
}
