package mlflow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// looks is how often a changed slot is read until it is settled: for about 5 s, in
// which transitions that run at the same time have ended on a busy server too.
const looks = 10

// Switch moves the slot from Expect to Target. MLflow cannot compare and swap,
// so the holder is read directly before the change and again after it; only the
// last read decides whether the switch succeeded. An error that is none of the
// port's sentinels means that Expect still held the slot when last read.
func (r *Registry) Switch(ctx context.Context, move registry.Move) error {
	if err := move.Check(); err != nil {
		return err
	}
	r.moving.Lock()
	defer r.moving.Unlock()

	holder, err := r.Serving(ctx, move.Target.Name, move.Slot)
	if err != nil {
		return fmt.Errorf("%s: %w", move, err)
	}
	if err := move.CheckHolder(holder); err != nil {
		return err
	}
	sent := r.set(ctx, move.Slot, move.Target)
	if sent != nil && !acted(sent) {
		return fmt.Errorf("%s: %w", move, sent)
	}
	// The change may be in place: it is looked at even if the caller gave up now.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*r.cfg.Timeout)
	defer cancel()
	return r.settle(ctx, move, sent)
}

// set writes the holder without looking.
func (r *Registry) set(ctx context.Context, slot registry.Slot, target model.Ref) error {
	c := post(opSetAlias, "registered-models/alias",
		map[string]any{"name": target.Name, "alias": slot.Name, "version": target.Version})
	if slot.Kind == registry.Stage {
		// Archiving the others in the same call never leaves the stage empty.
		c = post(opSetStage, "model-versions/transition-stage",
			map[string]any{"name": target.Name, "version": target.Version, "stage": slot.Name, "archive_existing_versions": true})
	}
	c.repeat = ifRefused
	_, err := r.do(ctx, c)
	return err
}

// settle reads the slot until it has one holder that is not the old one, and
// says what that means. sent is the error of the write, if any.
//
// Stage transitions that run at the same time do not see each other and leave
// several versions in the stage. Whoever sees that makes the newest the only
// one: it is what the server resolves the stage to anyway, and all clients agree.
func (r *Registry) settle(ctx context.Context, move registry.Move, sent error) error {
	var seen []model.Ref
	var third model.Ref
	for look := range looks {
		if look > 0 {
			wait := time.Duration(float64(look) * (0.5 + rand.Float64()) * float64(100*time.Millisecond))
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
		var err error
		if seen, err = r.Holders(ctx, move.Target.Name, move.Slot); err != nil {
			return fmt.Errorf("%s: %w: %w", move, registry.ErrUnknownOutcome, errors.Join(sent, err))
		}
		switch {
		case len(seen) > 1:
			// A failed repair shows at the next look.
			_ = r.set(ctx, move.Slot, seen[0])
		case len(seen) == 0:
			return fmt.Errorf("%s: %w", move, registry.ErrNoHolder)
		case seen[0] == move.Target:
			return nil
		case seen[0] != move.Expect && seen[0] == third:
			return &registry.MovedError{Move: move, Holder: third}
		case seen[0] != move.Expect: // seen once, it may be what was true before the write
			third = seen[0]
		case sent != nil:
			return fmt.Errorf("%s: %s still holds it: %w", move, move.Expect, sent)
		}
	}
	if len(seen) == 1 && seen[0] == move.Expect {
		return fmt.Errorf("%s: accepted, but read back as held by %v", move, seen)
	}
	return fmt.Errorf("%s: %w: accepted, but read back as held by %v", move, registry.ErrUnknownOutcome, seen)
}
