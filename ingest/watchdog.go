package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// How long one attempt at an insert may take, and how long after the end of its
// context the sink may take to notice. A storage that neither answers nor fails
// must not hold a partition for ever, and neither must a sink that hangs.
const (
	defaultInsertTimeout = 2 * time.Minute
	defaultHangGrace     = 10 * time.Second
)

var errHung = errors.New("an insert does not end: its partitions are given up and read again")

// attempts are the inserts that are under way now.
type attempts struct {
	mu    sync.Mutex
	since map[*Batch]time.Time
}

func (a *attempts) begin(b *Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since == nil {
		a.since = make(map[*Batch]time.Time)
	}
	a.since[b] = time.Now()
}

func (a *attempts) end(b *Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.since, b)
}

// longer returns the inserts that have been under way for more than d.
func (a *attempts) longer(d time.Duration) (all []*Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for b, since := range a.since {
		if time.Since(since) > d {
			all = append(all, b)
		}
	}
	return all
}

// guard makes inserts that take long visible, and returns true when one does not
// end although its time is up.
func (g *generation) guard(ctx context.Context) bool {
	slow := g.insertTimeout / 4
	for sleep(ctx, slow/4) {
		for _, b := range g.attempts.longer(slow) {
			g.health.set(b.placeName(), fmt.Errorf("insert offsets %d to %d of %s: no answer within %s", b.First, b.Last, b.placeName(), slow))
		}
		if len(g.attempts.longer(g.insertTimeout+g.hangGrace)) > 0 {
			return true
		}
	}
	return false
}

// join waits for the work on the partitions. Work that outlives its context by
// more than the grace hangs: it is left behind. Should it wake up, it can commit
// nothing any more, and what it stored is found by the replay of its range.
func (g *generation) join(working context.Context, work *errgroup.Group) error {
	finished := make(chan error, 1)
	go func() { finished <- work.Wait() }()
	select {
	case err := <-finished:
		return err
	case <-working.Done():
	}
	grace := time.NewTimer(g.hangGrace)
	defer grace.Stop()
	select {
	case err := <-finished:
		return err
	case <-grace.C:
	}
	for _, b := range g.attempts.longer(0) {
		g.metrics.hung.WithLabelValues(b.Topic).Inc()
		g.log.Error("insert hangs and is left behind", "topic", b.Topic, "partition", b.Partition, "offset", b.First)
	}
	return errHung
}
