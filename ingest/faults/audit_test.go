//go:build linux

package faults

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/internal/chengine"
)

// tables are where messages end up, with the column that identifies the event; a
// reject has lost its id.
var tables = []struct{ name, id string }{
	{"predictions_churn", "prediction_id"},
	{"predictions_fraud", "prediction_id"},
	{"outcomes", "prediction_id"},
	{"rejects", "''"},
}

func connect(at chengine.Endpoint) (driver.Conn, error) {
	return clickhouse.Open(&clickhouse.Options{
		Addr: []string{at.Address},
		Auth: clickhouse.Auth{Database: "driftd", Username: at.Username, Password: at.Password},
	})
}

// audit compares what is stored with what the log holds.
type audit struct {
	stored, rejected int // messages found
	lost             []position
	foreign          []position // stored, but not in the log for a reader of committed records
	altered          []position // stored with another id
	visible          duplicates // as readers see: with FINAL
	physical         duplicates // rows on disk, which the engine has not merged away yet
}

// duplicates counts rows beyond the first.
type duplicates struct{ byOffset, byID int }

func (d duplicates) String() string { return fmt.Sprintf("%d by offset, %d by id", d.byOffset, d.byID) }

// perfect says that readers see every message once. A copy on disk that FINAL hides
// is told, not held against us.
func (a audit) perfect() bool {
	return len(a.lost) == 0 && len(a.foreign) == 0 && len(a.altered) == 0 && a.visible == duplicates{}
}

// examine reads every row, with and without FINAL. want is the log: the key of
// every message that a reader of committed records sees.
func examine(ctx context.Context, conn driver.Conn, want map[position]string) (audit, error) {
	var a audit
	seen := make(map[position]bool, len(want))
	err := rows(ctx, conn, " FINAL", &a.visible, func(table string, at position, id string) {
		seen[at] = true
		key, known := want[at]
		switch {
		case !known:
			a.foreign = append(a.foreign, at)
		case table == "rejects":
			a.rejected++
		case key != id:
			a.altered = append(a.altered, at)
		default:
			a.stored++
		}
	})
	if err != nil {
		return a, err
	}
	for at := range want {
		if !seen[at] {
			a.lost = append(a.lost, at)
		}
	}
	return a, rows(ctx, conn, "", &a.physical, func(string, position, string) {})
}

// rows visits every row of every table, the first time that its position occurs.
func rows(ctx context.Context, conn driver.Conn, final string, twice *duplicates, first func(table string, at position, id string)) error {
	at := make(map[position]bool)
	for _, table := range tables {
		ids := make(map[string]bool)
		found, err := conn.Query(ctx, fmt.Sprintf("SELECT _topic, _partition, _offset, %s FROM %s%s", table.id, table.name, final))
		if err != nil {
			return err
		}
		for found.Next() {
			var p position
			var partition uint32
			var offset uint64
			var id string
			if err := found.Scan(&p.topic, &partition, &offset, &id); err != nil {
				return err
			}
			p.partition, p.offset = int(partition), int64(offset)
			if id != "" && ids[id] {
				twice.byID++
			}
			ids[id] = true
			if at[p] {
				twice.byOffset++
				continue
			}
			at[p] = true
			first(table.name, p, id)
		}
		if err := found.Err(); err != nil {
			return err
		}
	}
	return nil
}

// copies counts rows on disk that are there twice, over all tables, at this
// moment: a merge may remove them before the end.
func copies(ctx context.Context, conn driver.Conn) (n uint64, err error) {
	for _, table := range tables {
		var twice uint64
		err := conn.QueryRow(ctx, "SELECT count() - uniqExact(_topic, _partition, _offset) FROM "+table.name).Scan(&twice)
		if err != nil {
			return 0, err
		}
		n += twice
	}
	return n, nil
}

// within counts the rows of a range, over all tables.
func within(ctx context.Context, conn driver.Conn, at position, first, last int64) (n uint64, err error) {
	for _, table := range tables {
		var found uint64
		err := conn.QueryRow(ctx, fmt.Sprintf("SELECT uniqExact(_offset) FROM %s WHERE _topic = '%s' AND _partition = %d AND _offset BETWEEN %d AND %d",
			table.name, at.topic, at.partition, first, last)).Scan(&found)
		if err != nil {
			return 0, err
		}
		n += found
	}
	return n, nil
}
