package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// line is where statements of one kind wait for each other: while one runs, or
// others have their turn, those that come gather, and then go as one. A statement of a
// few rows costs the server what a statement costs, not what its rows do. Who comes when
// nothing runs goes at once.
type line[T any] struct {
	mu      sync.Mutex
	waiting map[string][]*waiter[T]
	running map[string]bool
}

// waiter is who waits for a part of a statement.
type waiter[T any] struct {
	ctx  context.Context
	part T
	run  func(context.Context, []T) error
	done chan error
}

// errApart tells those who went together that each has to go alone.
var errApart = errors.New("not together")

// join runs the part, together with those that wait and differ in nothing but their
// parts. A run that fails leaves them as they were. When that of several does, each
// is run alone: what is wrong with one is not the others' trouble.
func (l *line[T]) join(ctx context.Context, t *turns, c call, part T, run func(context.Context, []T) error) error {
	key := c.kind()
	w := &waiter[T]{ctx: ctx, part: part, run: run, done: make(chan error, 1)}
	if l.add(key, w) {
		go l.serve(t, key)
	}
	select {
	case err := <-w.done:
		if err == errApart {
			return t.take(ctx, c, func() error { return run(ctx, []T{part}) })
		}
		return err
	case <-ctx.Done():
		return &Error{Query: c.file + ".sql", Subject: c.subject, Err: ctx.Err(), sent: !l.drop(key, w)}
	}
}

// kind is what calls have in common that can be one statement.
func (c call) kind() string { return fmt.Sprint(c.file, c.names, c.args) }

// add puts w in line and reports whether somebody must come to serve it.
func (l *line[T]) add(key string, w *waiter[T]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting, l.running = map[string][]*waiter[T]{}, map[string]bool{}
	}
	l.waiting[key] = append(l.waiting[key], w)
	idle := !l.running[key]
	l.running[key] = true
	return idle
}

// drop takes w out of the line and reports whether it was still in it.
func (l *line[T]) drop(key string, w *waiter[T]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting[key], w)
	if i >= 0 {
		l.waiting[key] = slices.Delete(l.waiting[key], i, i+1)
	}
	return i >= 0
}

// size is how many wait.
func (l *line[T]) size(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[key])
}

// next returns those who wait, none when nobody does: then the caller no longer
// serves the line.
func (l *line[T]) next(key string) []*waiter[T] {
	runtime.Gosched() // whoever is about to come can: they were often let go together
	l.mu.Lock()
	defer l.mu.Unlock()
	group := l.waiting[key]
	delete(l.waiting, key)
	if len(group) == 0 {
		delete(l.running, key)
	}
	return group
}

// serve runs what waits in line until nothing does.
func (l *line[T]) serve(t *turns, key string) {
	for l.serveNext(t, key) {
	}
}

// serveNext runs what waits in line once it is its turn, and reports whether anything
// did.
func (l *line[T]) serveNext(t *turns, key string) bool {
	t.takeLine(func() int { return l.size(key) })
	defer t.end()
	group := l.next(key)
	if len(group) == 0 {
		return false
	}
	parts := make([]T, len(group))
	ctxs := make([]context.Context, len(group))
	for i, w := range group {
		parts[i], ctxs[i] = w.part, w.ctx
	}
	ctx, letGo := together(ctxs)
	defer letGo()
	err := group[0].run(ctx, parts)
	if err != nil && len(group) > 1 {
		err = errApart
	}
	for _, w := range group {
		w.done <- err
	}
	return true
}

// together returns a context that ends once all of these have, at the last deadline,
// if all have one: the driver looks at it before it waits for the server. When it is
// let go it does not end: the driver closes the connection of an insert whose context
// ends, and may do so when the insert has just ended, too; by then another statement
// has the connection.
func together(ctxs []context.Context) (all context.Context, letGo func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctxs[0]))
	if last, ok := lastDeadline(ctxs); ok {
		cancel()
		ctx, cancel = context.WithDeadline(context.WithoutCancel(ctxs[0]), last)
	}
	var left atomic.Int64
	left.Store(int64(len(ctxs)))
	gone := func() {
		if left.Add(-1) == 0 {
			cancel()
		}
	}
	stops := make([]func() bool, len(ctxs))
	for i, one := range ctxs {
		stops[i] = context.AfterFunc(one, gone)
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// lastDeadline returns the last of the deadlines; false when one has none.
func lastDeadline(ctxs []context.Context) (last time.Time, ok bool) {
	for _, ctx := range ctxs {
		deadline, ok := ctx.Deadline()
		if !ok {
			return time.Time{}, false
		}
		if deadline.After(last) {
			last = deadline
		}
	}
	return last, true
}
