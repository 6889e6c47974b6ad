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
	// Extra, unless nil, returns when there is cause for a tick out of turn, which
	// is to be later than after; or an error when ctx ends. It is asked while the
	// loop waits, and begun anew after every tick: it must not rely on having
	// been asked before.
	Extra func(ctx context.Context) (after time.Time, err error)
}

// Run calls fn for every tick until ctx ends, and then returns nil. Ticks that
// fall due while fn works are missed ticks like those of a downtime: they
// follow in order, and fn never runs twice at once. An error of fn ends the
// loop and is returned.
//
// An extra tick is of the clock's time, in milliseconds, or the next one that is
// free. What falls due meanwhile is due all the same.
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
		after, err := l.wait(ctx, clock, next)
		if err != nil {
			return nil
		}
		if after.IsZero() {
			continue
		}
		extra := later(clock.Now(), later(after, last).Add(time.Millisecond)).Truncate(time.Millisecond)
		if !extra.Before(next) { // the next one sees what there is to see
			if err := clock.Sleep(ctx, next); err != nil {
				return nil
			}
			continue
		}
		if err := fn(ctx, Tick{Time: extra, Newest: l.Schedule.Next(extra).After(clock.Now())}); err != nil {
			if errors.Is(err, ctx.Err()) {
				return nil
			}
			return err
		}
		last = extra
	}
}

// wait sleeps until the next tick, or returns early after what an extra one is
// to be; the zero time when there is none.
func (l Loop) wait(ctx context.Context, clock Clock, next time.Time) (after time.Time, err error) {
	if l.Extra == nil {
		return after, clock.Sleep(ctx, next)
	}
	waiting, wake := context.WithCancel(ctx)
	defer wake()
	asked := make(chan time.Time, 1)
	go func() {
		defer close(asked)
		if after, err := l.Extra(waiting); err == nil {
			asked <- after
			wake()
		}
	}()
	err = clock.Sleep(waiting, next)
	if err == nil || ctx.Err() != nil {
		wake()
		<-asked
		return after, err
	}
	return <-asked, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
