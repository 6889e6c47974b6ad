package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// An insert of groupRows rows is not made larger. As long as fewer wait for a
// table, one insert runs at a time, so that they gather; then two do.
const groupRows = 1 << 16

// groups gathers the inserts that wait for their table while others run, so that
// they go in as one: what an insert and the merges after it cost depends on
// the number of parts more than on that of rows.
type groups struct {
	mu      sync.Mutex
	waiting map[string][]*member // by statement, which names table and columns
	running map[string]int
}

// member is the part that one range has in a group.
type member struct {
	ctx       context.Context
	rows      rows
	statement string
	token     string
	done      chan error
}

// insertTogether inserts all of the rows, together with others that go into the
// same table. An error is that of the whole group.
func (s *Store) insertTogether(ctx context.Context, t rows, token string) error {
	statement, err := t.call.render()
	if err != nil {
		return fmt.Errorf("%s: %w", t.subject(len(t.offsets)), err)
	}
	m := &member{ctx: ctx, rows: t, statement: statement, token: token, done: make(chan error, 1)}
	if s.groups.add(m) {
		go s.insertGroups(statement)
	}
	select {
	case err := <-m.done:
		return err
	case <-ctx.Done():
		return &Error{Query: t.call.file + ".sql", Subject: t.subject(len(t.offsets)), Err: ctx.Err(), sent: !s.groups.drop(m)}
	}
}

// add puts m in line and reports whether somebody must come to serve it.
func (g *groups) add(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting[m.statement] = append(g.waiting[m.statement], m)
	rows := 0
	for _, w := range g.waiting[m.statement] {
		rows += len(w.rows.offsets)
	}
	running := g.running[m.statement]
	if running > 1 || running == 1 && rows < groupRows {
		return false
	}
	g.running[m.statement]++
	return true
}

// drop takes m out of the line and reports whether it was still in it.
func (g *groups) drop(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	waiting := g.waiting[m.statement]
	i := slices.Index(waiting, m)
	if i < 0 {
		return false
	}
	g.waiting[m.statement] = slices.Delete(waiting, i, i+1)
	return true
}

// next returns the members of the next group, none when nobody waits: then the
// caller no longer serves the line.
func (g *groups) next(statement string) []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	waiting, n := g.waiting[statement], 0
	for rows := 0; n < len(waiting) && rows < groupRows; n++ {
		rows += len(waiting[n].rows.offsets)
	}
	if n == 0 {
		g.running[statement]--
		return nil
	}
	group := slices.Clone(waiting[:n])
	g.waiting[statement] = slices.Delete(waiting, 0, n)
	return group
}

// insertGroups inserts what waits in line until nothing does.
func (s *Store) insertGroups(statement string) {
	for group := s.groups.next(statement); group != nil; group = s.groups.next(statement) {
		err := s.insertGroup(group)
		for _, m := range group {
			m.done <- err
		}
	}
}

func (s *Store) insertGroup(group []*member) error {
	var ctxs []context.Context
	var tokens []string
	var pieces [][]any
	n := 0
	for _, m := range group {
		ctxs = append(ctxs, m.ctx)
		tokens = append(tokens, m.token)
		pieces = append(pieces, m.rows.columns(positions(len(m.rows.offsets))))
		n += len(m.rows.offsets)
	}
	ctx, letGo := together(ctxs)
	defer letGo()
	return s.insertRange(ctx, group[0].rows, n, groupToken(tokens), pieces...)
}

// insertRange is one INSERT under a token.
func (s *Store) insertRange(ctx context.Context, t rows, n int, token string, pieces ...[]any) error {
	c := t.call
	c.subject = t.subject(n)
	c.set = clickhouse.Settings{
		"insert_deduplication_token": token,
		// Rows with equal keys are few, and merges and reads see to them: looking for
		// them at every insert costs more than all the rest of it.
		"optimize_on_insert": 0,
	}
	return s.insert(ctx, c, pieces...)
}

func (t rows) subject(n int) string { return fmt.Sprintf("insert %d rows into %s", n, t.table) }

// groupToken names the ranges of a group; of one range, it is that one's token.
func groupToken(tokens []string) string {
	if len(tokens) == 1 {
		return tokens[0]
	}
	slices.Sort(tokens)
	sum := sha256.Sum256([]byte(strings.Join(tokens, "\n")))
	return "group/" + hex.EncodeToString(sum[:])
}
