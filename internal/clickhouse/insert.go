package clickhouse

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// rows are the rows of a batch that go into one table.
type rows struct {
	call    call
	table   string
	offsets []int64
	times   []time.Time
	id      func(i int) string // what tells an event apart from others of its offset
	// columns returns the rows at the given positions, column by column.
	columns func(at []int) []any
}

// Insert implements [ingest.Sink].
//
// One INSERT per table, or several ranges in one, its token naming them, so that
// the server drops a plain repeat. When an earlier attempt may have been
// applied, the token is not asked: a server killed in the middle may know the
// token without having the rows. Then the rows are looked up by their offsets,
// and what is missing goes in alone under a token of its own. Should the earlier
// attempt still be running, a row is there twice until the engine merges it away
// by its key; reads do not see it.
func (s *Store) Insert(ctx context.Context, b *ingest.Batch, suspect bool) error {
	tables, err := tablesOf(b)
	if err != nil {
		return err
	}
	for _, t := range tables {
		token := b.Token(t.table)
		if suspect {
			err = s.insertUnstored(ctx, b, t, token+"/"+rand.Text())
		} else {
			err = s.insertTogether(ctx, t, token)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// insertUnstored inserts the rows that are not in the table.
func (s *Store) insertUnstored(ctx context.Context, b *ingest.Batch, t rows, token string) error {
	at, err := s.unstored(ctx, b, t)
	if err != nil || len(at) == 0 {
		return err
	}
	return s.insertRange(ctx, t, len(at), token, t.columns(at))
}

// unstored returns the positions of the rows that are not in the table.
func (s *Store) unstored(ctx context.Context, b *ingest.Batch, t rows) ([]int, error) {
	// Rows of one message with one time are in one part, stored together or not at
	// all. And a topic that was created anew counts its offsets from 0 again: there
	// the time tells them apart.
	type event struct {
		offset uint64
		milli  int64
	}
	stored := make(map[event]bool, len(t.offsets))
	err := s.lookUp(ctx, b, t, call{file: "stored_offsets", names: t.table}, func(rows driver.Rows) error {
		var e event
		err := rows.Scan(&e.offset, &e.milli)
		stored[e] = true
		return err
	})
	var at []int
	for i, offset := range t.offsets {
		if !stored[event{uint64(offset), epoch(t.times[i]).UnixMilli()}] {
			at = append(at, i)
		}
	}
	return at, err
}

// lookUp asks for the rows of the batch's range and times that are in the table.
func (s *Store) lookUp(ctx context.Context, b *ingest.Batch, t rows, c call, row func(driver.Rows) error) error {
	from, to := epoch(t.times[0]), epoch(t.times[0])
	for _, at := range t.times {
		at = epoch(at) // as it is stored
		if at.Before(from) {
			from = at
		}
		if at.After(to) {
			to = at
		}
	}
	c.subject = fmt.Sprintf("look up offsets %d to %d of %s/%d in %s", b.First, b.Last, b.Topic, b.Partition, t.table)
	c.args = args{
		"topic": b.Topic, "partition": b.Partition, "first": b.First, "last": b.Last,
		"from": from, "to": to, // the table is ordered by time, not by offset
	}
	return s.read(ctx, c, row)
}

// positions returns 0 … n-1.
func positions(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	return at
}

// pick returns the values at the given positions.
func pick[T any](column []T, at []int) []T {
	if len(at) == len(column) {
		return column // positions are distinct and ascending: all of them
	}
	picked := make([]T, len(at))
	for i, position := range at {
		picked[i] = column[position]
	}
	return picked
}

func pickNumbers(n ingest.Numbers, at []int) numbers {
	return numbers{Values: pick(n.Values, at), Nulls: pick(n.Nulls, at)}
}

func pickTexts(t ingest.Texts, at []int) texts {
	return texts{Texts: ingest.Texts{Dictionary: t.Dictionary, Keys: pick(t.Keys, at)}}
}
