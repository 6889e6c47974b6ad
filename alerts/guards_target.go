package alerts

import (
	"slices"

	"github.com/driftd/driftd/evaluate"
)

// fallbackFits refuses a target that cannot serve, or was not well when it did.
func fallbackFits(c candidate) Reason { return c.unfit(c.target) }

// unfit says why the version may not take over, "" when it may.
func (d *decision) unfit(version string) Reason {
	if reason := d.past.Serving.Unfit[version]; reason != "" {
		return reason
	}
	left, served := d.past.Serving.Left[version]
	switch {
	case served && d.policy.MaxAge > 0 && d.tick.Sub(left) > d.policy.MaxAge:
		return BlockedAge
	case d.degraded(version):
		return BlockedUnhealthy
	}
	return ""
}

// degraded reports whether the version was critical when it was judged last:
// now, at the tick before, or as its tag says when it is not judged any more.
func (d *decision) degraded(version string) bool {
	for _, v := range d.verdicts {
		if v.Ref.Version == version && v.Status != evaluate.Inconclusive && v.Status != evaluate.Errored {
			return v.Status == evaluate.Critical
		}
	}
	return d.past.Statuses[version].Status == evaluate.Critical.String() || d.past.Tags[version][TagHealth] == HealthDegraded
}

// fallbackBetter refuses unless the target is known to do better, or nothing is
// known of it. Evidence against the target itself is the answer; else a
// comparison with it on the same requests that saw no difference, or limits that
// it misses too, say that the world became harder for both.
func fallbackBetter(c candidate) Reason {
	if c.proof.Kind == evaluate.Paired && c.proof.Against == c.target {
		return ""
	}
	even := slices.ContainsFunc(c.verdict.Evidence, func(e evaluate.Evidence) bool {
		return e.Kind == evaluate.Paired && e.Against == c.target && e.Blocks > 0 && e.Level < evaluate.Paged
	})
	better := slices.ContainsFunc(c.verdict.Evidence, func(e evaluate.Evidence) bool {
		return e.Kind == evaluate.Paired && e.Against == c.target && e.Level >= evaluate.Paged
	})
	fails := slices.ContainsFunc(c.verdicts, func(v evaluate.Verdict) bool {
		return v.Ref.Version == c.target && len(raisedLive(&v)) > 0
	})
	return refuse(!better && (even || fails), BlockedWorld)
}
