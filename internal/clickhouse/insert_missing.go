package clickhouse

import (
	"context"
	"crypto/rand"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// InsertMissing implements [ingest.EventSink].
func (s *Store) InsertMissing(ctx context.Context, b *ingest.Batch) error {
	tables, err := tablesOf(b)
	if err != nil {
		return err
	}
	for _, t := range tables {
		at, err := s.missingEvents(ctx, b, t)
		if err != nil {
			return err
		}
		if len(at) == 0 {
			continue
		}
		if err := s.insertRange(ctx, t, len(at), b.Token(t.table)+"/"+rand.Text(), t.columns(at)); err != nil {
			return err
		}
	}
	return nil
}

// missingEvents returns the positions of the rows that are not in the table,
// each looked up by itself.
func (s *Store) missingEvents(ctx context.Context, b *ingest.Batch, t rows) ([]int, error) {
	type event struct {
		offset uint64
		id     string
	}
	stored := make(map[event]bool)
	names := map[string]any{"Table": t.table, "Versioned": t.table != "outcomes"}
	err := s.lookUp(ctx, b, t, call{file: "stored_events", names: names}, func(rows driver.Rows) error {
		var e event
		err := rows.Scan(&e.offset, &e.id)
		stored[e] = true
		return err
	})
	var at []int
	for i, offset := range t.offsets {
		if !stored[event{uint64(offset), t.id(i)}] {
			at = append(at, i)
		}
	}
	return at, err
}
