package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// draft is an incident as it should be, beside how it is stored.
type draft struct {
	now    *Incident
	stored Incident // the zero Incident when it is new
	reason Reason   // of the change
}

// draft starts from the open incident of the version and class, from one that
// ended not long ago, or from a new one. It must be handed to keep to have an effect.
func (d *decision) draft(ref model.Ref, class Class) draft {
	p := d.policy
	key := fmt.Sprintf("%s|%s|%s|%s", p.Model, ref.Version, p.Slot, class)
	w := draft{now: &Incident{
		ID: key + "@" + d.tick.UTC().Format(time.RFC3339), Key: key, Class: class, Ref: ref, Slot: p.Slot, Mode: p.Mode,
		Owner: p.Owner, Channel: p.Channel, Receivers: p.Receivers, State: Open, Status: evaluate.Warning, Opened: d.tick,
	}}
	for _, i := range d.past.Incidents {
		switch {
		case i.Key != key:
		case i.State == Open:
			return d.resume(i)
		case d.tick.Sub(i.Closed) < FlapWindow:
			w = w.reopened(i, d.tick)
		}
	}
	return w
}

// resume copies a stored incident so that nothing is written into the past.
func (d *decision) resume(stored Incident) draft {
	now := stored
	now.Timeline, now.Chart = slices.Clone(stored.Timeline), slices.Clone(stored.Chart)
	now.Mode, now.Owner, now.Channel, now.Receivers = d.policy.Mode, d.policy.Owner, d.policy.Channel, d.policy.Receivers
	return draft{now: &now, stored: stored, reason: Changed}
}

// isNew reports whether it was not open before.
func (w draft) isNew() bool { return w.stored.State != Open }

// known is the evidence that was told of before.
func (w draft) known() []evaluate.Evidence {
	if w.isNew() {
		return nil
	}
	return w.stored.Evidence
}

func (d *decision) keep(w draft) {
	d.flaps(&w)
	d.drafts = append(d.drafts, w)
}

// settle goes through the incidents that no verdict of this tick spoke for:
// of versions that do not serve, and closed ones whose end was not delivered.
func (d *decision) settle(serving *evaluate.Verdict) {
	for _, i := range d.past.Incidents {
		if slices.ContainsFunc(d.drafts, func(w draft) bool { return w.now.ID == i.ID }) {
			continue
		}
		w := d.resume(i)
		if i.State == Open && !d.speaksFor(serving, i.Ref) {
			d.follow(&w)
		}
		d.drafts = append(d.drafts, w)
	}
}

// speaksFor reports whether ref may still serve: it was judged as the serving
// version, or nobody knows who serves.
func (d *decision) speaksFor(serving *evaluate.Verdict, ref model.Ref) bool {
	return !d.past.Serving.Known || d.past.Serving.Ref == ref || serving != nil && serving.Ref == ref
}

// follow lets the incident of a version that lost the slot follow the action
// that moved it; without one the incident is moot.
func (d *decision) follow(w *draft) {
	i := w.now
	if i.Class == ClassPerformance {
		for _, a := range d.earlier() {
			if a.From != i.Ref.Version || a.Tick.Before(i.began()) || !a.tried() {
				continue
			}
			i.record(a)
			if i.State == Resolved {
				w.reason = Recovered
			}
			if a.Stage != Overtaken && a.Stage != Undone && (a.Stage != Failed || d.resumes(a)) {
				return
			}
			break
		}
	}
	if i.State == Open {
		holder := "nobody"
		if d.past.Serving.Ref.Version != "" {
			holder = d.past.Serving.Ref.String()
		}
		w.reason = Superseded
		i.Headline = fmt.Sprintf("%s; %s serves now", i.Headline, holder)
		i.close(d.tick, Superseded, fmt.Sprintf("%s holds %s now: no longer about the version that serves", holder, d.policy.Slot))
	}
}

// tells lists the incidents that changed, those not delivered yet, and those
// that a line of this plan may change when it is performed.
func (d *decision) tells() []Line {
	var lines []Line
	for _, w := range d.drafts {
		i := w.now
		d.respond(w)
		d.hush(w)
		d.repeat(&w)
		reason := w.reason
		changed := !i.shows(&w.stored)
		i.Held = d.withheld(w)
		switch {
		case changed:
			i.Generation, i.Updated = w.stored.Generation+1, d.tick
		case i.Pending() && i.Held == "":
			reason = Untold
		case i.Pending() && i.Held != w.stored.Held: // people ask why
			reason = i.Held
		case !d.acts(i):
			continue
		}
		lines = append(lines, Line{What: Tell, Ref: i.Ref, Reason: reason, Incident: i})
	}
	return lines
}

func (d *decision) acts(i *Incident) bool {
	return slices.ContainsFunc(slices.Concat(d.verifies, d.demotes), func(l Line) bool { return i.concerns(*l.Action) })
}

// concerns reports whether the action belongs to the incident.
func (i *Incident) concerns(a Action) bool {
	return i.Class == ClassPerformance && i.Ref == a.from() && i.State == Open
}
