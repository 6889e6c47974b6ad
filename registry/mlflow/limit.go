package mlflow

import (
	"context"
	"time"
)

// inFlight is how many requests may be under way at once.
const inFlight = 4

// limiter is a token bucket that needs no clock: each of its burst tokens comes
// back burst/rate seconds after it was taken, which is rate tokens per second.
type limiter struct {
	tokens chan struct{}
	back   time.Duration
	slots  chan struct{} // requests under way
}

func newLimiter(rate float64, burst int) *limiter {
	l := &limiter{
		tokens: make(chan struct{}, burst),
		back:   time.Duration(float64(burst) / rate * float64(time.Second)),
		slots:  make(chan struct{}, inFlight),
	}
	for range burst {
		l.tokens <- struct{}{}
	}
	return l
}

// enter waits for a turn. The caller calls leave when its request has ended.
func (l *limiter) enter(ctx context.Context) (leave func(), err error) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-l.tokens:
		time.AfterFunc(l.back, func() { l.tokens <- struct{}{} })
		return func() { <-l.slots }, nil
	case <-ctx.Done():
		<-l.slots
		return nil, ctx.Err()
	}
}
