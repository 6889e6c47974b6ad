package main

import (
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
)

// counts are what happened in runs, and what must not have.
type counts struct {
	promotions, kills, pauses, stale, lost int // disturbances
	moves, noted, races, unseen            int

	// Violations.
	wrong, empty, double, unfinished, unannounced, unrecorded int
}

func (c *counts) add(o counts) {
	for k, into := range c.all() {
		*into += *o.all()[k]
	}
}

func (c *counts) all() []*int {
	return []*int{
		&c.promotions, &c.kills, &c.pauses, &c.stale, &c.lost, &c.moves, &c.noted, &c.races, &c.unseen,
		&c.wrong, &c.empty, &c.double, &c.unfinished, &c.unannounced, &c.unrecorded,
	}
}

// violations counts what must be 0.
func (c counts) violations() int {
	return c.wrong + c.empty + c.double + c.unfinished + c.unannounced + c.unrecorded
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
	case before != a.From, !w.bad[a.From], w.gone[a.To] && w.looks[a.Tick].Unfit[a.To] != "":
		w.counts.wrong++
	}
	// A second move away from a version that the journal knows as demoted fights
	// people. If nobody could know of the first, it cannot be told from a retry.
	for _, c := range w.changes {
		if c.action == "" || c.from != a.From || c.action == a.ID && before != a.From {
			continue
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

// audit looks at the journal at the end of a run.
func (w *world) audit() {
	for _, a := range w.newest() {
		if a.Stage == alerts.Intent {
			w.counts.unfinished++
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
		last := w.last(c.action)
		switch {
		case last.Moved():
			w.counts.noted++
		case next.Sub(c.after) > 6*time.Hour: // there was time to find out
			w.counts.unrecorded++
		}
	}
	if w.slot == "" {
		w.counts.empty++
	}
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
