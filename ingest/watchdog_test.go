package ingest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// An insert that hangs, deaf to the end of its context, is seen, counted and left
// behind; its range is stored again, as suspect, and the others go on. When it
// wakes up it can do no harm. At a stop it is not waited for.
func TestHungInsertIsLeftBehind(t *testing.T) {
	for _, stop := range []bool{false, true} {
		t.Run(map[bool]string{false: "running", true: "at a stop"}[stop], func(t *testing.T) {
			_, broker := fake(t)
			entered, wake := make(chan struct{}), make(chan struct{})
			var hung atomic.Bool
			sink := &memory{}
			sink.before = func(_ context.Context, b *Batch, _ bool) error {
				if b.Topic == "predictions" && !hung.Swap(true) {
					close(entered)
					<-wake
				}
				return nil
			}
			cfg := config(broker)
			cfg.StopTimeout = 0
			c := start(t, cfg, sink, func(c *Consumer) { c.insertTimeout, c.hangGrace = 400*time.Millisecond, 50*time.Millisecond })
			ids, messages := names("a", 50)
			p := producer(t, broker)
			produce(t, p, "predictions", 0, messages...)
			<-entered
			if stop {
				c.stop() // returns
				close(wake)
				return
			}
			eventually(t, "unhealthy", func() bool {
				err := c.Healthy()
				return err != nil && strings.Contains(err.Error(), "of predictions/0: no answer")
			})
			c.drained(t)
			if diff := cmp.Diff(ids, sink.ids()); diff != "" {
				t.Error(diff)
			}
			if got := testutil.ToFloat64(c.metrics.hung.WithLabelValues("predictions")); got != 1 {
				t.Errorf("%v hung inserts counted, want 1", got)
			}
			if call := sink.calls()[0]; !call.suspect || call.rows != 50 {
				t.Errorf("the range was stored again by %+v, want all of it as suspect", call)
			}
			committed := committedMetadata(t, c)
			close(wake)
			produce(t, p, "predictions", 0, prediction("b"))
			c.drained(t)
			if got := committedMetadata(t, c); got.CommittedOffset != committed.CommittedOffset+1 {
				t.Errorf("committed %+v after the hung insert woke up, %+v before", got, committed)
			}
			if err := c.Healthy(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The lag grows with the log although nothing is fetched while storage is slow.
func TestLagGrowsWhileStorageIsDown(t *testing.T) {
	_, broker := fake(t)
	sink, restore := unavailable()
	cfg := config(broker)
	cfg.Flush.Bytes, cfg.MaxInFlight = 1<<10, 1<<10
	c := start(t, cfg, sink)
	lag := func() float64 { return testutil.ToFloat64(c.metrics.lag.WithLabelValues("predictions")) }
	p := producer(t, broker)
	for n := 1; n <= 4; n++ {
		_, messages := names("a", 500)
		produce(t, p, "predictions", 0, messages...)
		eventually(t, "lag of all that is not stored", func() bool { return lag() == float64(500*n) })
	}
	restore()
	c.drained(t)
	eventually(t, "no lag", func() bool { return lag() == 0 })
}
