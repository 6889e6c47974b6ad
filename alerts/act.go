package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// demote moves the slot. The order is the point: the intent is in the journal
// and on the version before the slot is touched, so that whatever is killed
// when, the next tick knows that there is something to find out.
func (r *run) demote(ctx context.Context, line Line) error {
	a := *line.Action
	if r.done(a.ID) {
		return nil
	}
	if line.Record != "" {
		return r.reached(ctx, a, line.Record, line.Reason.Sentence())
	}
	if line.DryRun {
		r.log.Info("would have moved the slot", "model", a.Model, "version", a.From, "slot", a.Slot, "tick", a.Tick, "reason", a.Reason)
		return r.reached(ctx, a, WouldHave, "")
	}
	if err := r.reached(ctx, a, Intent, ""); err != nil {
		return err // what cannot be recorded is not done
	}
	return r.carryOut(ctx, a)
}

// carryOut moves the slot of an intent that is in the journal.
func (r *run) carryOut(ctx context.Context, a Action) error {
	ref, tags := intentTag(a)
	if err := r.ports.Registry.Annotate(ctx, ref, tags); err != nil {
		err = fmt.Errorf("tag the intent: %w", err)
		return errors.Join(err, r.reached(ctx, a, Failed, err.Error()))
	}
	return r.move(ctx, a)
}

// move switches the slot and records the outcome. An uncertain one is left as
// an intent: the next tick reads the slot.
func (r *run) move(ctx context.Context, a Action) error {
	// The intent took a moment, in which another replica may have taken over: it
	// finds the intent and finishes it.
	ctx, release, err := r.leading(ctx)
	if err != nil {
		return err
	}
	defer release()
	started := time.Now()
	err = r.ports.Registry.Switch(ctx, a)
	r.metrics.took(Demote, time.Since(started))
	switch {
	case err == nil:
		r.log.Info("moved the slot", "model", a.Model, "version", a.To, "slot", a.Slot, "tick", a.Tick, "reason", a.Reason, "action", a.ID)
		if err := r.reached(ctx, a, Done, fmt.Sprintf("read back as %s at once", a.To)); err != nil {
			return err
		}
		r.moved = append(r.moved, a.ID)
		return nil
	case errors.Is(err, ErrMoved):
		r.log.Warn("slot was moved by somebody else", "model", a.Model, "version", a.From, "slot", a.Slot, "tick", a.Tick, "action", a.ID, "err", err)
		return r.reached(ctx, a, Overtaken, err.Error())
	case errors.Is(err, ErrUncertain), ctx.Err() != nil:
		r.metrics.acted(Demote, "uncertain")
		a.Stage, a.Detail = Intent, err.Error()
		r.actions[a.ID] = a
		return err
	}
	return errors.Join(err, r.reached(ctx, a, Failed, err.Error()))
}

// reached records that the action came to the stage at this tick.
func (r *run) reached(ctx context.Context, a Action, stage Stage, detail string) error {
	a.Stage, a.At, a.Detail, a.Epoch = stage, r.plan.Tick, detail, r.plan.Epoch
	r.actions[a.ID] = a
	if stage != Intent {
		r.metrics.acted(Demote, string(stage))
	}
	if err := r.ports.Journal.SaveAction(ctx, a); err != nil {
		return fmt.Errorf("save that action %s is %s: %w", a.ID, stage, err)
	}
	return nil
}

// done reports whether this very tick found out, before a crash, what became of the
// action: the slot, as the tick first saw it, may be older.
func (r *run) done(id string) bool {
	for _, a := range r.past.Reached {
		if a.ID == id && a.Stage != Intent && a.Stage != Failed {
			r.actions[id] = a
			return true
		}
	}
	return false
}

// verify finishes what a crash cut short, or looks whether traffic followed.
func (r *run) verify(ctx context.Context, line Line) error {
	a := *line.Action
	if r.done(a.ID) {
		return nil
	}
	r.actions[a.ID] = a
	if line.Record != "" {
		return r.reached(ctx, a, line.Record, line.Reason.Sentence())
	}
	switch line.Reason {
	case Resumed:
		return r.carryOut(ctx, a) // it may have been killed before the version was tagged
	case AwaitingEffect:
		return r.follow(ctx, a, line.Until)
	case BlockedMoved:
		if a.Moved() {
			return r.reached(ctx, a, Undone, fmt.Sprintf("%s holds it", r.past.Serving.Ref))
		}
		return r.reached(ctx, a, Overtaken, fmt.Sprintf("%s holds it", r.past.Serving.Ref))
	}
	return r.reached(ctx, a, Failed, line.Reason.Sentence())
}

// Traffic has followed when followedShare of at least fewestServed predictions
// are served by the target.
const (
	followedShare = 0.95
	fewestServed  = 20
)

// follow asks the predictions themselves. Serving takes a while to follow and
// that while must not count for ever, so the younger half of the time since
// the switch will do. No traffic says nothing either way.
func (r *run) follow(ctx context.Context, a Action, until time.Time) error {
	from, to := a.Tick, r.plan.Tick
	all, target, first, err := r.ports.Traffic.Served(ctx, a.to(), from, to)
	if err != nil {
		return fmt.Errorf("read traffic since %s: %w", from.Format(time.RFC3339), err)
	}
	recent, recentTarget := all, target
	if !followed(all, target) && all >= fewestServed {
		from = to.Add(-to.Sub(from) / 2)
		if recent, recentTarget, _, err = r.ports.Traffic.Served(ctx, a.to(), from, to); err != nil {
			return fmt.Errorf("read traffic since %s: %w", from.Format(time.RFC3339), err)
		}
	}
	seen := fmt.Sprintf("%s of %s predictions since %s came from %s", grouped(recentTarget), grouped(recent), moment(from), a.to())
	switch {
	case followed(recent, recentTarget):
		a.Effective = first
		r.log.Info("live traffic followed", "model", a.Model, "version", a.To, "slot", a.Slot, "tick", a.Tick, "action", a.ID)
		return r.reached(ctx, a, Effective, seen)
	case a.Stage == Done && recent >= fewestServed && !to.Before(until):
		r.log.Error("the slot was moved and live traffic did not follow", "model", a.Model, "version", a.To, "slot", a.Slot, "tick", a.Tick, "action", a.ID)
		return r.reached(ctx, a, NoEffect, seen)
	}
	return nil
}

func followed(all, target uint64) bool {
	return all >= fewestServed && float64(target) >= followedShare*float64(all)
}
