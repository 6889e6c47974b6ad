package ingest

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// drainInterval is how often Drained looks at what other processes have stored;
// what this one stores is announced.
const drainInterval = 25 * time.Millisecond

// progress tells waiters that something was stored.
type progress struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait returns a channel that is closed at the next announcement.
func (p *progress) wait() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	return p.next
}

func (p *progress) announce() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}

// Drained returns when every event that was in the topics at the time of the
// call is stored and committed, by whichever member of the group. Topics that
// do not exist hold nothing. It fails only when ctx ends, and then says what
// was missing.
func (c *Consumer) Drained(ctx context.Context) error {
	ends, err := c.ends(ctx)
	for attempt := 1; err != nil; attempt++ {
		if !backoff(ctx, attempt) {
			return fmt.Errorf("wait until topics are stored: %w: %w", ctx.Err(), err)
		}
		ends, err = c.ends(ctx)
	}
	for {
		announced := c.progress.wait() // before looking, so that nothing is missed
		left, err := c.remaining(ctx, ends)
		if err == nil {
			total := int64(0)
			for _, n := range left {
				total += n
			}
			if total == 0 {
				return nil
			}
			err = fmt.Errorf("%d offsets are not stored yet", total)
		}
		timer := time.NewTimer(drainInterval)
		select {
		case <-announced:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("wait until topics are stored: %w: %w", ctx.Err(), err)
		}
		timer.Stop()
	}
}

// Lag returns, for every topic that exists, how many offsets the group has yet
// to store.
func (c *Consumer) Lag(ctx context.Context) (map[string]int64, error) {
	ends, err := c.ends(ctx)
	if err != nil {
		return nil, err
	}
	left, err := c.remaining(ctx, ends)
	if err != nil {
		return nil, err
	}
	lag := make(map[string]int64)
	for at, n := range left {
		lag[at.topic] += n
	}
	return lag, nil
}

// ends returns what the topics hold now.
func (c *Consumer) ends(ctx context.Context) (map[place]bounds, error) {
	partitions, err := c.cluster.partitions(ctx)
	if err != nil {
		return nil, err
	}
	places := make([]place, len(partitions))
	for i, p := range partitions {
		places[i] = place{p.Topic, p.ID}
	}
	if len(places) == 0 {
		return map[place]bounds{}, nil
	}
	return c.cluster.bounds(ctx, places)
}

// remaining returns for every place how many offsets before its end are not
// committed.
func (c *Consumer) remaining(ctx context.Context, ends map[place]bounds) (map[place]int64, error) {
	places := make([]place, 0, len(ends))
	for at := range ends {
		places = append(places, at)
	}
	if len(places) == 0 {
		return nil, nil
	}
	committed, err := c.cluster.committed(ctx, places)
	if err != nil {
		return nil, err
	}
	left := make(map[place]int64, len(ends))
	for at, log := range ends {
		left[at] = max(0, log.end-max(log.first, committed[at].CommittedOffset))
	}
	return left, nil
}
