package clickhouse

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/parts"
)

// The engine is killed again and again while ranges are inserted. Each insert
// is repeated until it is acknowledged, suspect once an attempt was ambiguous:
// every row is there once, none twice, none missing.
func TestKilledServerLeavesOneCopy(t *testing.T) {
	if testing.Short() {
		t.Skip("kills an engine of its own for several seconds")
	}
	rng := seeded(t, 99)
	s, engine, _ := ownEngine(t)
	ctx := t.Context()

	// At least so many ranges, and more until kills have struck inserts.
	const least, most, size = 60, 600, 2000
	const kills = 40
	done := make(chan struct{})
	killed := make(chan int)
	go func() {
		n := 0
		defer func() { killed <- n }()
		for n < kills {
			if engine.Ready(ctx) != nil {
				return
			}
			select { // from when it is up, or it would never get anything done
			case <-done:
				return
			case <-time.After(time.Duration(20+rng.IntN(250)) * time.Millisecond):
			}
			if pid := engine.PID(); pid > 0 && syscall.Kill(pid, syscall.SIGKILL) == nil {
				n++
			}
			select {
			case <-done:
				return
			case <-time.After(300 * time.Millisecond): // for the supervisor to notice
			}
		}
	}()
	attempts, suspects, ranges := 0, 0, 0
	for ; ranges < least || suspects < 3 && ranges < most; ranges++ {
		r := ranges
		b := hundreds(int64(r*size), size)
		suspect := false
		for {
			attempts++
			if suspect {
				suspects++
			}
			err := s.Insert(ctx, b, suspect)
			if err == nil {
				break
			}
			if a, ok := err.(interface{ Ambiguous() bool }); ok && a.Ambiguous() {
				suspect = true
			}
			time.Sleep(50 * time.Millisecond)
			if err := engine.Ready(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(done)
	n := <-killed
	if err := engine.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(parts.Patience); s.Ping(ctx) != nil && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("%d kills, %d attempts at %d ranges, %d of them suspect", n, attempts, ranges, suspects)
	if n < 3 || suspects == 0 {
		t.Errorf("%d kills and %d suspect inserts: the test tests nothing", n, suspects)
	}
	stored := uint64(ranges * size)
	for query, want := range map[string]uint64{
		"SELECT count() FROM predictions_flights FINAL":      stored,
		"SELECT uniqExact(_offset) FROM predictions_flights": stored,
		"SELECT count() FROM predictions_flights":            stored, // not even hidden copies
		"SELECT count() FROM outcomes FINAL":                 stored,
		"SELECT count() FROM outcomes":                       stored,
	} {
		if got := scalar[uint64](t, s, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

// hundreds is a batch of n predictions and n outcomes, in two months.
func hundreds(first int64, n int) *ingest.Batch {
	var rows []prediction
	var outcomes []outcome
	for i := range n {
		id := fmt.Sprint(first + int64(i))
		made := at(31*(i%2), time.Duration(i)*time.Second)
		rows = append(rows, prediction{ID: id, Version: "1", At: made, Score: 0.5, Class: "1", Features: []any{float64(i), "UA"}})
		outcomes = append(outcomes, outcome{ID: id, At: made.Add(time.Hour), Label: "1"})
	}
	return batch(flights, first, rows, outcomes...)
}
