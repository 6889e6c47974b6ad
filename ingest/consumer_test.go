package ingest

import (
	"context"
	"slices"
	"strings"
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
	quickest := time.Hour // of some: the machine may be busy
	for range 20 {
		start := time.Now()
		c.drained(t)
		quickest = min(quickest, time.Since(start))
	}
	if quickest >= drainInterval {
		t.Errorf("took %s or more, want that nothing is waited for", quickest)
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

// Models declared while the consumer runs are decoded from the next batch on,
// without a pause or a rebalance.
func TestModelsAreDeclaredWhileRunning(t *testing.T) {
	_, broker := fake(t)
	sink := &memory{}
	wider := make(chan *Predictions, 1)
	sink.before = func(_ context.Context, b *Batch, _ bool) error {
		for _, p := range b.Predictions {
			if len(p.Model.Features) == 3 {
				select {
				case wider <- p:
				default:
				}
			}
		}
		return nil
	}
	c := start(t, config(broker), sink)
	p := producer(t, broker)
	produce(t, p, "predictions", 0, prediction("a"))
	c.drained(t)
	more := churn
	more.Features = append(slices.Clone(churn.Features), Feature{Name: "balance", Kind: Number})
	if err := c.Declare([]Model{more}); err != nil {
		t.Fatal(err)
	}
	produce(t, p, "predictions", 0, strings.Replace(prediction("b"), `"tenure":12`, `"tenure":12,"balance":0.5`, 1))
	c.drained(t)
	if diff := cmp.Diff([]string{"a", "b"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
	select {
	case got := <-wider:
		if got.ID[0] != "b" || got.Numbers[1].Values[0] != 0.5 || got.Extra[0] != nil {
			t.Errorf("declared while running: %+v", got)
		}
	default:
		t.Error("no batch has the feature that was declared")
	}
	if err := c.Declare([]Model{more, more}); err == nil {
		t.Error("a model declared twice is accepted")
	}
}
