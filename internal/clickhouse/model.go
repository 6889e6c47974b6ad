package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// column is a column of a model's own table that stands for a declared name.
type column struct {
	Column string // f_…, c_… or s_…
	Type   string
	name   string // as declared
	what   string // feature, class or segment
}

// Types of features.
const (
	numberType   = "Nullable(Float64)"
	categoryType = "LowCardinality(Nullable(String))"
)

// columnsOf returns the declared columns of a model in the order in which they
// are inserted.
func columnsOf(m ingest.Model) ([]column, error) {
	columns := make([]column, 0, len(m.Features)+len(m.Classes)+len(m.Segments))
	for _, f := range m.Features {
		c := column{Column: featureColumn(f.Name, f.Kind == ingest.Timestamp), Type: numberType, name: f.Name, what: "feature"}
		if f.Kind == ingest.Category {
			c.Type = categoryType
		}
		columns = append(columns, c)
	}
	for _, name := range m.Classes {
		columns = append(columns, column{Column: classColumn(name), Type: numberType, name: name, what: "class"})
	}
	for _, name := range m.Segments {
		columns = append(columns, column{Column: segmentColumn(name), Type: "LowCardinality(String)", name: name, what: "segment"})
	}
	taken := make(map[string]string, len(columns))
	for _, c := range columns {
		if other, ok := taken[c.Column]; ok {
			return nil, fmt.Errorf("%s %q: its column %s is that of %q: declare each name once", c.what, c.name, c.Column, other)
		}
		taken[c.Column] = c.name
	}
	return columns, nil
}

// EnsureModel makes the model's table, or adds the columns it lacks. A feature
// that is declared with another kind than before is an [ErrSchemaDiffers]:
// what was stored cannot become the other kind. Columns that are not declared
// any more stay.
func (s *Store) EnsureModel(ctx context.Context, m ingest.Model) error {
	if err := m.Check(); err != nil {
		return fmt.Errorf("ensure table of %w", err)
	}
	declared, err := columnsOf(m)
	if err != nil {
		return fmt.Errorf("ensure table of model %q: %w", m.Name, err)
	}
	table := predictionsTable(m.Name)
	if err := s.checkNames(ctx, m.Name, table, declared); err != nil {
		return err
	}
	types, err := s.columnTypes(ctx, table)
	if err != nil {
		return err
	}
	var lacking []column
	for _, c := range declared {
		switch have, ok := types[c.Column]; {
		case !ok:
			lacking = append(lacking, c)
		case have != c.Type:
			return fmt.Errorf("%w: %s %q of model %s is stored as %s, now declared as %s: declare it as before, or under a new name",
				ErrSchemaDiffers, c.what, c.name, m.Name, have, c.Type)
		}
	}
	if err := s.saveNames(ctx, m.Name, table, declared); err != nil {
		return err
	}
	names := map[string]any{"Table": table, "Columns": lacking}
	switch {
	case len(types) == 0:
		if err := s.exec(ctx, call{file: "create_predictions", subject: "create table " + table, names: names}); err != nil {
			return err
		}
		return s.setDurability(ctx)
	case len(lacking) > 0:
		return s.exec(ctx, call{file: "widen_predictions", subject: fmt.Sprintf("add %d columns to %s", len(lacking), table), names: names})
	}
	return nil
}

// columnTypes returns the types of a table's columns, none when there is no table.
func (s *Store) columnTypes(ctx context.Context, table string) (map[string]string, error) {
	types := map[string]string{}
	err := s.read(ctx, call{file: "column_types", subject: "read columns of " + table, args: args{"table": table}}, func(rows driver.Rows) error {
		var name, kind string
		err := rows.Scan(&name, &kind)
		types[name] = kind
		return err
	})
	return types, err
}

// checkNames refuses a table or a column that stands for another name, and a feature
// that has the column of another kind.
func (s *Store) checkNames(ctx context.Context, model, table string, declared []column) error {
	names, features := make(map[string]string, len(declared)), make(map[string]string, len(declared))
	for _, c := range declared {
		names[c.Column] = c.name
		if c.what == "feature" {
			features[c.name] = c.Column
		}
	}
	return s.read(ctx, call{file: "feature_names", subject: "read features of " + model, args: args{"table": table}}, func(rows driver.Rows) error {
		var owner, column, name string
		if err := rows.Scan(&owner, &column, &name); err != nil {
			return err
		}
		if owner != model {
			return fmt.Errorf("%w: table %s belongs to model %q: rename model %q", ErrSchemaDiffers, table, owner, model)
		}
		if now, ok := names[column]; ok && now != name {
			return fmt.Errorf("%w: column %s of %s belongs to %q: rename %q", ErrSchemaDiffers, column, table, name, now)
		}
		if now := features[name]; now != "" && now != column && (column == featureColumn(name, false) || column == featureColumn(name, true)) {
			return fmt.Errorf("%w: feature %q of model %s is stored in column %s, now declared for %s: declare it as before, or under a new name",
				ErrSchemaDiffers, name, model, column, now)
		}
		return nil
	})
}

// saveNames records which name stands behind which column; a row without a
// column records whose table it is.
func (s *Store) saveNames(ctx context.Context, model, table string, declared []column) error {
	var rows [][]any
	for _, c := range append([]column{{}}, declared...) {
		rows = append(rows, []any{model, table, c.Column, c.Type, c.name})
	}
	return s.insertRows(ctx, call{file: "insert_features", subject: "record features of " + model}, rows)
}
