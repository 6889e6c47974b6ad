package app

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// loop runs the ticks of one model.
type loop struct {
	app     *App
	cycle   *Cycle
	model   config.Model
	metrics *tickMetrics
}

// drainLimit bounds the wait for events that were in the topics when a tick
// fell due. A tick that cannot wait longer is tried again.
const drainLimit = 5 * time.Minute

func (l loop) run(ctx context.Context, last time.Time) error {
	p := l.model.Policy
	ticks := schedule.Loop{Schedule: l.model.Schedule, Last: last, Bucket: p.Bucket, Lateness: p.Lateness}
	return ticks.Run(ctx, l.app.clock, l.tick)
}

// tick evaluates until it works: a neighbour that is down delays a tick, it
// never loses one.
func (l loop) tick(ctx context.Context, tick schedule.Tick) error {
	name := l.model.Policy.Model
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		started := time.Now()
		err := l.evaluate(ctx, tick)
		l.metrics.ran(name, tick.Time, time.Since(started), err)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		l.app.log.Error("evaluation failed, trying again", "component", "evaluate", "model", name, "tick", tick.Time, "elapsed", time.Since(started), "err", err)
		if (schedule.Wall{}).Sleep(ctx, time.Now().Add(wait)) != nil {
			return nil
		}
	}
}

func (l loop) evaluate(ctx context.Context, tick schedule.Tick) error {
	// With stepped time, Advance has waited for the events already.
	if l.app.consumer != nil && l.app.stepped == nil {
		limited, cancel := context.WithTimeout(ctx, drainLimit)
		defer cancel()
		if err := l.app.consumer.Drained(limited); err != nil {
			return fmt.Errorf("wait for the events before %s: %w", tick.Time.Format(time.RFC3339), err)
		}
	}
	m, err := l.app.features.current(ctx, l.model)
	if err != nil {
		return fmt.Errorf("read the features of %s: %w", l.model.Policy.Model, err)
	}
	return l.cycle.Run(ctx, m, tick)
}
