package alerts

import (
	"context"
	"fmt"
	"time"
)

// readBacks are how long after a switch the slot is read again. The switch itself
// has read it at once.
var readBacks = []time.Duration{5 * time.Second, 30 * time.Second}

// Slots reads who holds an action's slot.
type Slots interface {
	Holder(ctx context.Context, a Action) (version string, err error)
}

// readBack looks at the slots that this plan has moved, when tags are written and
// people are told, and adds what it sees to the record. It decides nothing: one
// read may be what was true a moment ago, and the next tick asks anyway.
func (r *run) readBack(ctx context.Context) error {
	if len(r.moved) == 0 || r.ports.Slots == nil {
		return nil
	}
	var waited time.Duration
	for _, after := range readBacks {
		if err := r.ports.Wait(ctx, after-waited); err != nil {
			return err
		}
		waited = after
		for _, id := range r.moved {
			if err := r.look(ctx, id, after); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) look(ctx context.Context, id string, after time.Duration) error {
	a := r.actions[id]
	led, release, err := r.leading(ctx)
	if err != nil {
		return err
	}
	defer release()
	holder, err := r.ports.Slots.Holder(led, a)
	switch {
	case err != nil:
		holder = "nothing that could be read"
		r.metrics.readBack("unread")
		r.log.Warn("the slot that was moved could not be read back", "model", a.Model, "version", a.To, "slot", a.Slot, "tick", a.Tick, "action", a.ID, "after", after, "err", err)
	case holder != a.To:
		r.metrics.readBack("other")
		r.log.Warn("the slot that was moved shows another version", "model", a.Model, "version", a.To, "slot", a.Slot, "tick", a.Tick, "action", a.ID, "after", after, "holder", holder)
	default:
		r.metrics.readBack("target")
	}
	a.Detail += fmt.Sprintf(", %s after %g s", holder, after.Seconds())
	r.actions[id] = a
	if err := r.ports.Journal.SaveAction(led, a); err != nil {
		return fmt.Errorf("save what action %s looks like after %s: %w", id, after, err)
	}
	return nil
}
