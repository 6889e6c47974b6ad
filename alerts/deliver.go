package alerts

import (
	"context"
	"errors"
	"fmt"
)

// tell brings an incident to people. It is stored before it is sent, with the
// attempt counted, and again with the receipt: a crash in between leaves an
// incident that is not told yet and may have been sent, which is what the
// notifier needs to know to look before it posts again. The receivers beside the
// channel tell repetitions apart by themselves.
func (r *run) tell(ctx context.Context, line Line) error {
	i := *line.Incident
	for _, l := range r.plan.Lines { // in their order: the last one is shown
		if l.What != Verify && l.What != Demote {
			continue
		}
		if a, ok := r.actions[l.Action.ID]; ok && i.concerns(a) && i.record(a) {
			i.Generation++
			if a.Stage != WouldHave || i.Held == Waiting {
				i.Held = ""
			}
			i.Updated = r.plan.Tick
		}
	}
	now := r.past.Latest && i.Held == ""
	channel := r.ports.Notifier != nil && i.untold() && now
	others := len(r.ports.Receivers) > 0 && now && len(i.awaited()) > 0
	if before := r.stored(i.ID); i.Generation == before.Generation && i.Held == before.Held && !channel && !others {
		return nil
	}
	if channel {
		i.Attempts++
	}
	if err := r.ports.Journal.SaveIncident(ctx, i); err != nil {
		return fmt.Errorf("save incident %s: %w", i.ID, err)
	}
	var errs []error
	if channel {
		errs = append(errs, r.notify(ctx, &i))
	}
	if others {
		errs = append(errs, r.deliver(ctx, &i))
	}
	if channel || others {
		if err := r.ports.Journal.SaveIncident(ctx, i); err != nil {
			errs = append(errs, fmt.Errorf("save how far incident %s was delivered: %w", i.ID, err))
		}
	}
	return errors.Join(errs...)
}

// notify brings the incident to its channel.
func (r *run) notify(ctx context.Context, i *Incident) error {
	receipt, err := r.ports.Notifier.Notify(ctx, *i)
	if err != nil {
		r.metrics.told("failed")
		if receipt != i.Message && receipt.ID != "" { // the message is there, its thread is not complete
			i.Message, i.ThreadTo = receipt, 0
		}
		return fmt.Errorf("deliver incident %s, attempt %d: %w", i.ID, i.Attempts, err)
	}
	r.metrics.told("sent")
	i.Message, i.Told, i.ToldAt, i.ThreadTo, i.Attempts = receipt, i.Generation, r.plan.Tick, len(i.Timeline), 0
	return nil
}

// stored returns the incident as the journal has it, the zero Incident when it has not.
func (r *run) stored(id string) Incident {
	for _, i := range r.past.Incidents {
		if i.ID == id {
			return i
		}
	}
	return Incident{}
}
