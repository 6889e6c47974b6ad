package schedule

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// asks is a cause for extra ticks that is there until a tick after it was run.
type asks struct {
	mu   sync.Mutex
	at   []time.Time
	done time.Time
	ring chan struct{}
}

func (a *asks) ask(at time.Time) {
	a.mu.Lock()
	a.at = append(a.at, at)
	a.mu.Unlock()
	select {
	case a.ring <- struct{}{}:
	default:
	}
}

func (a *asks) extra(ctx context.Context) (time.Time, error) {
	for {
		a.mu.Lock()
		for _, at := range a.at {
			if at.After(a.done) {
				a.mu.Unlock()
				return at, nil
			}
		}
		a.mu.Unlock()
		select {
		case <-a.ring:
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

func (a *asks) ran(tick time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done = tick
}

func TestLoopRunsAnExtraTickAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time starts at 2000-01-01T00:00:00Z
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour+time.Minute)
		defer cancel()
		start := time.Now()
		a := &asks{ring: make(chan struct{}, 1)}
		for _, after := range []time.Duration{
			20*time.Minute + 300*time.Microsecond, time.Hour - time.Millisecond, // so shortly before the next that there is no room
			time.Hour + 30*time.Minute, time.Hour + 30*time.Minute, // two at once are one cause
		} {
			time.AfterFunc(after, func() { a.ask(time.Now()) })
		}
		var got []string
		loop := Loop{Schedule: mustParse(t, "0 * * * *"), Bucket: time.Hour, Extra: a.extra}
		if err := loop.Run(ctx, Wall{}, func(_ context.Context, tick Tick) error {
			if !tick.Newest || tick.Time.After(time.Now().Add(time.Millisecond)) {
				t.Errorf("tick %+v at %s", tick, time.Now())
			}
			got = append(got, tick.Time.Sub(start).String())
			a.ran(tick.Time)
			return nil
		}); err != nil {
			t.Errorf("Run: %v", err)
		}
		if diff := cmp.Diff([]string{"20m0.001s", "1h0m0s", "1h30m0.001s", "2h0m0s"}, got); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

// An extra tick comes between the steps of the clock, not in the middle of one:
// no loop is left behind.
func TestSteppedWaitsForAnExtraTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2013, 4, 1, 0, 0, 0, 0, time.UTC)
		clock := NewStepped(start, 2)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := &asks{ring: make(chan struct{}, 1)}
		var mu sync.Mutex
		var got []string
		for _, name := range []string{"a", "b"} {
			loop := Loop{Schedule: mustParse(t, "0 * * * *"), Bucket: time.Hour}
			if name == "a" {
				loop.Extra = a.extra
			}
			go func() {
				_ = loop.Run(ctx, clock, func(_ context.Context, tick Tick) error {
					time.Sleep(time.Second)
					mu.Lock()
					defer mu.Unlock()
					got = append(got, name+tick.Time.Format(" 15:04:05.000"))
					if now := clock.Now(); tick.Time.Sub(now).Abs() > time.Millisecond {
						t.Errorf("%s: tick %s at %s", name, tick.Time, now)
					}
					if name == "a" {
						a.ran(tick.Time)
					}
					return nil
				})
			}()
		}
		for hour := range 3 {
			if err := clock.Advance(ctx, start.Add(time.Duration(hour)*time.Hour)); err != nil {
				t.Fatal(err)
			}
			if hour == 1 {
				a.ask(clock.Now().Add(time.Microsecond))
				synctest.Wait() // it has begun and takes a second, in which the clock is told to move
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if len(got) != 5 || got[2] != "a 01:00:00.001" {
			t.Errorf("ticks %q", got)
		}
		synctest.Wait()
	})
}

func TestSteppedStandsStillWhileALoopIsAwake(t *testing.T) {
	start := time.Date(2013, 4, 1, 0, 0, 0, 0, time.UTC)
	clock := NewStepped(start, 1)
	if clock.step(start.Add(time.Hour)) || !clock.Now().Equal(start) {
		t.Errorf("the clock moved to %s though its one loop does not sleep", clock.Now())
	}
}
