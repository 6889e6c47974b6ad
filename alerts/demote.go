package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// demote asks for the slot of a critical version to be moved, or notes on its
// incident why not.
func (d *decision) demote(v *evaluate.Verdict, i *Incident) {
	proof, ok := proof(v)
	if !ok || i == nil {
		return
	}
	reason := FirstCritical
	if d.past.Statuses[v.Ref.Version].Status == evaluate.Critical.String() {
		reason = StillCritical
	}
	c := candidate{decision: d, verdict: v, incident: i, proof: proof, target: d.target(v, proof)}
	refusal := c.refused()
	d.refusal = refusal
	switch {
	case refusal == BlockedObserve:
		if !d.wouldHave(i) {
			d.demotes = append(d.demotes, Line{What: Demote, Ref: v.Ref, Reason: reason, Action: c.action(reason), DryRun: true})
		}
		i.Blocked = refusal
	case refusal == BlockedApproval, refusal == BlockedQuiet:
		if !c.proposed() {
			d.demotes = append(d.demotes, Line{What: Demote, Ref: v.Ref, Reason: reason, Action: c.action(reason), Record: Proposed})
		}
		i.Blocked = refusal
	case refusal != "":
		if i.Blocked != refusal {
			reach := InChannel
			switch {
			case !d.speaks(refusal):
				reach = InThread
			case i.Blocked == "":
				reach = ToOwner
			}
			i.note(d.tick, reach, "not demoted: "+refusal.Sentence())
		}
		i.Blocked = refusal
	default:
		i.Blocked = ""
		a := c.action(reason)
		if o, reason := c.approval(); reason == "" {
			a.ID, a.By = o.ID, o.By
		}
		d.demotes = append(d.demotes, Line{What: Demote, Ref: v.Ref, Reason: reason, Action: a})
	}
}

// proof returns the detector on whose word the version is critical: the one
// that leads furthest, before others one whose last block was not calm.
func proof(v *evaluate.Verdict) (evaluate.Evidence, bool) {
	if v.Status != evaluate.Critical {
		return evaluate.Evidence{}, false
	}
	proven := slices.DeleteFunc(raisedLive(v), func(e evaluate.Evidence) bool { return e.Level < evaluate.Proven })
	if len(proven) == 0 {
		return evaluate.Evidence{}, false
	}
	for _, e := range proven {
		if e.Calm == 0 {
			return e, true
		}
	}
	return proven[0], true
}

// target returns the version that would take over, "" when there is none: the
// opponent that did better on the same requests if it may serve, else the
// newest earlier holder, else the fallback alias. One that may not take over
// comes last, so that a guard can say why.
func (d *decision) target(v *evaluate.Verdict, proof evaluate.Evidence) string {
	eligible := slices.Clone(d.past.Serving.Previous)
	if f := d.past.Serving.Fallback; f != "" && !slices.Contains(eligible, f) {
		eligible = append(eligible, f)
	}
	eligible = slices.DeleteFunc(eligible, func(version string) bool { return version == v.Ref.Version })
	good := slices.DeleteFunc(slices.Clone(eligible), func(version string) bool {
		return d.discredited(version) || d.unfit(version) != ""
	})
	switch {
	case slices.Contains(good, proof.Against):
		return proof.Against
	case len(good) > 0:
		return good[0]
	case len(eligible) > 0:
		return eligible[0]
	}
	return ""
}

// discredited reports whether the version was demoted, as far as actions and
// the tags of earlier days tell.
func (d *decision) discredited(version string) bool {
	return d.demoted(version) || d.past.Tags[version][TagHealth] == HealthDemoted && d.past.Released[version].IsZero()
}

// wouldHave reports whether observe mode already told what it would have done.
func (d *decision) wouldHave(i *Incident) bool {
	if a := i.Action; a != nil && a.Stage == WouldHave && a.Tick.Before(d.tick) {
		return true
	}
	return slices.ContainsFunc(d.earlier(), func(a Action) bool {
		return a.From == i.Ref.Version && a.Stage == WouldHave && !a.Tick.Before(i.began())
	})
}

// action describes the demotion before anything was done.
func (c candidate) action(reason Reason) *Action {
	d, e := c.decision, c.proof
	return &Action{
		ID:    c.verdict.Ref.String() + "/" + d.tick.UTC().Format(time.RFC3339),
		Model: d.policy.Model, From: c.verdict.Ref.Version, To: c.target, Slot: d.policy.Slot, Tick: d.tick, Reason: reason,
		Detector: detectorName(e), LogM: max(e.Peak, e.LogM), Threshold: e.Demote, Labels: e.Rows,
	}
}

func detectorName(e evaluate.Evidence) string {
	if e.Against == "" {
		return fmt.Sprintf("%s/%s", e.Kind, e.Check)
	}
	return fmt.Sprintf("%s/%s against %s", e.Kind, e.Check, e.Against)
}
