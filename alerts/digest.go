package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// digestCaution is what a digest says of itself.
const digestCaution = "each line is one look at one window or block, not adjusted for looking many times: " +
	"some inputs differ by chance every day. What driftd alarms about is the evidence of all windows, within the budget"

// digest drafts, once a day, how the model stands: for reading, and over as soon
// as it is told. One that could not be told within a day is not told any more.
func (d *decision) digest() {
	p := d.policy
	if p.Digest == nil || p.Channel == "" || !d.past.Latest || len(d.verdicts) == 0 {
		return
	}
	due := d.tick.UTC().Truncate(24 * time.Hour).Add(*p.Digest)
	if due.After(d.tick) {
		due = due.Add(-24 * time.Hour)
	}
	if slices.ContainsFunc(d.past.Incidents, func(i Incident) bool { return i.Class == ClassDigest && !i.Opened.Before(due) }) {
		return
	}
	key := fmt.Sprintf("%s||%s|%s", p.Model, p.Slot, ClassDigest)
	i := &Incident{
		ID: key + "@" + d.tick.UTC().Format(time.RFC3339), Key: key, Class: ClassDigest, Ref: d.past.Serving.Ref, Slot: p.Slot, Mode: p.Mode,
		Channel: p.Channel, State: Resolved, Status: evaluate.Healthy, Opened: d.tick, Closed: d.tick,
		Headline: fmt.Sprintf("%s on %s, for reading", p.Model, d.tick.UTC().Format(time.DateOnly)),
	}
	i.Ref.Name = p.Model
	for _, v := range d.verdicts {
		i.Facts = append(i.Facts, standing(v))
		if v.Serving {
			i.Facts = append(i.Facts, lately(&v)...)
		}
	}
	if open := d.open(); len(open) > 0 {
		i.Facts = append(i.Facts, Fact{"open", listed(open, 3)})
	}
	i.Facts = i.Facts[:min(len(i.Facts), 9)]
	i.Facts = append(i.Facts, Fact{"how to read this", digestCaution})
	d.drafts = append(d.drafts, draft{now: i, reason: Digested})
}

// standing says how a version stands.
func standing(v evaluate.Verdict) Fact {
	name := v.Ref.String()
	if v.Serving {
		name += ", serves"
	}
	text := v.Status.String()
	if v.Reason != "" {
		text += ": " + evaluate.Sentence(v.Reason)
	}
	return Fact{name, text}
}

// lately is what the last drift window and the last block of labels show.
func lately(v *evaluate.Verdict) []Fact {
	var facts []Fact
	if !v.DriftTo.IsZero() {
		text := lastWindow(v)
		if text == "" {
			text = "no input differs, to " + v.DriftTo.UTC().Format(time.DateOnly)
		}
		facts = append(facts, Fact{"inputs, last window", text})
	}
	var checks []string
	for _, e := range v.Evidence {
		if e.Kind.Live() && !slices.Contains(checks, e.Check) && len(checks) < 3 {
			checks = append(checks, e.Check)
			facts = append(facts, Fact{e.Check, "evidence: " + evidenceSentence(e)})
		}
	}
	return facts
}

// open lists the headlines of what is open.
func (d *decision) open() []string {
	var headlines []string
	for _, w := range d.drafts {
		if w.now.State == Open {
			headlines = append(headlines, w.now.Headline)
		}
	}
	return headlines
}
