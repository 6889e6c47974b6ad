package alerts

import "github.com/driftd/driftd/evaluate"

// candidate is a demotion that the evidence asks for.
type candidate struct {
	*decision
	verdict  *evaluate.Verdict
	incident *Incident // with the newest results
	proof    evaluate.Evidence
	target   string // "" when there is none
}

// guards must all let a demotion pass. They can only remove alarms, so the
// budget survives them. The order decides which refusal people read: what
// makes acting impossible comes before what makes it unwise, the mode last, so
// that observe mode records exactly what auto would have done.
var guards = []func(candidate) Reason{
	notFrozen, registryKnown, latestTick, notHeld, covered, stillBelow, fewModels,
	slotUnmoved, heldOnce, baked, fallbackExists, dataSound, fallbackFits, noPingPong, fallbackBetter,
	cooledDown, slotBudget, fleetBudget, nothingUnfinished, modeAllows,
}

// refused returns the first guard's refusal, "" when all agree.
func (c candidate) refused() Reason {
	for _, guard := range guards {
		if refusal := guard(c); refusal != "" {
			return refusal
		}
	}
	return ""
}

func refuse(refused bool, reason Reason) Reason {
	if refused {
		return reason
	}
	return ""
}

func notFrozen(c candidate) Reason { return refuse(c.frozen(), BlockedFrozen) }

// frozen reports whether people stopped everything, in the configuration or by
// a command.
func (d *decision) frozen() bool { return d.policy.Frozen || d.past.Frozen }

func registryKnown(c candidate) Reason { return refuse(!c.past.Serving.Known, BlockedRegistry) }

func latestTick(c candidate) Reason { return refuse(!c.past.Latest, BlockedStale) }

func notHeld(c candidate) Reason {
	return refuse(c.held(c.verdict.Ref.Version) || c.held(c.target), BlockedHold)
}

// held reports whether a person holds the version or the whole model.
func (d *decision) held(version string) bool {
	_, model := d.past.Serving.Held[""]
	_, this := d.past.Serving.Held[version]
	return model || this
}

func slotUnmoved(c candidate) Reason {
	return refuse(c.past.Serving.Ref != c.verdict.Ref, BlockedMoved)
}

// heldOnce refuses while a stage has several holders: which of them serves is
// anybody's guess, and archiving the others is not ours.
func heldOnce(c candidate) Reason { return refuse(len(c.past.Serving.Also) > 0, BlockedHeldTwice) }

// baked refuses too when it is not known since when the version serves.
func baked(c candidate) Reason {
	since := c.past.Serving.Since
	return refuse(since.IsZero() || c.tick.Sub(since) < c.policy.MinBake, BlockedBake)
}

// covered looks at the last closed block: where labels are missing, those that
// came may be the unusual ones.
func covered(c candidate) Reason {
	for _, r := range c.incident.Results {
		if r.Check == coverageCheck && r.Value != nil && r.Limit != nil && *r.Value < *r.Limit {
			return BlockedCoverage
		}
	}
	return ""
}

func stillBelow(c candidate) Reason { return refuse(c.proof.Calm > 0, BlockedNotNow) }

func fallbackExists(c candidate) Reason { return refuse(c.target == "", BlockedFallback) }

// noPingPong never returns to a version that was demoted, and never takes away
// again what a person gave back.
func noPingPong(c candidate) Reason {
	return refuse(c.discredited(c.target) || c.demoted(c.verdict.Ref.Version), BlockedPingPong)
}

func cooledDown(c candidate) Reason {
	for _, a := range c.earlier() {
		if a.Moved() && c.tick.Sub(a.Tick) < c.policy.Cooldown {
			return BlockedCooldown
		}
	}
	return ""
}

func nothingUnfinished(c candidate) Reason {
	for _, a := range c.earlier() {
		if a.Stage == Intent {
			return BlockedUnfinished
		}
	}
	return ""
}

func modeAllows(c candidate) Reason {
	if c.policy.Mode < Approve {
		return BlockedObserve
	}
	if c.policy.Mode == Auto && !c.quiet() {
		return ""
	}
	_, reason := c.approval()
	if reason == BlockedApproval && c.policy.Mode == Auto {
		return BlockedQuiet
	}
	return reason
}
