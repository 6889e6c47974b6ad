package schedule

import (
	"context"
	"errors"
	"time"
)

// Tick is a moment at which a model is judged.
type Tick struct {
	Time time.Time
	// Newest is false while catching up: a later tick was due already.
	Newest bool
	// Epoch numbers the term of the replica that runs it, upwards; 0 when there
	// can be only one.
	Epoch int32
}

// Loop runs the ticks of one schedule, one after the other.
type Loop struct {
	Schedule Schedule
	// Last is the last tick that was run; what fell due since is run first.
	// Zero when none ever was: the first is then the next one.
	Last time.Time
	// Bucket and Lateness decide which missed ticks have something to judge.
	Bucket, Lateness time.Duration
}

// Run calls fn for every tick until ctx ends, and then returns nil. Ticks that
// fall due while fn works are missed ticks like those of a downtime: they
// follow in order, and fn never runs twice at once. An error of fn ends the
// loop and is returned.
func (l Loop) Run(ctx context.Context, clock Clock, fn func(context.Context, Tick) error) error {
	last := l.Last
	if last.IsZero() {
		last = clock.Now()
	}
	for {
		for t := range l.Schedule.CatchUp(last, clock.Now(), l.Bucket, l.Lateness) {
			if ctx.Err() != nil {
				return nil
			}
			newest := l.Schedule.Next(t).After(clock.Now())
			if err := fn(ctx, Tick{Time: t, Newest: newest}); err != nil {
				if errors.Is(err, ctx.Err()) {
					return nil
				}
				return err
			}
			last = t
		}
		next := l.Schedule.Next(last)
		if next.IsZero() {
			<-ctx.Done()
			return nil
		}
		if err := clock.Sleep(ctx, next); err != nil {
			return nil
		}
	}
}
