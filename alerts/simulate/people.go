package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
)

// approvers may agree to a proposal; mallory may not, and tries.
var approvers = []string{"alice", "bob"}

const expires = 4 * time.Hour // of a proposal

// policy draws how far driftd may go: by itself, by itself but not at night, or
// when people agree.
func (w *world) policy() {
	w.mode = alerts.Auto
	switch draw := w.rng.Float64(); {
	case draw < .4:
		w.mode = alerts.Approve
	case draw < .6:
		night, err := alerts.ParseQuiet("22:00-06:00")
		if err != nil {
			panic(err) // the text is the one above
		}
		w.quiet = []alerts.Quiet{night}
	}
}

// people do what they like.
func (w *world) people() {
	versions := []string{"1", "2", "3", "4"}
	version := versions[w.rng.IntN(len(versions))]
	switch what := w.rng.IntN(20); {
	case what < 6 && !w.gone[version] && version != w.slot:
		w.put(version, "")
		w.counts.promotions++
	case what < 7:
		w.held[[]string{"", version}[w.rng.IntN(2)]] = "audit"
	case what < 10:
		clear(w.held)
	case what < 11:
		kind := alerts.OrderFreeze
		if w.frozen(w.clock()) {
			kind = alerts.OrderUnfreeze
		}
		w.order(alerts.Order{Kind: kind})
	case what < 12:
		w.order(alerts.Order{Model: name, Kind: alerts.OrderRollback, To: []string{"", version}[w.rng.IntN(2)]})
	case what < 13:
		w.order(alerts.Order{Model: name, Kind: alerts.OrderRelease, To: version})
	case what < 18:
		w.agree()
	case version != w.slot && len(w.gone) < 2:
		w.gone[version] = true
	}
}

// agree orders what was proposed, mostly the newest.
func (w *world) agree() {
	var proposals []string
	for _, row := range w.rows {
		if row.Stage == alerts.Proposed && !slices.Contains(proposals, row.ID) {
			proposals = append(proposals, row.ID)
		}
	}
	if n := len(proposals); n > 0 {
		w.order(alerts.Order{Model: name, Kind: alerts.OrderApprove, Proposal: proposals[max(0, n-1-w.rng.IntN(6)/4)]})
	}
}

func (w *world) order(o alerts.Order) {
	o.By, o.At = append(approvers, "mallory")[w.rng.IntN(3)], w.clock()
	o.ID = fmt.Sprintf("%s/%d", o.Kind, w.step)
	w.orders = append(w.orders, o)
	w.counts.orders++
	w.say("order %s by %s: %s%s", o.ID, o.By, o.To, o.Proposal)
}

// clock is the time: some milliseconds after the newest tick.
func (w *world) clock() time.Time {
	return w.now.Add(time.Duration(1+w.step-w.since) * time.Millisecond)
}

// frozen reports whether people have frozen everything at a time.
func (w *world) frozen(at time.Time) bool {
	frozen := false
	for _, o := range w.orders {
		if o.At.After(at) {
			break
		}
		frozen = o.Kind == alerts.OrderFreeze || frozen && o.Kind != alerts.OrderUnfreeze
	}
	return frozen
}

// released returns when people last released each version, as known at the tick.
func (w *world) released(tick time.Time) map[string]time.Time {
	last := map[string]time.Time{}
	for _, o := range w.orders {
		if o.Kind == alerts.OrderRelease && !o.At.After(tick) {
			last[o.To] = o.At
		}
	}
	return last
}

// open lists the orders about the model that a tick may know, of the last day.
func (w *world) open(tick time.Time) []alerts.Order {
	var all []alerts.Order
	for _, o := range w.orders {
		if o.Model != "" && !o.At.After(tick) && o.At.After(tick.Add(-24*time.Hour)) {
			all = append(all, o)
		}
	}
	return all
}
