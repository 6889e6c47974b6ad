package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// OrderKind is what a person asks for.
type OrderKind string

// The kinds of order. Freeze and Unfreeze are about all models.
const (
	OrderApprove  OrderKind = "approve"  // do what was proposed
	OrderRollback OrderKind = "rollback" // give the slot to another version, whatever the evidence
	OrderRelease  OrderKind = "release"  // let a demoted version serve and be demoted again
	OrderFreeze   OrderKind = "freeze"
	OrderUnfreeze OrderKind = "unfreeze"

	OrderAcknowledge OrderKind = "acknowledge" // a person looks after the incident: it is not repeated
	OrderHold        OrderKind = "hold"        // a person held the version, which is a tag in the registry
	OrderSilence     OrderKind = "silence"     // tell nothing until a time
	OrderUnsilence   OrderKind = "unsilence"
)

// Order is what a person asks for. The next tick carries out or refuses an approval
// and a rollback, once: the outcome is an action with the order's ID. The others
// hold from the next tick on.
type Order struct {
	ID       string
	Model    string // "" is about all
	Kind     OrderKind
	Proposal string // Approve: id of the action that was proposed
	To       string // Rollback: version, "" lets driftd choose as for a demotion; Release: version
	By, Why  string
	At       time.Time
	Incident string    // id of the one that it answers, "" when it answers none
	Class    Class     // Silence, Unsilence: "" is all
	Until    time.Time // Hold, Silence: when it ends, zero when it does not
}

// Sentence says for people what was asked for, by whom and why.
func (o Order) Sentence() string {
	text := map[OrderKind]string{
		OrderApprove: "agrees to " + o.Proposal, OrderRollback: "gives the slot back", OrderRelease: "releases " + o.To,
		OrderAcknowledge: "acknowledges " + o.Incident, OrderHold: "holds " + o.To, OrderSilence: "silences " + o.about(), OrderUnsilence: "wants to hear of " + o.about(),
		OrderFreeze: "freezes all models", OrderUnfreeze: "lets slots be moved again",
	}[o.Kind]
	if o.Kind == OrderRollback && o.To != "" {
		text += " to " + o.To
	}
	if !o.Until.IsZero() {
		text += " until " + moment(o.Until)
	}
	if o.Why != "" {
		text += ": " + o.Why
	}
	return o.By + " " + text
}

// about says what a silence is about.
func (o Order) about() string {
	if o.Class == "" {
		return "all of " + o.Model
	}
	return fmt.Sprintf("%s of %s", o.Class, o.Model)
}

// answered reports whether an earlier tick carried the order out or refused it.
func (d *decision) answered(o Order) bool {
	return slices.ContainsFunc(d.earlier(), func(a Action) bool { return a.ID == o.ID })
}

// approval returns the order that lets the candidate pass, and why one that is
// there does not.
func (c candidate) approval() (Order, Reason) {
	reason := BlockedApproval
	for _, o := range c.past.Orders {
		if o.Kind != OrderApprove || c.answered(o) {
			continue
		}
		if reason = c.agrees(o); reason == "" {
			return o, ""
		}
	}
	return Order{}, reason
}

// agrees says why the order does not agree to what the candidate is now.
func (c candidate) agrees(o Order) Reason {
	for _, a := range c.earlier() {
		if a.ID != o.Proposal {
			continue
		}
		expires := a.Tick.Add(c.policy.Approval)
		switch {
		case len(c.policy.Approvers) > 0 && !slices.Contains(c.policy.Approvers, o.By):
			return BlockedApprover
		case a.Stage == Expired || !o.At.Before(expires) || c.tick.Sub(o.At) > c.policy.Approval:
			return BlockedExpired
		case a.Stage != Proposed || a.From != c.verdict.Ref.Version || a.To != c.target:
			return BlockedOvertaken
		}
		return ""
	}
	return BlockedOvertaken
}

// proposed reports whether the demotion waits for a person already.
func (c candidate) proposed() bool {
	return slices.ContainsFunc(c.earlier(), func(a Action) bool {
		return a.Stage == Proposed && a.From == c.verdict.Ref.Version && a.To == c.target && c.tick.Before(a.Tick.Add(c.policy.Approval))
	})
}

