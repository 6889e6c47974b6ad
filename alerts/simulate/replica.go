package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/driftd/driftd/alerts"
)

var (
	errKilled = errors.New("killed")
	errTerm   = errors.New("the call ended with its term")
	errRows   = errors.New("rows may not be stored")
)

// replica is a process of driftd. It runs only while the world waits for it:
// from one of its calls to the next.
type replica struct {
	*world
	index  int
	turn   chan bool // false: the world ends
	waits  chan struct{}
	paused int // steps that it stands still
	kill   bool
	late   bool  // killed after the effect
	dead   bool  // all further calls fail until it is started again
	term   int32 // in which it runs a tick
	tick   time.Time
}

func newReplica(w *world, index int) *replica {
	return &replica{world: w, index: index, turn: make(chan bool), waits: make(chan struct{})}
}

// step lets the replica run up to its next call.
func (r *replica) step() {
	r.turn <- true
	<-r.waits
}

func (r *replica) stop() { r.turn <- false }

type ended struct{}

// live is the process, started again whenever it is killed.
func (r *replica) live() {
	defer func() {
		if _, ok := recover().(ended); !ok {
			panic("a replica ended by itself")
		}
	}()
	if !<-r.turn {
		panic(ended{})
	}
	for {
		r.wait()
		r.dead = false
		tick := r.finished.Add(time.Hour)
		if r.leader == r.index && !tick.After(r.now) {
			r.term = r.epoch
			r.evaluate(tick)
		}
	}
}

func (r *replica) wait() {
	r.waits <- struct{}{}
	if !<-r.turn {
		panic(ended{})
	}
}

// call is one call to something outside: whatever happens, happens before it. A
// call of a term that is over mostly ends with it; some were already under way.
func (r *replica) call(effect func() error) error {
	r.wait()
	switch {
	case r.dead:
		return errKilled
	case r.kill && !r.late:
		r.say("replica %d is killed", r.index)
		r.kill, r.dead = false, true
		return errKilled
	case r.term != r.epoch && r.chance(.8):
		return errTerm
	}
	err := effect()
	if r.kill {
		r.say("replica %d is killed", r.index)
		r.kill, r.dead = false, true
		return errKilled
	}
	return err
}

// evaluate is a tick, as the cycle of the daemon runs it: what could not be
// recorded is not done, and losing the lead leaves the tick to the other.
func (r *replica) evaluate(tick time.Time) {
	serving, err := r.look(tick)
	if err != nil {
		return
	}
	r.tick = tick
	past := r.past(tick, serving)
	policy := alerts.Policy{
		Model: name, Slot: "alias champion", Mode: r.mode, Channel: "", Approval: expires, Approvers: approvers, Quiet: r.quiet,
		MinBake: 6 * time.Hour, Cooldown: 24 * time.Hour, Effect: time.Hour, MaxAge: 90 * 24 * time.Hour, Stalled: 4,
	}
	plan := alerts.Decide(policy.Limited(serving.Mode), r.verdicts(tick, serving.Ref.Version), past, tick)
	ports := alerts.Ports{Leadership: r, Registry: r, Journal: r, Traffic: r, Slots: r, Wait: r.pause}
	err = alerts.NewApplier(ports, slog.New(slog.DiscardHandler), nil).Apply(context.Background(), plan, past)
	if errors.Is(err, errRows) || errors.Is(err, errKilled) || errors.Is(err, alerts.ErrNotLeading) || errors.Is(err, errTerm) {
		return
	}
	_ = r.call(func() error {
		if tick.After(r.finished) {
			r.finished = tick
		}
		return nil
	})
}

// Confirm implements [alerts.Leadership].
func (r *replica) Confirm(_ context.Context, epoch int32) (until time.Time, err error) {
	err = r.call(func() error {
		if r.leader != r.index || r.epoch != epoch {
			return alerts.ErrNotLeading
		}
		return nil
	})
	if err != nil {
		return until, errors.Join(alerts.ErrNotLeading, err)
	}
	return time.Now().Add(time.Hour), nil // the term ends by the world's clock: see call
}
