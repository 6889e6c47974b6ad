package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// queued lets statements wait, one a second, while two others run, and returns the order
// in which they ran. Of "line 3", three wait.
func queued(t *testing.T, names ...string) (order []string) {
	t.Helper()
	turns := newTurns(2, 2)
	for range 2 {
		turns.takeLine(func() int { return 1 })
	}
	ran := make(chan string, len(names))
	for _, name := range names {
		go func() {
			var size int
			if _, err := fmt.Sscanf(name, "line %d", &size); err != nil {
				_ = turns.take(t.Context(), call{}, func() error { ran <- name; return nil })
				return
			}
			turns.takeLine(func() int { return size })
			ran <- name
			turns.end()
		}()
		time.Sleep(time.Second)
	}
	turns.end() // the other one runs on, so that one runs at a time
	for range names {
		order = append(order, <-ran)
	}
	return order
}

func TestWhoIsAloneGoesBeforeLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := []string{"a", "b", "line 9"}
		if order := queued(t, "line 9", "a", "b"); !slices.Equal(order, want) {
			t.Errorf("ran %v, want %v", order, want)
		}
	})
}

func TestTheLineThatWaitedLongestGoesNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Four seconds of one, three of two, two of two, one of three: what models wait counts.
		want := []string{"line 2", "line 1", "line 2", "line 3"}
		if order := queued(t, "line 1", "line 2", "line 2", "line 3"); !slices.Equal(order, want) {
			t.Errorf("ran %v, want %v", order, want)
		}
	})
}

func TestALineLeavesRoomForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2, 1)
		turns.takeLine(func() int { return 1 })
		began := false
		go func() {
			turns.takeLine(func() int { return 9 })
			began = true
			turns.end()
		}()
		synctest.Wait()
		if err := turns.take(t.Context(), call{}, func() error { return nil }); err != nil || began {
			t.Errorf("error %v, another line began: %t", err, began)
		}
		turns.end()
		synctest.Wait()
		if !began {
			t.Error("the line did not begin once nothing ran")
		}
	})
}

// A turn that is given at the moment it is given up goes to the next.
func TestAnAbandonedTurnIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1, 1)
		for range 100 {
			ctx, cancel := context.WithCancel(t.Context())
			turns.takeLine(func() int { return 1 })
			go func() { _ = turns.take(ctx, call{}, func() error { return nil }) }()
			synctest.Wait()
			cancel()
			turns.end()
			synctest.Wait()
		}
		if turns.running != 0 || len(turns.alone) != 0 {
			t.Errorf("%d run and %d wait", turns.running, len(turns.alone))
		}
	})
}
