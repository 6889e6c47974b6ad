package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

// rehearsal is a [Cycle] without consequences: it reads the stored events,
// keeps what it finds in a scratch database, moves the slot of a pretended
// registry and tells nobody. The real registry is only read, for what versions
// were trained on.
type rehearsal struct {
	model   config.Model
	scratch *clickhouse.Store
	slot    *pretended
	cycle   *Cycle
	trained *baselines
}

// rehearse makes a rehearsal; with past it goes on from what evaluations have
// stored, else it begins from nothing. drop must be called.
func rehearse(ctx context.Context, store *clickhouse.Store, c config.Config, m config.Model, past bool, log *slog.Logger, observe func(config.Model, []evaluate.Verdict, alerts.Plan)) (r *rehearsal, drop func() error, err error) {
	metrics := prometheus.NewRegistry()
	reg, err := openRegistry(c.Registry, metrics)
	if err != nil {
		return nil, nil, err
	}
	fallback, err := fallbackOf(ctx, reg, m)
	if err != nil {
		return nil, nil, err
	}
	record, err := readRecord(ctx, store, m, fallback)
	if err != nil {
		return nil, nil, err
	}
	scratch, drop, err := store.Scratch(ctx, m.Policy.Model, past)
	if err != nil {
		return nil, nil, err
	}
	m.Alerts.Channel = "" // nothing waits to be delivered
	slot := &pretended{record: record, store: scratch, policy: m.Policy}
	ports := alerts.Ports{Registry: slot, Journal: scratch, Traffic: slot}
	r = &rehearsal{model: m, scratch: scratch, slot: slot, trained: newBaselines(reg, log), cycle: &Cycle{
		registry: slot,
		resolver: resolver{store: resolved{}, log: log, metrics: newEventMetrics(metrics, []config.Model{m})},
		store:    scratch,
		applier:  alerts.NewApplier(ports, slog.New(slog.DiscardHandler), metrics),
		observe:  observe,
	}}
	r.cycle.evaluator = r.evaluator(scratch)
	return r, drop, nil
}

func (r *rehearsal) evaluator(counts evaluate.Buckets) *evaluate.Evaluator {
	return evaluate.New(counts, r.scratch, r.scratch).WithBaselines(r.trained).WithArrivals(r.scratch).WithRevisions(r.scratch)
}

// run rehearses one tick.
func (r *rehearsal) run(ctx context.Context, tick time.Time) error {
	return r.cycle.Run(ctx, r.model, schedule.Tick{Time: tick, Newest: true})
}

// fallbackOf returns the version under the fallback alias. A registry that
// cannot be read is an error: it knows the versions' baselines, too.
func fallbackOf(ctx context.Context, reg registry.Registry, m config.Model) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, registryLimit)
	defer cancel()
	found, err := reg.Model(ctx, m.Policy.Model)
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		return "", fmt.Errorf("read the baselines and aliases of %s: %w", m.Policy.Model, err)
	}
	return found.Aliases[aliasOf(m)], nil
}

// resolved is the store of ids when nothing is to be resolved: what was, is
// known from the first tick on.
type resolved struct{}

func (resolved) Unresolved(context.Context, string) ([]clickhouse.Unresolved, error) { return nil, nil }

func (resolved) Resolve(context.Context, string, time.Time, []clickhouse.Unresolved, map[string]string) error {
	return nil
}

func (resolved) Orphans(context.Context, evaluate.Policy, time.Time, time.Time) (outcomes, orphans uint64, err error) {
	return 0, 0, nil
}
