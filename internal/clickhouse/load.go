package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// Load implements [ingest.LoadJournal].
func (s *Store) Load(ctx context.Context, source string) (l ingest.Load, found bool, err error) {
	l.Source = source
	err = s.read(ctx, call{file: "load", subject: "read how far " + source + " is loaded", args: args{"source": source}}, func(rows driver.Rows) error {
		found = true
		var next, pending, read, events, rejected, skipped uint64
		var kind string
		err := rows.Scan(&next, &pending, &l.Finished, &l.Name, &kind, &l.Topic, &l.Started, &read, &events, &rejected, &skipped)
		l.Kind, l.Started = ingest.TopicKind(kind), l.Started.UTC()
		l.Next, l.Pending = int64(next), int64(pending)
		l.Rows, l.Events, l.Rejected, l.Skipped = int64(read), int64(events), int64(rejected), int64(skipped)
		return err
	})
	return l, found, err
}

// SaveLoad implements [ingest.LoadJournal].
func (s *Store) SaveLoad(ctx context.Context, l ingest.Load) error {
	return s.insertRows(ctx, call{
		file: "insert_load", subject: fmt.Sprintf("record that %s is loaded to row %d", l.Source, l.Next),
	}, [][]any{{
		l.Source, uint64(l.Next), uint64(l.Pending), l.Finished, l.Name, string(l.Kind), l.Topic, l.Started,
		uint64(l.Rows), uint64(l.Events), uint64(l.Rejected), uint64(l.Skipped),
	}})
}

// Counting returns how many events of a source count: those that neither
// another row of it nor another event replaced. Outcomes always count here:
// which of them is valid is decided when asked.
func (s *Store) Counting(ctx context.Context, source string, kind ingest.TopicKind, models []ingest.Model) (uint64, error) {
	tables := []string{"outcomes"}
	if kind == ingest.PredictionsTopic {
		tables = nil
		for _, m := range models {
			tables = append(tables, predictionsTable(m.Name))
		}
	}
	total := uint64(0)
	for _, table := range tables {
		err := s.read(ctx, call{file: "count_loaded", subject: "count rows of " + source + " in " + table, names: table, args: args{"topic": source}}, func(rows driver.Rows) error {
			var n uint64
			err := rows.Scan(&n)
			total += n
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}
