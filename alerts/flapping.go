package alerts

import (
	"fmt"
	"slices"
	"time"
)

// An incident that opens or ends more often than flapAfter times within
// FlapWindow flaps: it stays open, and quiet, until it has not changed for that
// long. One that opens again within FlapWindow of its end is the same incident.
const (
	FlapWindow = 24 * time.Hour
	flapAfter  = 4
)

// reopened starts again from an incident that ended not long ago: the same
// message and thread, nothing of what it said before.
func (w draft) reopened(closed Incident, tick time.Time) draft {
	i, fresh := closed, w.now
	i.Slot, i.Mode, i.Owner, i.Channel, i.Receivers = fresh.Slot, fresh.Mode, fresh.Owner, fresh.Channel, fresh.Receivers
	i.State, i.Status, i.Reopened, i.Closed = Open, fresh.Status, tick, time.Time{}
	i.Facts, i.Evidence, i.Results, i.Action, i.Blocked, i.Chart = nil, nil, nil, nil, "", nil
	i.Ended, i.Amended = "", ""
	i.Timeline = slices.Clone(closed.Timeline)
	return draft{now: &i, stored: closed}
}

// began is when the incident opened last.
func (i *Incident) began() time.Time {
	if i.Reopened.After(i.Opened) {
		return i.Reopened
	}
	return i.Opened
}

// flaps counts the changes between open and over, and keeps an incident that
// changes too often open and quiet: of what a draft says then only pages stay.
func (d *decision) flaps(w *draft) {
	i, before := w.now, w.stored
	over, was := i.State == Resolved, before.ID == "" || before.State == Resolved || before.Over
	i.Changes = slices.DeleteFunc(slices.Clone(before.Changes), func(at time.Time) bool { return d.tick.Sub(at) >= FlapWindow })
	if over != was {
		i.Changes = append(i.Changes, d.tick)
	}
	starts := before.Flapping.IsZero() && len(i.Changes) > flapAfter
	switch {
	case starts || !before.Flapping.IsZero() && len(i.Changes) > 0:
		i.State, i.Closed, i.Flapping, i.Over = Open, time.Time{}, before.Flapping, over
		i.Ended = ""
		known := len(before.Timeline)
		i.Timeline = append(i.Timeline[:known:known], slices.DeleteFunc(i.Timeline[known:], func(e Entry) bool { return e.Reach < ToOwner })...)
	case !before.Flapping.IsZero():
		i.Flapping, i.Over = time.Time{}, false
		if !over {
			i.note(d.tick, InThread, "it stopped flapping, and is still open")
		}
	}
	if starts {
		i.Flapping = d.tick
		w.reason = Flapping
		i.note(d.tick, InChannel, fmt.Sprintf("it flaps: it opened or ended %d times within 24 h; it stays open, and quiet, until nothing has changed for 24 h", len(i.Changes)))
	}
}

// flapping holds all but the notice and what asks for the owner; what changed
// is shown once in a repeat interval.
func flapping(d *decision, w draft) Reason {
	i := w.now
	due := d.policy.Repeat > 0 && d.tick.Sub(i.ToldAt) >= d.policy.Repeat
	if i.Flapping.IsZero() || i.unsaid(InChannel) || due {
		return ""
	}
	return Flapping
}

// repeat says in the thread that the incident is still open, when nothing was
// said of it for long.
func (d *decision) repeat(w *draft) {
	i := w.now
	if i.State != Open || !i.heard() || d.policy.Repeat <= 0 || len(i.Timeline) == 0 || i.Silence != nil || i.Acknowledged() || d.muted(i.Class) {
		return
	}
	if d.tick.Sub(i.Timeline[len(i.Timeline)-1].At) < d.policy.Repeat {
		return
	}
	text := "still open after " + duration(d.tick.Sub(i.began()))
	if !i.Flapping.IsZero() {
		text = fmt.Sprintf("still flapping: it opened or ended %d times within 24 h", len(i.Changes))
	}
	i.note(d.tick, InThread, text)
	if w.reason == Changed || w.reason == "" {
		w.reason = Repeated
	}
}
