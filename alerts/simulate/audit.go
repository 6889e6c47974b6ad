package main

import (
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
)

// counts are what happened in runs, and what must not have.
type counts struct {
	promotions, kills, pauses, stale, lost int // disturbances
	moves, noted, races, unseen, behind    int
	orders, ordered, refused, proposed     int // of people, carried out, refused; and what was proposed to them

	// Violations.
	wrong, empty, double, forbidden, unasked, unfinished, unanswered, unannounced, unrecorded, invented int
}

func (c *counts) add(o counts) {
	for k, into := range c.all() {
		*into += *o.all()[k]
	}
}

func (c *counts) all() []*int {
	return []*int{
		&c.promotions, &c.kills, &c.pauses, &c.stale, &c.lost, &c.moves, &c.noted, &c.races, &c.unseen, &c.behind,
		&c.orders, &c.ordered, &c.refused, &c.proposed,
		&c.wrong, &c.empty, &c.double, &c.forbidden, &c.unasked, &c.unfinished, &c.unanswered, &c.unannounced, &c.unrecorded, &c.invented,
	}
}

// violations counts what must be 0.
func (c counts) violations() int {
	return c.wrong + c.empty + c.double + c.forbidden + c.unasked + c.unfinished + c.unanswered + c.unannounced + c.unrecorded + c.invented
}

// moved is a write of driftd as it takes effect; asOf is the step at which the
// replica last knew who holds the slot.
func (r *replica) moved(a alerts.Action, asOf int) {
	w := r.world
	before := w.slot
	if !slices.ContainsFunc(w.rows, func(row alerts.Action) bool { return row.ID == a.ID && row.Stage == alerts.Intent }) {
		w.counts.unannounced++
	}
	switch {
	case a.To == "":
		w.counts.empty++
	case before == a.To:
		return // another replica was there: nothing changes
	case before != a.From && w.changes[len(w.changes)-1].step > asOf:
		w.counts.races++ // people moved it in the moment that no registry without compare-and-set can guard
	case before != a.From, !w.bad[a.From] && !w.rolledBack(a), w.gone[a.To] && w.looks[a.Tick].Unfit[a.To] != "":
		w.counts.wrong++
	}
	if w.forbids(r.tick, a) {
		w.counts.forbidden++
	}
	if a.By != "" && !w.asked(a) {
		w.counts.unasked++
	}
	// A second move away from a version that the journal knows as demoted fights
	// people. If nobody could know of the first, it cannot be told from a retry.
	for _, c := range w.changes {
		earlier := w.last(c.action)
		if c.action == "" || earlier.From != a.From || c.action == a.ID && before != a.From {
			continue
		}
		if c.action != a.ID && (w.rolledBack(a) || earlier.Tick.Before(w.released(a.Tick)[a.From])) {
			continue // people want it so
		}
		if slices.ContainsFunc(w.rows, func(row alerts.Action) bool { return row.ID == c.action && row.Moved() }) {
			w.counts.double++
		} else {
			w.counts.unseen++
		}
	}
	w.counts.moves++
	w.put(a.To, a.ID)
}

// forbids reports whether people had said, before the tick, that nothing of the
// kind is to be done in it.
func (w *world) forbids(tick time.Time, a alerts.Action) bool {
	held := w.looks[tick].Held
	alone := w.mode == alerts.Approve || slices.ContainsFunc(w.quiet, func(q alerts.Quiet) bool { return q.Covers(tick) })
	return w.frozen(tick) || held[""] != "" || held[a.From] != "" || held[a.To] != "" || a.By == "" && alone
}

// asked reports whether somebody who may ask for the action has done so, in time.
func (w *world) asked(a alerts.Action) bool {
	return slices.ContainsFunc(w.orders, func(o alerts.Order) bool {
		switch {
		case o.ID != a.ID || o.By != a.By || o.At.After(a.Tick):
			return false
		case o.Kind == alerts.OrderRollback:
			return o.To == "" || o.To == a.To
		}
		return o.Kind == alerts.OrderApprove && slices.Contains(approvers, o.By) && slices.ContainsFunc(w.rows, func(p alerts.Action) bool {
			return p.ID == o.Proposal && p.Stage == alerts.Proposed && p.From == a.From && p.To == a.To && o.At.Before(p.Tick.Add(expires))
		})
	})
}

// rolledBack reports whether the action is what a person wants, whatever the evidence.
func (w *world) rolledBack(a alerts.Action) bool {
	return slices.ContainsFunc(w.orders, func(o alerts.Order) bool { return o.ID == a.ID && o.Kind == alerts.OrderRollback })
}

// audit looks at the journal at the end of a run.
func (w *world) audit() {
	w.auditOrders()
	w.auditUndone()
	for _, a := range w.newest() {
		if a.Stage == alerts.Intent || a.Waits() && w.finished.After(a.Tick.Add(expires+time.Hour)) {
			w.counts.unfinished++
		}
		if a.Stage == alerts.Refused || w.wasProposed(a.ID) {
			continue // nothing was to be done
		}
		if !slices.ContainsFunc(w.rows, func(row alerts.Action) bool { return row.ID == a.ID && row.Stage == alerts.Intent }) {
			w.counts.unannounced++
		}
	}
	for k, c := range w.changes {
		if c.action == "" {
			continue
		}
		next := w.finished
		if k+1 < len(w.changes) {
			next = w.changes[k+1].after
		}
		a := w.last(c.action)
		noted := slices.ContainsFunc(w.newest(), func(row alerts.Action) bool { // two orders may ask for one move
			return row.Moved() && row.From == a.From && row.To == a.To && row.At.After(c.after)
		})
		switch {
		case noted:
			w.counts.noted++
		case c.from != a.From: // a race, which is counted as one
		case next.Sub(c.after) > 6*time.Hour: // there was time to find out
			w.counts.unrecorded++
		}
	}
	if w.slot == "" {
		w.counts.empty++
	}
}

// auditOrders looks whether every order to do something has its outcome.
func (w *world) auditOrders() {
	for _, o := range w.orders {
		if o.Kind != alerts.OrderApprove && o.Kind != alerts.OrderRollback {
			continue
		}
		switch last := w.last(o.ID); {
		case last.Moved():
			w.counts.ordered++
		case last.Stage == alerts.Refused:
			w.counts.refused++
		case last.Stage == "":
			w.counts.unanswered++
		}
	}
	for _, a := range w.newest() {
		if w.wasProposed(a.ID) {
			w.counts.proposed++
		}
	}
}

// auditUndone looks whether every move that is on record as undone was: somebody
// changed the slot after it.
func (w *world) auditUndone() {
	for _, a := range w.newest() {
		k := slices.IndexFunc(w.changes, func(c change) bool { return c.action == a.ID })
		if a.Stage != alerts.Undone || k < 0 || slices.ContainsFunc(w.changes[k:], func(c change) bool { return c.action != a.ID }) {
			continue
		}
		if w.looked[a.At] > w.changes[k].step {
			w.counts.behind++ // what it was shown was older than the move
		} else {
			w.counts.invented++
		}
	}
}

func (w *world) wasProposed(id string) bool {
	return slices.ContainsFunc(w.rows, func(a alerts.Action) bool { return a.ID == id && a.Stage == alerts.Proposed })
}

// last returns the newest row of the action, the zero one when it has none.
func (w *world) last(id string) alerts.Action {
	for _, a := range w.newest() {
		if a.ID == id {
			return a
		}
	}
	return alerts.Action{}
}
