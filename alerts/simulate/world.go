package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/model"
)

const name = "churn"

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// change is one write that changed the slot, as only the world knows it.
type change struct {
	step     int
	after    time.Time // last tick that was done
	from, to string
	action   string // of driftd; "" when people did it
}

// world is everything that outlives a process: the registry, the journal, and
// who leads.
type world struct {
	rng  *rand.Rand
	step int
	now  time.Time // newest tick that is due
	end  time.Time // no tick falls due after it
	calm bool      // nothing bad happens any more: what is open must come to its end

	mode    alerts.Mode
	quiet   []alerts.Quiet
	slot    string
	changes []change
	held    map[string]string
	orders  []alerts.Order
	since   int                  // step at which the newest tick fell due
	gone    map[string]bool      // deleted versions
	bad     map[string]bool      // versions that are worse, as their labels will show
	served  map[string]time.Time // by version: first tick at which it held the slot

	rows      []alerts.Action
	tags      map[string]map[string]string
	incidents map[string]alerts.Incident
	looks     map[time.Time]alerts.Serving // what the first attempt of a tick saw
	looked    map[time.Time]int            // step at which it did
	history   []holding
	finished  time.Time // last tick that was done

	leader   int
	epoch    int32
	replicas []*replica
	counts   counts
	trace    io.Writer // told what happens; may be nil
}

type holding struct {
	version string
	from    time.Time
}

func newWorld(seed, run uint64, ticks int) *world {
	w := &world{
		rng: rand.New(rand.NewPCG(seed, run)), now: start, end: start.Add(time.Duration(ticks) * time.Hour), epoch: 1,
		slot: "1", held: map[string]string{}, gone: map[string]bool{}, served: map[string]time.Time{},
		tags: map[string]map[string]string{}, incidents: map[string]alerts.Incident{}, looks: map[time.Time]alerts.Serving{}, looked: map[time.Time]int{},
		finished: start.Add(-time.Hour),
	}
	w.policy()
	w.bad = map[string]bool{"2": true, "3": w.chance(.5), "4": w.chance(.3)}
	for k := range 2 {
		w.replicas = append(w.replicas, newReplica(w, k))
	}
	return w
}

func (w *world) say(format string, args ...any) {
	if w.trace != nil {
		fmt.Fprintf(w.trace, "%7d %s "+format+"\n", append([]any{w.step, w.now.Format("01-02 15:04")}, args...)...)
	}
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// play runs until every tick is done, then says what was wrong.
func (w *world) play() (counts, error) {
	for _, r := range w.replicas {
		go r.live()
	}
	defer func() {
		for _, r := range w.replicas {
			r.stop()
		}
	}()
	// A day of calm at the end lets every action come to its outcome.
	for w.finished.Before(w.end.Add(24 * time.Hour)) {
		if w.step++; w.step > 1_000_000 {
			return w.counts, fmt.Errorf("stuck at tick %s", w.finished)
		}
		w.calm = w.finished.After(w.end)
		if !w.calm {
			w.disturb()
		}
		// Seldom the next tick falls due while one is under way, which is then not the newest.
		if !w.finished.Before(w.now) && w.chance(.5) || !w.calm && w.chance(.003) {
			w.now, w.since = w.now.Add(time.Hour), w.step
		}
		if r := w.replicas[w.rng.IntN(len(w.replicas))]; r.paused <= 0 {
			r.step()
		} else {
			r.paused--
		}
	}
	w.audit()
	return w.counts, nil
}

// disturb lets happen what may.
func (w *world) disturb() {
	r := w.replicas[w.rng.IntN(len(w.replicas))]
	switch {
	case w.chance(.01):
		w.people()
	case w.chance(.01):
		r.kill, r.late = true, w.chance(.5)
		w.counts.kills++
	case w.chance(.01): // it stands still for longer than its term
		r.paused = 1 + w.rng.IntN(80)
		w.counts.pauses++
		w.elect()
	case w.chance(.003):
		w.elect()
	}
}

// elect begins a new term, of the one that is not known to stand still.
func (w *world) elect() {
	defer func() { w.say("term %d: replica %d leads", w.epoch, w.leader) }()
	w.epoch++
	w.leader = w.rng.IntN(len(w.replicas))
	if w.replicas[w.leader].paused > 0 {
		w.leader = 1 - w.leader
	}
}

// put changes who holds the slot.
func (w *world) put(version, action string) {
	w.changes = append(w.changes, change{step: w.step, after: w.finished, from: w.slot, to: version, action: action})
	w.say("slot: %s to %s by %q", w.slot, version, action)
	w.slot = version
}

// at returns who held the slot some steps ago.
func (w *world) at(step int) string {
	for k := len(w.changes) - 1; k >= 0; k-- {
		if w.changes[k].step <= step {
			return w.changes[k].to
		}
	}
	return "1"
}

func ref(version string) model.Ref { return model.Ref{Name: name, Version: version} }
