package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestEventsAreStoredOnce(t *testing.T) {
	leakless(t)
	_, broker := fake(t)
	sink := &memory{}
	c := start(t, config(broker), sink)
	p := producer(t, broker)
	want, messages := names("a", 5000)
	produce(t, p, "predictions", 0, messages...)
	produce(t, p, "outcomes", 0, outcome("z-1"), `{"broken`)
	c.drained(t)
	want = append(append([]string{}, want...), string(BadJSON), "z-1")
	if diff := cmp.Diff(want[:5000], sink.ids()[:5000]); diff != "" {
		t.Error(diff)
	}
	if got := len(sink.ids()); got != 5002 {
		t.Errorf("%d rows stored, want 5002", got)
	}
	sink.check(t)
	if err := c.Healthy(); err != nil {
		t.Errorf("healthy: %v", err)
	}
	if got := testutil.ToFloat64(c.metrics.rejects.WithLabelValues(string(BadJSON))); got != 1 {
		t.Errorf("rejects counted: %v, want 1", got)
	}
	c.stop()
	if err := c.Healthy(); err == nil {
		t.Error("healthy after the end")
	}
}

func TestDrainedWithNothingToWaitFor(t *testing.T) {
	_, broker := fake(t)
	c := start(t, config(broker), &memory{})
	c.drained(t)
	start := time.Now()
	c.drained(t)
	if d := time.Since(start); d > 20*time.Millisecond {
		t.Errorf("took %s, want less than 20 ms", d)
	}
}

func TestDrainedSaysWhatIsMissing(t *testing.T) {
	_, broker := fake(t)
	sink := &memory{before: func(context.Context, *Batch, bool) error { return definite{errDown} }}
	c := start(t, config(broker), sink)
	produce(t, producer(t, broker), "predictions", 0, prediction("a"))
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := c.Drained(ctx)
	if err == nil {
		t.Fatal("drained while the sink is down")
	}
	t.Log(err)
	eventually(t, "unhealthy", func() bool { return c.Healthy() != nil })
	t.Log(c.Healthy())
}
