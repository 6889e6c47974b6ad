package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

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

// Holder implements [alerts.Slots].
func (m mover) Holder(ctx context.Context, a alerts.Action) (string, error) {
	holder, err := m.registry.Serving(ctx, a.Model, m.slots[a.Model])
	if errors.Is(err, registry.ErrNoHolder) {
		return "nobody", nil
	}
	return holder.Version, err
}

// Annotate writes the tags that differ.
func (m mover) Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error {
	return m.registry.Annotate(ctx, ref, tags)
}
