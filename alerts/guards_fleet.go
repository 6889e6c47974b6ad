package alerts

import (
	"slices"
	"time"
)

// What happens to many at once has a common cause, which a demotion does not
// mend. And whatever is wrong with driftd itself, it does only so much.
const (
	breakerShare = 0.3 // of the models, critical at once
	breakerLeast = 3   // models

	slotLimit  = 1 // automatic demotions of one slot
	slotWindow = 7 * 24 * time.Hour

	fleetLimit  = 3 // automatic demotions of all models
	fleetWindow = 24 * time.Hour
)

// Fleet is how all models stood at the tick, as far as they were judged.
type Fleet struct {
	Models   int
	Critical []string // models whose serving version is critical, sorted
	Acted    int      // demotions of other models decided by driftd itself within a day
}

// fewModels refuses when so many models are critical that the cause is common.
func fewModels(c candidate) Reason { return refuse(c.broken(), BlockedFleet) }

func (d *decision) broken() bool {
	critical := d.critical()
	return len(critical) >= breakerLeast && float64(len(critical)) > breakerShare*float64(d.past.Fleet.Models)
}

// critical lists the critical models, this one included.
func (d *decision) critical() []string {
	all := d.past.Fleet.Critical
	if !slices.Contains(all, d.policy.Model) {
		all = append(slices.Clone(all), d.policy.Model)
		slices.Sort(all)
	}
	return all
}

// speaks reports whether the refusal is to be told to people at once. When the
// fleet is frozen, one model says it for all.
func (d *decision) speaks(refusal Reason) bool {
	return refusal != BlockedFleet || d.critical()[0] == d.policy.Model
}

func slotBudget(c candidate) Reason {
	acted := 0
	for _, a := range c.earlier() {
		if a.Moved() && a.By == "" && a.Slot == c.policy.Slot && c.tick.Sub(a.Tick) < slotWindow {
			acted++
		}
	}
	return refuse(acted >= slotLimit, BlockedSlotBudget)
}

func fleetBudget(c candidate) Reason {
	acted := c.past.Fleet.Acted
	for _, a := range c.earlier() {
		if a.Moved() && a.By == "" && c.tick.Sub(a.Tick) < fleetWindow {
			acted++
		}
	}
	return refuse(acted >= fleetLimit, BlockedFleetBudget)
}
