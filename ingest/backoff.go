package ingest

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Waiting times between attempts: doubling from the first to the longest.
const (
	firstBackoff   = 100 * time.Millisecond
	longestBackoff = 10 * time.Second
)

// backoff waits before the attempt that follows the given one (from 1), half of
// it at random so that many processes do not come back at once. It reports
// whether ctx is still alive.
func backoff(ctx context.Context, attempt int) bool {
	d := longestBackoff
	if attempt < 8 {
		d = min(d, firstBackoff<<(attempt-1))
	}
	return sleep(ctx, d/2+rand.N(d/2))
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// quiet lets one log line per key through, then none for a while. Errors that
// repeat are counted by metrics.
type quiet struct {
	mu     sync.Mutex
	recent map[string]bool
}

const quietFor = 10 * time.Second

func (q *quiet) allow(key string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.recent[key] {
		return false
	}
	if q.recent == nil {
		q.recent = make(map[string]bool)
	}
	q.recent[key] = true
	time.AfterFunc(quietFor, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.recent, key)
	})
	return true
}
