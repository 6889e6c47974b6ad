package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// maxTurns is how many statements of ticks run at a time. More would only wait within
// the server, each with its memory; here those that can be one gather meanwhile.
const maxTurns = 4

// maxCounting bounds the models whose references are in memory whole at a time: fifty
// series of a thousand knots are some megabytes, and so is what they are counted by.
const maxCounting = 8

// Counters are the turns of models that are counted, for the evaluator. Verdicts
// are saved from the end of this line: until it is their turn, more gather.
func (s *Store) Counters() chan struct{} { return s.counting }

// turns holds one for each statement that runs.
type turns chan struct{}

// take runs a statement when it is its turn.
func (t turns) take(ctx context.Context, c call, run func() error) error {
	select {
	case t <- struct{}{}:
		defer func() { <-t }()
		return run()
	case <-ctx.Done():
		return &Error{Query: c.file + ".sql", Subject: c.subject, Err: ctx.Err()}
	}
}

// readInTurn is read for a statement of a tick that shares nothing. row asks nothing
// of the store.
func (s *Store) readInTurn(ctx context.Context, c call, row func(driver.Rows) error) error {
	return s.turns.take(ctx, c, func() error { return s.read(ctx, c, row) })
}
