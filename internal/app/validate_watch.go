package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

// gatekeeper validates versions without being asked, once after each block of
// labels: those whose validation_status is pending, and the challenger while it
// has none. A verdict stands until somebody writes pending again: looking until
// luck helps is no validation, and people may have had other reasons.
type gatekeeper struct {
	validator
	leads alerts.Leadership // nil: there can be only one replica
	log   *slog.Logger
	count *prometheus.CounterVec

	mu   sync.Mutex
	done map[string]time.Time // by model: end of the last block that was looked at
}

// validationError is the label of what could not be done.
const validationError = "error"

func newGatekeeper(v validator, leads alerts.Leadership, log *slog.Logger, reg prometheus.Registerer, models []config.Model) *gatekeeper {
	g := &gatekeeper{validator: v, leads: leads, log: log.With("component", "validate"), done: map[string]time.Time{}}
	g.count = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "driftd_validations_total", Help: "Versions that the daemon validated, by how that ended: passed, failed, pending, or error when it could not be done and is tried again.",
	}, []string{"model", "status"})
	for _, m := range models {
		if m.Gate.Watch {
			for _, status := range []string{string(gate.Passed), string(gate.Failed), string(gate.Pending), validationError} {
				g.count.WithLabelValues(m.Policy.Model, status)
			}
		}
	}
	reg.MustRegister(g.count)
	return g
}

// run validates what is due at the tick. Nothing depends on it: what fails is
// told, and tried again at the next tick.
func (g *gatekeeper) run(ctx context.Context, m config.Model, tick schedule.Tick) {
	name := m.Policy.Model
	_, to, labelled := m.Policy.LabelBlock(tick.Time)
	if !m.Gate.Watch || !tick.Newest || !labelled || g.looked(name).Equal(to) {
		return
	}
	switch err := g.block(ctx, m, tick, to); {
	case ctx.Err() != nil, errors.Is(err, alerts.ErrNotLeading):
	case err != nil:
		g.count.WithLabelValues(name, validationError).Inc()
		g.log.Error("versions cannot be validated, tried again at the next tick", "model", name, "tick", tick.Time, "err", err)
	default:
		g.mu.Lock()
		g.done[name] = to
		g.mu.Unlock()
	}
}

func (g *gatekeeper) looked(name string) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.done[name]
}

// block validates every version that waits for it, on labels up to the given time.
func (g *gatekeeper) block(ctx context.Context, m config.Model, tick schedule.Tick, to time.Time) error {
	found, err := g.registry.Model(ctx, m.Policy.Model)
	if errors.Is(err, registry.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	versions, err := g.registry.Versions(ctx, m.Policy.Model)
	if err != nil {
		return err
	}
	waiting := slices.DeleteFunc(versions, func(v registry.Version) bool {
		status := v.Tags[tagValidation]
		challenges := status == "" && found.Aliases[m.Gate.Challenger] == v.Version
		return status != string(gate.Pending) && !challenges
	})
	if len(waiting) == 0 {
		return nil
	}
	first, err := g.firstPredictions(ctx, m.Policy, to)
	if err != nil {
		return err
	}
	var errs []error
	for _, v := range waiting {
		if from, predicted := first[v.Version]; predicted {
			errs = append(errs, g.one(ctx, m, tick, contestOf(found, v, m.Slot), from, to))
		}
	}
	return errors.Join(errs...)
}

// one validates a version and writes what changed.
func (g *gatekeeper) one(ctx context.Context, m config.Model, tick schedule.Tick, c contest, from, to time.Time) error {
	look := 1 + int(to.Sub(from)/m.Policy.Live.Block)
	done, err := g.decide(ctx, m, m.Gate.Rules.AtLook(look), c, from, to)
	if err != nil {
		return fmt.Errorf("validate %s: %w", c.candidate.Ref, err)
	}
	ctx, release, err := g.leading(ctx, tick.Epoch)
	defer release()
	if err != nil {
		return err
	}
	switch tags := tagsOf(done.Decision); {
	case done.Status != gate.Pending:
		err = g.write(ctx, m, &done, tick.Time)
	case !holds(c.candidate.Tags, tags):
		err = g.registry.Annotate(ctx, c.candidate.Ref, tags)
	}
	if err != nil {
		return err
	}
	g.count.WithLabelValues(m.Policy.Model, string(done.Status)).Inc()
	g.log.Info("version validated", "model", m.Policy.Model, "version", c.candidate.Version, "tick", tick.Time,
		"status", done.Status, "rows", done.Candidate.Labels, "reason", done.Summary(), "run", done.Run)
	return nil
}

// holds reports whether all the tags are there with these values.
func holds(have, tags map[string]string) bool {
	for key, value := range tags {
		if have[key] != value {
			return false
		}
	}
	return true
}

// leading asks whether this replica still is the one that writes. The context
// ends when another one may.
func (g *gatekeeper) leading(ctx context.Context, epoch int32) (context.Context, context.CancelFunc, error) {
	if g.leads == nil || epoch == 0 {
		return ctx, func() {}, nil
	}
	until, err := g.leads.Confirm(ctx, epoch)
	if err != nil {
		return ctx, func() {}, err
	}
	ctx, release := context.WithDeadline(ctx, until)
	return ctx, release, nil
}
