package app

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// loop runs the ticks of one model.
type loop struct {
	work   *work
	store  *clickhouse.Store
	clock  schedule.Clock
	bell   *bell
	model  config.Model
	from   time.Time // ticks before it are nobody's; zero with the wall clock
	epoch  int32     // term in which it runs; 0 when there can be only one replica
	waited bool      // with stepped time, Advance has waited for the events already
}

// drainLimit bounds the wait for events that were in the topics when a tick
// fell due. A tick that cannot wait longer is tried again.
const drainLimit = 5 * time.Minute

// maxJudging bounds the models that are judged at once: hundreds share a cron
// minute, and each of them asks for memory. Those that are judged at once share the
// statements that they have in common, which are most.
const maxJudging = 32

func (l loop) run(ctx context.Context) error {
	name := l.model.Policy.Model
	var last time.Time
	l.insist(ctx, "last tick not known, trying again", func() (err error) {
		last, err = l.store.LastTick(ctx, name)
		return err
	})
	if ctx.Err() != nil {
		return nil
	}
	if last.Before(l.from) {
		last = l.from
	}
	started := l.clock.Now()
	p := l.model.Policy
	ticks := schedule.Loop{Schedule: l.model.Schedule, Last: last, Bucket: p.Bucket, Lateness: p.Lateness}
	ticks.Extra = func(ctx context.Context) (time.Time, error) { return l.bell.asked(ctx, name) }
	return ticks.Run(ctx, l.clock, func(ctx context.Context, tick schedule.Tick) error {
		tick.Epoch = l.epoch
		if !l.model.Schedule.Next(tick.Time.Add(-1)).Equal(tick.Time) {
			l.work.ticks.asked.WithLabelValues(name).Inc()
		}
		if !tick.Time.After(started) {
			l.work.ticks.missed.WithLabelValues(name).Inc()
		}
		l.tick(ctx, tick)
		return nil
	})
}

// tick evaluates until it works: a neighbour that is down delays a tick, it
// never loses one.
func (l loop) tick(ctx context.Context, tick schedule.Tick) {
	l.insist(ctx, "evaluation failed, trying again", func() error {
		started := time.Now()
		err := l.evaluate(ctx, tick)
		l.work.ticks.ran(l.model.Policy.Model, tick.Time, time.Since(started), err)
		return err
	}, "tick", tick.Time)
}

// insist repeats what failed until it works or ctx ends.
func (l loop) insist(ctx context.Context, message string, try func() error, args ...any) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		started := time.Now()
		err := try()
		if err == nil || ctx.Err() != nil {
			return
		}
		args := append([]any{"component", "evaluate", "model", l.model.Policy.Model, "elapsed", time.Since(started), "err", err}, args...)
		l.work.log.Error(message, args...)
		if (schedule.Wall{}).Sleep(ctx, time.Now().Add(wait)) != nil {
			return
		}
	}
}

func (l loop) evaluate(ctx context.Context, tick schedule.Tick) error {
	if l.work.consumer != nil && !l.waited {
		limited, cancel := context.WithTimeout(ctx, drainLimit)
		defer cancel()
		if err := l.work.consumer.Drained(limited); err != nil {
			return fmt.Errorf("wait for the events before %s: %w", tick.Time.Format(time.RFC3339), err)
		}
	}
	select {
	case l.work.judging <- struct{}{}: // first come, first served
		defer func() { <-l.work.judging }()
	case <-ctx.Done():
		return ctx.Err()
	}
	m, err := l.work.features.current(ctx, l.model)
	if err != nil {
		return fmt.Errorf("read the features of %s: %w", l.model.Policy.Model, err)
	}
	if err := l.work.cycle.Run(ctx, m, tick); err != nil {
		return err
	}
	l.work.gate.run(ctx, m, tick)
	return nil
}
