package slack

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// How often, and how long at a time, a delivery waits when Slack says that it
// is too much at once. What lasts longer is left to the next tick.
const (
	patience    = 5
	longestWait = time.Minute
)

// Slack takes about one message a second in a channel, more in a short burst, and
// about as many calls of other methods. Once it was too much, driftd keeps to that
// for a while.
const (
	spacing   = 1200 * time.Millisecond
	spacedFor = time.Minute
)

// pace knows when the next message may go to a channel, or the next call of a
// method be made.
type pace struct {
	mu     sync.Mutex
	next   map[string]time.Time // by channel or method
	spaced map[string]time.Time // until when calls are spaced
}

func newPace() *pace { return &pace{next: map[string]time.Time{}, spaced: map[string]time.Time{}} }

// patient makes a call, in turn with all others of the same channel or method, and
// waits as long as Slack asks when it was too much.
func (p *pace) patient(ctx context.Context, log *slog.Logger, of string, call func() error) error {
	for attempt := 1; ; attempt++ {
		delay := p.turn(of)
		if delay > longestWait {
			return &slack.RateLimitedError{RetryAfter: delay}
		}
		if err := sleep(ctx, delay); err != nil {
			return err
		}
		err := call()
		limited, ok := errors.AsType[*slack.RateLimitedError](err)
		if !ok || attempt == patience {
			return err
		}
		log.Warn("slack asks to wait", "of", of, "attempt", attempt, "wait", limited.RetryAfter)
		p.tooMuch(of, limited.RetryAfter)
	}
}

// turn takes a place in the line and returns how long it is until then.
func (p *pace) turn(of string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at := p.next[of]
	if at.Before(now) {
		at = now
	}
	delay := at.Sub(now)
	if now.Before(p.spaced[of]) && delay <= longestWait {
		p.next[of] = at.Add(spacing)
	}
	return delay
}

func (p *pace) tooMuch(of string, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if free := now.Add(wait); p.next[of].Before(free) {
		p.next[of] = free
	}
	p.spaced[of] = now.Add(wait + spacedFor)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
