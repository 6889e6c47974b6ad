package schedule

import (
	"context"
	"time"
)

// Clock tells the time and waits for it.
type Clock interface {
	Now() time.Time
	// Sleep returns nil once the time is until or later, or ctx's error.
	Sleep(ctx context.Context, until time.Time) error
}

// Wall is the machine's clock.
type Wall struct{}

// Now returns the machine's time in UTC.
func (Wall) Now() time.Time { return time.Now().UTC() }

// recheck bounds one wait: timers stand still while a machine sleeps and know
// nothing of a clock that was set.
const recheck = time.Minute

// Sleep waits for the wall clock to reach until.
func (c Wall) Sleep(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		// Round drops the monotonic reading, so that the difference is the
		// one the wall clock shows.
		left := until.Sub(c.Now().Round(0))
		if left <= 0 {
			return ctx.Err()
		}
		timer.Reset(min(left, recheck))
	}
}
