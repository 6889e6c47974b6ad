package clickhouse

import (
	"context"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Answer is what a query gave: the names of its columns, and rows of values in the
// types of the driver.
type Answer struct {
	Columns []string
	Rows    [][]any
}

// Ask runs a query that comes with its values in it, such as a panel that is written
// for Grafana. The server refuses it unless it only reads. subject is for the error
// text.
func (s *Store) Ask(ctx context.Context, subject, sql string) (Answer, error) {
	start := time.Now()
	answer, err := s.ask(ctx, sql)
	s.metrics.observe("panel", start, err)
	if err != nil {
		return answer, &Error{Query: "panel", Subject: subject, Err: err}
	}
	return answer, nil
}

func (s *Store) ask(ctx context.Context, sql string) (Answer, error) {
	var answer Answer
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"readonly": 1}))
	rows, err := s.conn.Query(ctx, sql)
	if err != nil {
		return answer, err
	}
	defer rows.Close()
	types := rows.ColumnTypes()
	answer.Columns = rows.Columns()
	for rows.Next() {
		into, row := make([]any, len(types)), make([]any, len(types))
		for i, t := range types {
			into[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := rows.Scan(into...); err != nil {
			return answer, err
		}
		for i := range into {
			row[i] = reflect.ValueOf(into[i]).Elem().Interface()
		}
		answer.Rows = append(answer.Rows, row)
	}
	return answer, rows.Err()
}
