package clickhouse

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed queries/*.sql
var queryFiles embed.FS

var queries = template.Must(template.New("queries").
	Option("missingkey=error").
	Funcs(template.FuncMap{"id": quote, "value": value}).
	ParseFS(queryFiles, "queries/*.sql"))

// args are values that the server binds to {name:Type}.
type args map[string]any

// call is one run of a statement.
type call struct {
	file    string // name in queries/, without .sql
	subject string // for the error text: operation and object
	names   any    // identifiers for the template
	args    args
	set     clickhouse.Settings // beside the ones of every connection
	own     bool                // it reads the own table of each model that asks
}

// render writes the statement.
func (c call) render() (string, error) {
	var sql strings.Builder
	if err := queries.ExecuteTemplate(&sql, c.file+".sql", c.names); err != nil {
		return "", fmt.Errorf("render: %w", err)
	}
	return sql.String(), nil
}

// bind returns the arguments as the driver wants them.
func (c call) bind() []any {
	named := make([]any, 0, len(c.args))
	for name, value := range c.args {
		if t, ok := value.(time.Time); ok {
			value = t.UnixMilli() // no text of a time is read alike under every setting
		}
		named = append(named, clickhouse.Named(name, value))
	}
	return named
}

// do times a statement and says what failed.
func (s *Store) do(ctx context.Context, c call, run func(ctx context.Context, sql string) (sent bool, err error)) error {
	start := time.Now()
	sql, err := c.render()
	sent := false
	if err == nil {
		if c.set != nil {
			ctx = clickhouse.Context(ctx, clickhouse.WithSettings(c.set))
		}
		sent, err = run(ctx, sql)
	}
	s.metrics.observe(c.file, start, err)
	if err != nil {
		return &Error{Query: c.file + ".sql", Subject: c.subject, Err: err, sent: sent}
	}
	return nil
}

// exec runs a statement without rows.
func (s *Store) exec(ctx context.Context, c call) error {
	return s.do(ctx, c, func(ctx context.Context, sql string) (bool, error) {
		return true, s.conn.Exec(ctx, sql, c.bind()...)
	})
}

// read hands every row of a statement to row.
func (s *Store) read(ctx context.Context, c call, row func(driver.Rows) error) error {
	return s.do(ctx, c, func(ctx context.Context, sql string) (bool, error) {
		rows, err := s.conn.Query(ctx, sql, c.bind()...)
		if err != nil {
			return false, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := row(rows); err != nil {
				return false, err
			}
		}
		return false, rows.Err()
	})
}

// discard is the row function of a statement whose answer does not matter.
func discard(driver.Rows) error { return nil }

// insert sends rows that come in pieces, each laid out column by column in the
// order of the statement's column list, as one block.
func (s *Store) insert(ctx context.Context, c call, pieces ...[]any) error {
	return s.send(ctx, c, func(batch driver.Batch) (sent bool, err error) {
		to := newBlock(batch)
		column := make([]any, len(pieces))
		for i := range pieces[0] {
			for k, piece := range pieces {
				column[k] = piece[i]
			}
			if err := to.add(i, column); err != nil {
				return false, err
			}
		}
		return false, nil
	})
}

// insertRows is insert for a few rows, each in the order of the column list. They go
// in with those that wait for the same table. Every such table knows a row by its key,
// so that it may be stored again when it is not known whether it was.
func (s *Store) insertRows(ctx context.Context, c call, rows [][]any) error {
	return s.insertRowsIn(ctx, s.prompt, c, rows)
}

// insertInTurn is insertRows for what nobody waits for but the tick.
func (s *Store) insertInTurn(ctx context.Context, c call, rows [][]any) error {
	return s.insertRowsIn(ctx, s.turns, c, rows)
}

func (s *Store) insertRowsIn(ctx context.Context, t *turns, c call, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return s.inserts.join(ctx, t, c, rows, func(ctx context.Context, group [][][]any) error {
		return s.send(ctx, c, func(batch driver.Batch) (sent bool, err error) {
			for i, row := range slices.Concat(group...) {
				if i > 0 && i%pieceRows == 0 {
					sent, err = true, batch.Flush()
				}
				if err == nil {
					err = batch.Append(row...)
				}
				if err != nil {
					return sent, err
				}
			}
			return sent, nil
		})
	})
}

// pieceRows is how many rows of an insert are sent at a time: the connection keeps a
// buffer as large as the largest. The server puts them together before it stores them.
const pieceRows = 2048

// send runs an INSERT with the rows that fill appends, some of which it may send.
func (s *Store) send(ctx context.Context, c call, fill func(driver.Batch) (sent bool, err error)) error {
	return s.do(ctx, c, func(ctx context.Context, sql string) (bool, error) {
		ctx, letGo := together([]context.Context{ctx})
		defer letGo()
		batch, err := s.conn.PrepareBatch(ctx, sql)
		if err != nil {
			return false, err
		}
		defer batch.Close()
		if sent, err := fill(batch); err != nil {
			return sent, err
		}
		return true, batch.Send()
	})
}
