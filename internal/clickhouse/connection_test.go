package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/parts"
)

// proxied is a store that reaches the engine through a proxy.
func proxied(t *testing.T) (*Store, *parts.Proxy) {
	t.Helper()
	s := migrated(t, flights)
	proxy := parts.NewProxy(t, s.options.Addresses[0])
	o := s.options
	o.Addresses = []string{proxy.Address}
	through := open(t, o)
	if err := through.Ping(t.Context()); err != nil { // a connection is there to be broken
		t.Fatal(err)
	}
	return through, proxy
}

// untilStored repeats an insert as ingest does: suspect once an attempt left doubt.
func untilStored(t *testing.T, s *Store, b *ingest.Batch) (doubtful int) {
	t.Helper()
	suspect := false
	for began := time.Now(); time.Since(began) < parts.Patience; {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := s.Insert(ctx, b, suspect)
		cancel()
		if err == nil {
			return doubtful
		}
		var a interface{ Ambiguous() bool }
		if !errors.As(err, &a) || a.Ambiguous() {
			suspect = true
			doubtful++
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("not stored within " + parts.Patience.String())
	return 0
}

// The connection breaks before anything was sent, in the middle of the rows, after
// all of them were served and only the answer was lost, or without a word. There
// is one copy, on disk too.
func TestInsertOverBrokenConnections(t *testing.T) {
	for _, c := range []struct {
		name     string
		fault    func(*parts.Proxy)
		doubtful bool // the failure must leave doubt
	}{
		{"cut before", (*parts.Proxy).Cut, false},
		{"cut in the middle of the statement", func(p *parts.Proxy) { p.CutAfter(100) }, false},
		{"cut in the middle of the rows", func(p *parts.Proxy) { p.CutAfter(50_000) }, true},
		{"answer dropped", func(p *parts.Proxy) { time.AfterFunc(20*time.Millisecond, p.DropAnswers) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, proxy := proxied(t)
			c.fault(proxy)
			doubtful := untilStored(t, s, hundreds(0, 20_000))
			if doubtful == 0 && c.doubtful {
				t.Error("no attempt left doubt: the fault was none")
			}
			if diff := cmp.Diff([3]uint64{20_000, 20_000, 0}, copies(t, s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The proxy does its worst while ranges are stored, several at a time.
func TestInsertsInANetworkStorm(t *testing.T) {
	s, proxy := proxied(t)
	rng := seeded(t, 42)
	ctx, calm := context.WithCancel(t.Context())
	var storm, work sync.WaitGroup
	storm.Go(func() { proxy.Storm(ctx, rng, 60*time.Millisecond) })
	const workers, ranges = 4, 12
	doubtful := make([]int, workers)
	for w := range workers {
		work.Go(func() {
			for r := range ranges {
				b := hundred(int64(1000 * (w*ranges + r)))
				b.Partition = w
				doubtful[w] += untilStored(t, s, b)
			}
		})
	}
	work.Wait()
	calm()
	storm.Wait()
	const n = workers * ranges
	direct := open(t, withAddress(s.options, parts.Engine(t).Address))
	seen := map[string]uint64{}
	for _, table := range []string{"predictions_flights", "outcomes", "rejects"} {
		seen[table] = scalar[uint64](t, direct, "SELECT count() FROM "+table+" FINAL")
	}
	if diff := cmp.Diff(map[string]uint64{"predictions_flights": 100 * n, "outcomes": 50 * n, "rejects": n}, seen); diff != "" {
		t.Errorf("rows that readers see: %s", diff)
	}
	total := 0
	for _, d := range doubtful {
		total += d
	}
	t.Logf("%d ranges, %d attempts left doubt; on disk %v", n, total, copies(t, direct))
	if total == 0 {
		t.Error("no attempt left doubt: the storm was none")
	}
}

func withAddress(o Options, address string) Options {
	o.Addresses = []string{address}
	return o
}

// Connections that died while they idled cost attempts and no row, and failures do
// not use up the pool.
func TestStaleConnections(t *testing.T) {
	s, proxy := proxied(t)
	for i := range 40 { // more than the pool holds
		proxy.Cut()
		untilStored(t, s, batch(flights, int64(1000*i), []prediction{{ID: "p", Version: "1", At: at(i, 0), Score: 0.5}}))
	}
	if got := copies(t, s); got != [3]uint64{40, 0, 0} {
		t.Errorf("rows %v", got)
	}
}

// A server that falls silent in the middle of an insert does not hold it longer
// than its context says; what it did meanwhile is found.
func TestInsertIntoSilence(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(*parts.Proxy)
	}{{"stalled", (*parts.Proxy).Stall}, {"half open", (*parts.Proxy).HalfOpen}} {
		t.Run(c.name, func(t *testing.T) {
			s, proxy := proxied(t)
			c.fault(proxy)
			b := hundred(0)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- s.Insert(ctx, b, false) }()
			select {
			case err := <-ended:
				if err == nil {
					t.Fatal("acknowledged by nobody")
				}
			case <-time.After(parts.Patience):
				t.Fatal("the insert outlives its context")
			}
			proxy.Cut()
			untilStored(t, s, b)
			if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A context that ends when its insert has just succeeded takes the connection from
// nobody who has it next.
func TestAContextThatEndsAfterItsInsert(t *testing.T) {
	s := migrated(t)
	idle, stop := context.WithCancel(t.Context())
	defer stop()
	for range 32 { // a busy process, whose goroutines wait for their turn
		go func() {
			for idle.Err() == nil {
			}
		}()
	}
	var all sync.WaitGroup
	for k := range 8 {
		all.Go(func() {
			for i := range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				err := s.send(ctx, call{file: "insert_tags", subject: "insert"}, func(b driver.Batch) (bool, error) {
					return false, b.Append(fmt.Sprint("m", k), "1", "k", "v", at(i, 0))
				})
				cancel()
				if err != nil {
					t.Errorf("insert %d of %d: %v", i, k, err)
					return
				}
			}
		})
	}
	all.Wait()
}
