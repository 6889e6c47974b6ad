package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// Cycle is one evaluation of one model, from end to end. The daemon, the demo,
// a replay after downtime, `driftd evaluate` and `driftd backtest` all run this,
// and nothing below it knows which: the tick is the only time there is.
type Cycle struct {
	registry  slotWatch
	resolver  resolver
	store     *clickhouse.Store
	evaluator *evaluate.Evaluator
	applier   *alerts.Applier
	observe   func(config.Model, []evaluate.Verdict, alerts.Plan)
	froze     func(model string, on bool)
}

// slotWatch says who holds a model's slot at a tick.
type slotWatch interface {
	serving(ctx context.Context, m config.Model, tick time.Time) (alerts.Serving, error)
}

// Run evaluates the model at the tick. Running the same tick again changes
// nothing: what the registry showed is kept with the tick, verdicts replace
// themselves, actions and incidents are known by ids that the tick determines.
func (c *Cycle) Run(ctx context.Context, m config.Model, tick schedule.Tick) error {
	serving, err := c.registry.serving(ctx, m, tick.Time)
	if err != nil {
		return fmt.Errorf("observe the slot of %s: %w", m.Policy.Model, err)
	}
	if err := c.resolver.resolve(ctx, m.Policy, tick.Time); err != nil {
		return fmt.Errorf("resolve the versions of %s: %w", m.Policy.Model, err)
	}
	past, err := c.store.LoadPast(ctx, m.Policy.Model, tick.Time)
	if err != nil {
		return fmt.Errorf("load the past of %s: %w", m.Policy.Model, err)
	}
	past.Alerts.Serving, past.Alerts.Latest, past.Alerts.Epoch = serving, tick.Newest, tick.Epoch
	past.Evaluate.FallbackAlias = serving.Fallback
	if c.froze != nil && tick.Newest {
		c.froze(m.Policy.Model, past.Alerts.Frozen || m.Alerts.Frozen)
	}

	verdicts, err := c.evaluator.Evaluate(ctx, m.Policy, serving.Ref.Version, past.Evaluate, tick.Time)
	if err != nil {
		return fmt.Errorf("evaluate %s: %w", m.Policy.Model, err)
	}
	if err := c.store.SaveVerdicts(ctx, verdicts); err != nil {
		return fmt.Errorf("save the verdicts of %s: %w", m.Policy.Model, err)
	}
	if critical(verdicts) { // seldom: else nothing asks how the others stand
		if past.Alerts.Fleet, err = c.store.Fleet(ctx, m.Policy.Model, tick.Time); err != nil {
			return fmt.Errorf("decide on %s: %w", m.Policy.Model, err)
		}
	}
	plan := alerts.Decide(m.Alerts.Limited(serving.Mode), verdicts, past.Alerts, tick.Time) // pure: every line has a reason
	// The registry or Slack may be down: that is logged and counted there, and
	// the next tick asks again. What could not be recorded repeats this one, and so
	// does losing the lead: whoever has it now runs it.
	if err := c.applier.Apply(ctx, plan, past.Alerts); clickhouse.Failed(err) || errors.Is(err, alerts.ErrNotLeading) {
		return fmt.Errorf("apply the plan of %s: %w", m.Policy.Model, err)
	}
	if c.observe != nil {
		c.observe(m, verdicts, plan)
	}
	if err := c.resolver.orphans(ctx, m.Policy, tick.Time); err != nil {
		return fmt.Errorf("count the orphans of %s: %w", m.Policy.Model, err)
	}
	return c.store.FinishTick(ctx, m.Policy.Model, tick.Time)
}

func critical(verdicts []evaluate.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v evaluate.Verdict) bool { return v.Serving && v.Status == evaluate.Critical })
}
