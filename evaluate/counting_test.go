package evaluate_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// crowd is a store that many models ask at once; each reference takes a second to read.
type crowd struct {
	evaluate.Buckets
	evaluate.Profiler
	evaluate.Labels
	mu        sync.Mutex
	now, most int
	streams   int // that were asked for
}

func (c *crowd) Activity(_ context.Context, _ evaluate.Policy, _, to time.Time) ([]evaluate.Activity, error) {
	return []evaluate.Activity{{Version: "1", First: to.Add(-time.Hour), Last: to.Add(-1), Rows: 1}}, nil
}

func (c *crowd) Whole(_ context.Context, ref evaluate.Reference) (evaluate.Reference, error) {
	c.mu.Lock()
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	time.Sleep(time.Second)
	return ref, nil
}

func (c *crowd) Arrivals(context.Context, evaluate.Policy, []time.Time) ([]evaluate.Arrival, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams++
	return nil, nil
}

// Count comes when the reference has been read.
func (c *crowd) Count(context.Context, evaluate.Policy, evaluate.Reference, []evaluate.Held, time.Time) ([]evaluate.Counts, bool, error) {
	return nil, false, nil
}

// Counts comes at last.
func (c *crowd) Counts(context.Context, evaluate.Policy, evaluate.Reference, time.Time, time.Time, time.Duration) ([]evaluate.Counts, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	return nil, nil
}

func (c *crowd) Holds(_ context.Context, p evaluate.Policy, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return filled(from, to, p.Bucket), nil
}

func (c *crowd) Counted(_ context.Context, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return filled(from, to, time.Hour), nil
}

const crowded = 10 // models

// However many models are judged at once, a few references are in memory whole. What
// came for models is asked before they wait for that, by all at once.
func TestFewReferencesAreHeldWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{}
		e := evaluate.New(c, c, c).WithArrivals(c).WithCounting(make(chan struct{}, 3))
		tick := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		var group sync.WaitGroup
		for i := range crowded {
			group.Go(func() {
				p := evaluate.Policy{Model: fmt.Sprint("m", i), Bucket: time.Hour}
				p.Drift.Window, p.Quality.Checks = 24*time.Hour, []string{drift.Volume}
				past := evaluate.Past{
					References: map[string]evaluate.Reference{"1": {Source: evaluate.SourceWindow, To: tick.Add(-3 * time.Hour)}},
					Verdicts:   map[string]evaluate.Verdict{"1": {FirstSeen: tick.AddDate(0, 0, -1), CountedTo: tick.Add(-time.Hour), DriftTo: tick.Add(-12 * time.Hour)}},
				}
				if verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick); err != nil || len(verdicts) != 1 || !verdicts[0].CountedTo.Equal(tick) {
					t.Errorf("%s: %v, %v", p.Model, verdicts, err)
				}
			})
		}
		group.Wait()
		if c.most != 3 {
			t.Errorf("%d references were held at once, want 3", c.most)
		}
	})
}
