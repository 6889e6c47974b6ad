package alerts

import (
	"fmt"

	"github.com/driftd/driftd/evaluate"
)

// pipeline drafts the incident about the serving version that could not be
// judged for several ticks in a row, or, at once, whose baseline is there and
// cannot be used while no other reference is complete: a person stored it.
func (d *decision) pipeline(v *evaluate.Verdict) {
	w := d.draft(v.Ref, ClassPipeline)
	i := w.now
	if !blind(v) {
		if !w.isNew() {
			w.reason = Recovered
			i.Headline = fmt.Sprintf("%s is judged again", v.Ref)
			i.describe(v)
			i.close(d.tick, Recovered, "recovered: "+recoveredSentence(i, d.tick))
			d.keep(w)
		}
		return
	}
	streak := d.past.Statuses[v.Ref.Version]
	ticks := 1
	if streak.Status == v.Status.String() {
		ticks += streak.Ticks
	}
	unusable := unusableBaseline(v)
	if w.isNew() && !unusable && (d.policy.Stalled <= 0 || ticks < d.policy.Stalled) {
		return
	}
	i.Headline = fmt.Sprintf("%s cannot be judged: %s", v.Ref, evaluate.Sentence(v.Reason))
	if unusable {
		i.Headline = fmt.Sprintf("%s has no reference yet: %s", v.Ref, evaluate.Sentence(evaluate.ReasonBaseline))
	}
	i.describe(v)
	if w.isNew() {
		w.reason = Stalled
		text := i.Headline
		if !unusable {
			text += fmt.Sprintf(", %d ticks in a row", ticks)
		}
		i.note(d.tick, InChannel, text)
	}
	d.keep(w)
}

// blind reports whether the version should have been judged and was not. A
// version that is still collecting its reference or its first labels is new,
// not broken; its tag says so.
func blind(v *evaluate.Verdict) bool {
	if unusableBaseline(v) {
		return true
	}
	switch v.Status {
	case evaluate.Errored:
		return true
	case evaluate.Inconclusive:
		// The watermark of labels is that of all versions: before its own first
		// prediction nothing was due.
		return v.ReferenceID != "" && (v.Reason != evaluate.ReasonNoLabels || v.LabelsTo.After(v.FirstSeen))
	}
	return false
}

// unusableBaseline reports whether the version waits for another reference
// because its baseline cannot be used. Where another one is complete already,
// it is pinned at the same tick, and `driftd status` keeps saying so.
func unusableBaseline(v *evaluate.Verdict) bool { return v.Drift.Reason == evaluate.ReasonBaseline }
