package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// Features returns the features of a model that have typed columns, or are about
// to get them, sorted by column.
func (s *Store) Features(ctx context.Context, name string) ([]ingest.Feature, error) {
	var all []ingest.Feature
	err := s.read(ctx, call{
		file: "declared_features", subject: "list features of " + name, args: args{"table": predictionsTable(name)},
	}, func(rows driver.Rows) error {
		f := ingest.Feature{Kind: ingest.Category}
		var column, kind string
		err := rows.Scan(&f.Name, &column, &kind)
		switch {
		case column == featureColumn(f.Name, true):
			f.Kind = ingest.Timestamp
		case kind == numberType:
			f.Kind = ingest.Number
		}
		all = append(all, f)
		return err
	})
	return all, err
}

// Overflow is a feature that events carry and that has no typed column, or whose
// value had the wrong type for it.
type Overflow struct {
	Name                           string
	Rows, Numbers, Category, Times uint64 // rows that carry it; as a JSON number; as a text or boolean; as the text of a moment
	Example                        string // one value, as JSON
}

// Overflow lists what the events of the data's last days carry beside the typed
// columns, sorted by name. It reads all of it: seconds where there is much.
func (s *Store) Overflow(ctx context.Context, name string, days int) ([]Overflow, error) {
	var all []Overflow
	err := s.read(ctx, call{
		file: "overflow", subject: "list undeclared features of " + name, names: predictionsTable(name), args: args{"days": days},
	}, func(rows driver.Rows) error {
		var o Overflow
		err := rows.Scan(&o.Name, &o.Rows, &o.Numbers, &o.Category, &o.Times, &o.Example)
		all = append(all, o)
		return err
	})
	return all, err
}

// maxCategory is the longest text that ingest takes for a category, in bytes.
const maxCategory = 512

// Backfill fills the typed column of a feature from the values that came before
// there was one, and returns how many rows have a value now, and how many carry
// one that does not fit. Doing it again does the rest. It is a mutation: every
// part that holds such a value has the column written anew.
func (s *Store) Backfill(ctx context.Context, m ingest.Model, f ingest.Feature) (filled, unfit uint64, err error) {
	names := map[string]any{"Table": predictionsTable(m.Name), "Column": featureColumn(f.Name, f.Kind == ingest.Timestamp), "Kind": f.Kind.String()}
	err = s.exec(ctx, call{
		file: "backfill", subject: fmt.Sprintf("backfill feature %q of %s", f.Name, m.Name), names: names,
		args: args{"name": f.Name, "longest": maxCategory},
		set:  clickhouse.Settings{"mutations_sync": 2},
	})
	if err != nil {
		return 0, 0, err
	}
	err = s.read(ctx, call{
		file: "count_backfilled", subject: fmt.Sprintf("count feature %q of %s", f.Name, m.Name), names: names, args: args{"name": f.Name},
	}, func(rows driver.Rows) error { return rows.Scan(&filled, &unfit) })
	return filled, unfit, err
}