// lapse ends proposals that were agreed to, that nobody agreed to in time, or
// whose slot was moved: by driftd itself once quiet hours were over, or by others.
func (d *decision) lapse() {
	for _, a := range d.earlier() {
		if a.Stage != Proposed {
			continue
		}
		line := Line{What: Verify, Ref: a.from(), Action: &a}
		switch {
		case d.agreed(a):
			line.Record, line.Reason = Agreed, Ordered
		case d.past.Serving.Known && d.past.Serving.Ref != a.from() && d.carriedOut(a):
			line.Record, line.Reason = Expired, Demoted
		case d.past.Serving.Known && d.past.Serving.Ref != a.from():
			line.Record, line.Reason = Overtaken, BlockedMoved
		case !d.tick.Before(a.Tick.Add(d.policy.Approval)) && !d.answers(a):
			line.Record, line.Reason = Expired, BlockedExpired
		default:
			continue
		}
		d.verifies = append(d.verifies, line)
	}
}

// answers reports whether this tick answers somebody who agreed in time. Until that
// is done, the proposal stands: else the tick, repeated after a crash, would find it
// expired and answer otherwise.
func (d *decision) answers(a Action) bool {
	return slices.ContainsFunc(d.past.Orders, func(o Order) bool {
		return o.Proposal == a.ID && !d.answered(o) && o.At.Before(a.Tick.Add(d.policy.Approval))
	})
}

// carriedOut reports whether driftd did later by itself what it had proposed.
func (d *decision) carriedOut(a Action) bool {
	return slices.ContainsFunc(d.earlier(), func(b Action) bool { return b.Moved() && b.By == "" && b.From == a.From && b.Tick.After(a.Tick) })
}

func (d *decision) agreed(a Action) bool {
	for _, o := range d.past.Orders {
		if o.Proposal == a.ID && slices.ContainsFunc(d.earlier(), func(b Action) bool { return b.ID == o.ID && b.Stage != Refused }) {
			return true
		}
	}
	return false
}

// orderGuards are those that an order of a person must pass, too. Which version
// is better is theirs to know; whether a switch can be made is not.
var orderGuards = []func(candidate) Reason{
	notFrozen, registryKnown, latestTick, notHeld, heldOnce, fallbackExists, fallbackServes, nothingUnfinished,
}

// SkippedForOrders names what a rollback that a person orders does not look at.
const SkippedForOrders = "evidence, mode, quiet hours, min_bake, cooldown, budgets, data, age and health of the target, earlier demotions"

// fallbackServes refuses a target that the registry shows to be unfit.
func fallbackServes(c candidate) Reason { return c.past.Serving.Unfit[c.target] }

// orders answers those that the evidence did not: rollbacks, and approvals of
// what cannot be done now. A tick that catches up, or moves the slot anyway, leaves
// them to a later one.
func (d *decision) orders() {
	moves := func(l Line) bool { return l.Record == "" && !l.DryRun }
	if !d.past.Latest || slices.ContainsFunc(d.demotes, moves) {
		return // one move a tick
	}
	for _, o := range d.past.Orders {
		if d.answered(o) || slices.ContainsFunc(d.demotes, func(l Line) bool { return l.Action.ID == o.ID }) {
			continue
		}
		v := evaluate.Verdict{Ref: d.past.Serving.Ref}
		c := candidate{decision: d, verdict: &v, target: o.To}
		line := Line{What: Demote, Ref: v.Ref, Reason: Ordered}
		refusal := d.refusal
		switch o.Kind {
		case OrderRollback:
			if c.target == "" {
				c.target = d.target(&v, evaluate.Evidence{})
			}
			refusal = ""
			for _, guard := range orderGuards {
				if refusal = guard(c); refusal != "" {
					break
				}
			}
			if refusal == "" && c.target == v.Ref.Version {
				refusal = BlockedServes
			}
		case OrderApprove:
			if refusal == "" {
				refusal = BlockedNotNow // nothing asks for it any more
			}
		default:
			continue
		}
		line.Action = &Action{
			ID: o.ID, Model: d.policy.Model, From: v.Ref.Version, To: c.target, Slot: d.policy.Slot, Tick: d.tick,
			Reason: Ordered, Detector: fmt.Sprintf("%s by %s: %s", o.Kind, o.By, o.Why), By: o.By,
		}
		if refusal != "" {
			line.Record, line.Reason = Refused, refusal
		}
		d.demotes = append(d.demotes, line)
		if moves(line) {
			return
		}
	}
}
