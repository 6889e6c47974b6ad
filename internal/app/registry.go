package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// holdTag is written by people, on a model or on a version: nothing moves while
// it is there.
const holdTag = "driftd_hold"

// fallbackAlias names the version to fall back to when the slot has no earlier
// holder, unless the configuration names another alias.
const fallbackAlias = "fallback"

// watcher looks at the registry once per tick and keeps what it saw.
type watcher struct {
	registry registry.Registry
	store    slotStore
	log      *slog.Logger
}

// slotStore keeps who held which slot when: no registry does.
type slotStore interface {
	// StartTick records what the registry showed when the tick was first
	// started, and returns it: a repeated tick sees what the first one saw.
	StartTick(ctx context.Context, model, slot string, tick time.Time, seen alerts.Serving) (alerts.Serving, error)
}

// serving returns what the registry shows at the tick. An unreachable registry
// is not an error: evaluation goes on, and nothing may be moved.
func (w watcher) serving(ctx context.Context, m config.Model, tick time.Time) (alerts.Serving, error) {
	seen, err := w.look(ctx, m)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		w.log.Warn("not in the registry: no version is known to serve", "component", "registry", "model", m.Policy.Model, "slot", m.Slot.String(), "tick", tick, "err", err)
	case err != nil:
		w.log.Error("registry cannot be read", "component", "registry", "model", m.Policy.Model, "slot", m.Slot.String(), "tick", tick, "err", err)
	}
	return w.store.StartTick(ctx, m.Policy.Model, m.Slot.String(), tick, seen)
}

func (w watcher) look(ctx context.Context, m config.Model) (alerts.Serving, error) {
	name := m.Policy.Model
	seen := alerts.Serving{Ref: model.Ref{Name: name}, Held: map[string]string{}}
	found, err := w.registry.Model(ctx, name)
	if err != nil {
		return seen, err
	}
	holder, err := found.Holder(m.Slot)
	if err != nil && !errors.Is(err, registry.ErrNoHolder) {
		return seen, err
	}
	seen.Known = true
	if err == nil {
		seen.Ref = holder
	}
	alias := fallbackAlias
	if m.Fallback != "" {
		alias = m.Fallback
	}
	seen.Fallback = found.Aliases[alias]
	if reason := strings.TrimSpace(found.Tags[holdTag]); reason != "" {
		seen.Held[""] = reason
	}
	for _, version := range slices.Compact([]string{seen.Ref.Version, seen.Fallback}) {
		if version == "" {
			continue
		}
		v, err := w.registry.Version(ctx, model.Ref{Name: name, Version: version})
		if err != nil {
			return seen, fmt.Errorf("read holds: %w", err)
		}
		if reason := strings.TrimSpace(v.Tags[holdTag]); reason != "" {
			seen.Held[version] = reason
		}
	}
	return seen, nil
}

// mover is the registry as an Applier needs it: it knows each model's slot.
type mover struct {
	registry registry.Registry
	slots    map[string]registry.Slot
}

// Switch moves the slot. That the target holds it already is what was wanted.
func (m mover) Switch(ctx context.Context, a alerts.Action) error {
	target := model.Ref{Name: a.Model, Version: a.To}
	err := m.registry.Switch(ctx, registry.Move{
		Slot: m.slots[a.Model], Expect: model.Ref{Name: a.Model, Version: a.From}, Target: target,
		ID: a.ID, Reason: a.Reason.Sentence() + ": " + a.Detector,
	})
	switch moved, ok := errors.AsType[*registry.MovedError](err); {
	case ok && moved.Holder == target:
		return nil
	case errors.Is(err, registry.ErrMoved), errors.Is(err, registry.ErrNoHolder):
		return fmt.Errorf("%w: %w", alerts.ErrMoved, err)
	case errors.Is(err, registry.ErrUnknownOutcome):
		return fmt.Errorf("%w: %w", alerts.ErrUncertain, err)
	}
	return err
}

// Annotate writes the tags that differ.
func (m mover) Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error {
	return m.registry.Annotate(ctx, ref, tags)
}
