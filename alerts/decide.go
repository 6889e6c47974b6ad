package alerts

import (
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// Decide says what follows from the verdicts of one model at a tick. It is
// pure and keeps nothing: what was already told or done it knows from past.
func Decide(p Policy, verdicts []evaluate.Verdict, past Past, tick time.Time) Plan {
	d := &decision{policy: p, verdicts: verdicts, past: past, tick: tick, plan: Plan{Model: p.Model, Tick: tick, Epoch: past.Epoch}}
	serving := servingVerdict(verdicts)

	d.lapse()
	d.verify()
	if serving != nil {
		d.data(serving)
		d.pipeline(serving)
		d.demote(serving, d.performance(serving))
		d.drift(serving)
	}
	d.orders()
	d.settle(serving)
	d.digest()

	lines := slices.Concat(d.verifies, d.demotes, d.annotate(verdicts), d.tells())
	d.plan.Lines = lines
	return d.plan
}

// decision is the work sheet of one Decide.
type decision struct {
	policy   Policy
	verdicts []evaluate.Verdict
	past     Past
	tick     time.Time
	plan     Plan

	verifies, demotes []Line
	drafts            []draft
	refusal           Reason // of the demotion that the evidence asks for
}

func servingVerdict(verdicts []evaluate.Verdict) *evaluate.Verdict {
	for i := range verdicts {
		if verdicts[i].Serving {
			return &verdicts[i]
		}
	}
	return nil
}

// earlier lists the actions as earlier ticks left them, newest first. What this very
// tick did before a crash must not change what it decides.
func (d *decision) earlier() []Action {
	actions := slices.Clone(d.past.Actions)
	slices.Reverse(actions)
	return actions
}

// demoted reports whether an earlier action took the slot from the version, and no
// person has released it since.
func (d *decision) demoted(version string) bool {
	return slices.ContainsFunc(d.earlier(), func(a Action) bool {
		return a.From == version && a.Moved() && !a.Tick.Before(d.past.Released[version])
	})
}
