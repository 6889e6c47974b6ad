package alerts

import (
	"context"
	"errors"
	"fmt"
)

// tell brings an incident to people. It is stored before it is sent, with the
// attempt counted, and again with the receipt: a crash in between leaves an
// incident that is not told yet and may have been sent, which is what the
// notifier needs to know to look before it posts again.
func (r *run) tell(ctx context.Context, line Line) error {
	i := *line.Incident
	for _, a := range r.actions {
		if i.concerns(a) && i.record(a) {
			i.Generation++
			i.Updated = r.plan.Tick
		}
	}
	send := r.ports.Notifier != nil && i.Pending() && r.past.Latest
	if i.Generation == r.stored(i.ID) && !send {
		return nil
	}
	if send {
		i.Attempts++
	}
	if err := r.ports.Journal.SaveIncident(ctx, i); err != nil {
		return fmt.Errorf("save incident %s: %w", i.ID, err)
	}
	if !send {
		return nil
	}
	receipt, err := r.ports.Notifier.Notify(ctx, i)
	if err != nil {
		r.metrics.told("failed")
		err = fmt.Errorf("deliver incident %s, attempt %d: %w", i.ID, i.Attempts, err)
		if receipt != i.Message && receipt.ID != "" { // the message is there, its thread is not complete
			i.Message, i.ThreadTo = receipt, 0
			err = errors.Join(err, r.ports.Journal.SaveIncident(ctx, i))
		}
		return err
	}
	r.metrics.told("sent")
	i.Message, i.Told, i.ThreadTo, i.Attempts = receipt, i.Generation, len(i.Timeline), 0
	if err := r.ports.Journal.SaveIncident(ctx, i); err != nil {
		return fmt.Errorf("save that incident %s was delivered: %w", i.ID, err)
	}
	return nil
}

// stored returns the generation the journal has, 0 when none.
func (r *run) stored(id string) int {
	for _, i := range r.past.Incidents {
		if i.ID == id {
			return i.Generation
		}
	}
	return 0
}
