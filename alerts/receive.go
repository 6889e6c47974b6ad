package alerts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Receiver is told of incidents beside the channel: a pager, a mailbox, a
// program.
type Receiver interface {
	// Deliver brings the newest state of the incident to the receiver; before is
	// what it was given of it. said reports that somebody was told, now or before:
	// a receiver that leaves small things out returns false and no error.
	// Delivering the same generation again must do no harm.
	Deliver(ctx context.Context, i Incident, before Sent) (said bool, err error)
}

// Sent is how far a receiver has been told of an incident.
type Sent struct {
	Generation int  // the newest that was delivered, 0 when none
	Entries    int  // of the timeline that it held
	Said       bool // whether anybody was told
	// Acknowledged is whether it held that a person looks after the incident.
	Acknowledged bool `json:",omitempty"`
}

// News reports whether the receiver should speak up: at first, where the timeline
// goes on beyond the thread, and at the end. What nobody was told of needs no end.
func (s Sent) News(i Incident) bool {
	if !s.Said {
		return i.State == Open
	}
	for _, e := range i.Timeline[min(s.Entries, len(i.Timeline)):] {
		if e.Reach >= InChannel {
			return true
		}
	}
	return i.State == Resolved
}

// Calms reports whether the receiver should be told that a person looks after the
// incident. Who said so before its newest news did not know those.
func (s Sent) Calms(i Incident) bool {
	if i.State != Open || !i.Acknowledged() || s.Acknowledged {
		return false
	}
	r, _ := i.Response(OrderAcknowledge)
	return !slices.ContainsFunc(i.Timeline, func(e Entry) bool { return e.Reach >= InChannel && e.At.After(r.At) })
}

// awaited lists the receivers that have not been given the newest generation.
func (i Incident) awaited() []string {
	var names []string
	for _, name := range i.Receivers {
		if i.Sent[name].Generation < i.Generation {
			names = append(names, name)
		}
	}
	return names
}

// deliver brings the incident to the receivers that wait for it. One that fails
// keeps no other from being told; it is asked again at the next tick.
func (r *run) deliver(ctx context.Context, i *Incident) error {
	var errs []error
	sent := maps.Clone(i.Sent)
	for _, name := range i.awaited() {
		receiver, ok := r.ports.Receivers[name]
		if !ok {
			errs = append(errs, fmt.Errorf("deliver incident %s to %s: no such receiver", i.ID, name))
			continue
		}
		said, err := receiver.Deliver(ctx, *i, i.Sent[name])
		if err != nil {
			r.metrics.received(name, "failed")
			errs = append(errs, fmt.Errorf("deliver incident %s to %s: %w", i.ID, name, err))
			continue
		}
		r.metrics.received(name, "sent")
		if sent == nil {
			sent = map[string]Sent{}
		}
		i.ToldAt = r.plan.Tick
		sent[name] = Sent{Generation: i.Generation, Entries: len(i.Timeline), Said: said, Acknowledged: i.Acknowledged()}
	}
	i.Sent = sent
	return errors.Join(errs...)
}
