package clickhouse

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// maxTurns is how many statements of ticks run at a time. More would only wait within
// the server, each with its memory; here those that can be one gather meanwhile. One
// that others may join begins only when fewer than maxShared run.
const (
	maxTurns  = 4
	maxShared = 2
)

// maxCounting bounds the models whose references are in memory whole at a time: fifty
// series of a thousand knots are some megabytes, and so is what they are counted by.
const maxCounting = 8

// Counters are the turns of models that are counted, for the evaluator.
func (s *Store) Counters() chan struct{} { return s.counting }

// turns lets so many statements run at a time. Those that nobody can join go first,
// the oldest before the others: whom they let go come to lines, where more gather. Of
// these, the one goes next in which models have waited longest, taken together.
type turns struct {
	all, shared int // how many run, of all and when a line begins

	mu      sync.Mutex
	running int
	alone   []chan struct{} // closed when it is its turn
	lines   []*lineTurn
}

// lineTurn is a line that waits for its turn.
type lineTurn struct {
	given chan struct{}
	since time.Time
	size  func() int
}

func newTurns(all, shared int) *turns { return &turns{all: all, shared: shared} }

// take runs a statement when it is its turn.
func (t *turns) take(ctx context.Context, c call, run func() error) error {
	mine := make(chan struct{})
	t.mu.Lock()
	t.alone = append(t.alone, mine)
	t.give()
	t.mu.Unlock()
	select {
	case <-mine:
		defer t.end()
		return run()
	case <-ctx.Done():
		t.leave(mine)
		return &Error{Query: c.file + ".sql", Subject: c.subject, Err: ctx.Err()}
	}
}

// leave gives up the turn that mine waits for, or has just been given.
func (t *turns) leave(mine chan struct{}) {
	t.mu.Lock()
	i := slices.Index(t.alone, mine)
	if i >= 0 {
		t.alone = slices.Delete(t.alone, i, i+1)
	}
	t.mu.Unlock()
	if i < 0 {
		t.end()
	}
}

// takeLine waits for the turn of a line, in which size wait, which the caller ends.
func (t *turns) takeLine(size func() int) {
	mine := &lineTurn{given: make(chan struct{}), since: time.Now(), size: size}
	t.mu.Lock()
	t.lines = append(t.lines, mine)
	t.give()
	t.mu.Unlock()
	<-mine.given
}

func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running--
	t.give()
}

// give gives the turns that are free.
func (t *turns) give() {
	for t.running < t.all && len(t.alone) > 0 {
		t.running++
		close(t.alone[0])
		t.alone = t.alone[1:]
	}
	for t.running < t.shared && len(t.lines) > 0 {
		t.running++
		longest, next := time.Duration(-1), 0
		for i, l := range t.lines {
			if waited := time.Duration(l.size()) * time.Since(l.since); waited > longest {
				longest, next = waited, i
			}
		}
		close(t.lines[next].given)
		t.lines = slices.Delete(t.lines, next, next+1)
	}
}

// readInTurn is read for a statement of a tick that shares nothing. row asks nothing
// of the store.
func (s *Store) readInTurn(ctx context.Context, c call, row func(driver.Rows) error) error {
	return s.turns.take(ctx, c, func() error { return s.read(ctx, c, row) })
}
