package schedule

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Stepped is a clock that moves only when told, so that hours of events can be
// stored first and their ticks run afterwards, in order, as fast as the
// machine allows.
type Stepped struct {
	loops int

	mu       sync.Mutex
	now      time.Time
	sleepers []*sleeper
	asleep   chan struct{} // closed and replaced whenever one falls asleep
}

type sleeper struct {
	until time.Time
	wake  chan struct{}
}

// NewStepped returns a clock that stands at start. loops is how many
// goroutines sleep by it (one per running Loop): Advance waits for all of them.
func NewStepped(start time.Time, loops int) *Stepped {
	return &Stepped{loops: loops, now: start.UTC(), asleep: make(chan struct{})}
}

// Now returns the time the clock was last moved to.
func (c *Stepped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep returns once Advance has moved the clock to until.
func (c *Stepped) Sleep(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	if !until.After(c.now) {
		c.mu.Unlock()
		return nil
	}
	s := &sleeper{until: until, wake: make(chan struct{})}
	c.sleepers = append(c.sleepers, s)
	close(c.asleep)
	c.asleep = make(chan struct{})
	c.mu.Unlock()

	select {
	case <-s.wake:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sleepers = slices.DeleteFunc(c.sleepers, func(other *sleeper) bool { return other == s })
		return ctx.Err()
	}
}

// Advance moves the clock to the given time, from one awaited moment to the
// next, and returns when every loop has run what was due and sleeps again. It
// never moves backwards. Only one goroutine may call it. A loop that has ended
// never sleeps again: cancel ctx when one does.
func (c *Stepped) Advance(ctx context.Context, to time.Time) error {
	for {
		if err := c.settle(ctx); err != nil {
			return err
		}
		if c.step(to) {
			return nil
		}
	}
}

// settle waits until all loops sleep.
func (c *Stepped) settle(ctx context.Context) error {
	for {
		c.mu.Lock()
		sleeping, asleep := len(c.sleepers), c.asleep
		c.mu.Unlock()
		if sleeping >= c.loops {
			return ctx.Err()
		}
		select {
		case <-asleep:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// step wakes the sleepers with the earliest time, or, when that lies beyond
// to, moves to it and reports that nothing is left to do. It does neither unless
// all loops sleep.
func (c *Stepped) step(to time.Time) (done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sleepers) < c.loops {
		return false // one was woken for an extra tick meanwhile
	}
	next := to
	for _, s := range c.sleepers {
		if s.until.Before(next) {
			next = s.until
		}
	}
	if next.After(c.now) {
		c.now = next.UTC()
	}
	woken := 0
	c.sleepers = slices.DeleteFunc(c.sleepers, func(s *sleeper) bool {
		if s.until.After(c.now) {
			return false
		}
		close(s.wake)
		woken++
		return true
	})
	return woken == 0
}
