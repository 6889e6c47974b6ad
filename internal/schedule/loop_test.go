package schedule

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLoopWaitsForTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time starts at 2000-01-01T00:00:00Z
		ctx, cancel := context.WithTimeout(t.Context(), 46*time.Minute)
		defer cancel()
		var got []string
		loop := Loop{Schedule: mustParse(t, "*/15 * * * *"), Bucket: time.Hour}
		err := loop.Run(ctx, Wall{}, func(_ context.Context, tick Tick) error {
			if now := time.Now(); !now.Equal(tick.Time) || !tick.Newest {
				t.Errorf("tick %+v ran at %s", tick, now)
			}
			got = append(got, tick.Time.Format(time.TimeOnly))
			return nil
		})
		if err != nil {
			t.Errorf("Run: %v", err)
		}
		if diff := cmp.Diff([]string{"00:15:00", "00:30:00", "00:45:00"}, got); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

func TestLoopRunsMissedTicksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		var got []Tick
		loop := Loop{
			Schedule: mustParse(t, "*/15 * * * *"),
			Last:     time.Now().Add(-150 * time.Minute).UTC(), // 21:30
			Bucket:   time.Hour,
		}
		if err := loop.Run(ctx, Wall{}, func(_ context.Context, tick Tick) error {
			got = append(got, tick)
			return nil
		}); err != nil {
			t.Errorf("Run: %v", err)
		}
		day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		want := []Tick{
			{Time: day.Add(-2 * time.Hour)}, {Time: day.Add(-time.Hour)}, {Time: day, Newest: true},
			{Time: day.Add(15 * time.Minute), Newest: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

func TestLoopNeverOverlapsAndCatchesUpWithItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Hour+30*time.Minute)
		defer cancel()
		running := false
		var got []string
		loop := Loop{Schedule: mustParse(t, "0 * * * *"), Bucket: time.Hour}
		if err := loop.Run(ctx, Wall{}, func(_ context.Context, tick Tick) error {
			if running {
				t.Error("two ticks at once")
			}
			running = true
			if len(got) == 0 {
				time.Sleep(150 * time.Minute) // ticks 2 and 3 fall due meanwhile
			}
			running = false
			got = append(got, tick.Time.Format("15:04")+map[bool]string{true: " newest"}[tick.Newest])
			return nil
		}); err != nil {
			t.Errorf("Run: %v", err)
		}
		want := []string{"01:00 newest", "02:00", "03:00 newest", "04:00 newest"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

func TestLoopEndsWithTheErrorOfATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("storage is gone")
		loop := Loop{Schedule: mustParse(t, "0 * * * *"), Bucket: time.Hour}
		err := loop.Run(t.Context(), Wall{}, func(context.Context, Tick) error { return broken })
		if !errors.Is(err, broken) {
			t.Errorf("Run returned %v, want %v", err, broken)
		}
	})
}

func TestSteppedRunsAllThatIsDueInOrderOverAllLoops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2013, 4, 1, 0, 0, 0, 0, time.UTC)
		clock := NewStepped(start, 2)
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		var got []string
		var loops sync.WaitGroup
		for name, expr := range map[string]string{"a": "0 */6 * * *", "b": "30 4 * * *"} {
			loop := Loop{Schedule: mustParse(t, expr), Bucket: time.Hour}
			loops.Go(func() {
				if err := loop.Run(ctx, clock, func(_ context.Context, tick Tick) error {
					time.Sleep(time.Second) // work takes a while; the stepped clock does not move
					mu.Lock()
					defer mu.Unlock()
					got = append(got, name+tick.Time.Format(" 15:04"))
					if now := clock.Now(); !now.Equal(tick.Time) || !tick.Newest {
						t.Errorf("%s: tick %+v at %s", name, tick, now)
					}
					return nil
				}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		for _, step := range []struct {
			to   time.Duration
			want []string
		}{
			{3 * time.Hour, nil},
			{12 * time.Hour, []string{"b 04:30", "a 06:00", "a 12:00"}},
			{11 * time.Hour, []string{"b 04:30", "a 06:00", "a 12:00"}}, // never backwards
			{18 * time.Hour, []string{"b 04:30", "a 06:00", "a 12:00", "a 18:00"}},
		} {
			if err := clock.Advance(ctx, start.Add(step.to)); err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("advance to %s (-want +got):\n%s", step.to, diff)
			}
			mu.Unlock()
		}
		if want := start.Add(18 * time.Hour); !clock.Now().Equal(want) {
			t.Errorf("the clock stands at %s, want %s", clock.Now(), want)
		}
		cancel()
		loops.Wait()
	})
}

func TestSteppedAdvanceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		clock := NewStepped(time.Unix(0, 0), 1) // nobody ever sleeps by it
		if err := clock.Advance(ctx, time.Unix(60, 0)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Advance returned %v, want the end of its context", err)
		}
	})
}

func TestWallSleepsInShortWaitsUntilTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		if err := (Wall{}).Sleep(t.Context(), begin.Add(3*time.Hour+time.Second)); err != nil {
			t.Fatal(err)
		}
		if slept := time.Since(begin); slept != 3*time.Hour+time.Second {
			t.Errorf("slept %s", slept)
		}
		if err := (Wall{}).Sleep(t.Context(), begin); err != nil {
			t.Errorf("a time that has passed: %v", err)
		}
	})
}
