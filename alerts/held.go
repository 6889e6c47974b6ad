package alerts

import "slices"

// holds say why an incident is not told now. Each knows one reason, the first
// that applies is kept.
var holds = []func(*decision, draft) Reason{unheard, silenced, inhibited, flapping, waiting}

// withheld says why people are not told the newest generation now: it is stored,
// and told once nothing holds it. Nothing holds what driftd does to a slot, or
// proposes to do.
func (d *decision) withheld(w draft) Reason {
	i := w.now
	if i.Class == ClassDigest {
		if d.tick.Sub(i.Opened) < FlapWindow {
			return ""
		}
		return Unheard
	}
	acted := i.Action != nil && i.Action.Stage != WouldHave && i.unsaid(ToOwner)
	acts := slices.ContainsFunc(slices.Concat(d.verifies, d.demotes), func(l Line) bool { return i.concerns(*l.Action) && !l.DryRun })
	if acted || acts || len(i.Responses) > len(w.stored.Responses) { // a person waits for it
		return ""
	}
	for _, hold := range holds {
		if reason := hold(d, w); reason != "" {
			return reason
		}
	}
	return ""
}

// unsaid reports whether the timeline has a line of the reach, or a farther
// one, that nobody was told yet.
func (i *Incident) unsaid(reach Reach) bool {
	said := i.ThreadTo
	for _, sent := range i.Sent {
		if i.Channel == "" {
			said = max(said, sent.Entries)
		}
	}
	return slices.ContainsFunc(i.Timeline[min(said, len(i.Timeline)):], func(e Entry) bool { return e.Reach >= reach })
}

// unheard holds for good what was over before anybody heard of it. A delivery
// that was begun may have arrived.
func unheard(_ *decision, w draft) Reason {
	if i := w.now; i.State == Resolved && !i.heard() && i.Attempts == 0 {
		return Unheard
	}
	return ""
}

// mutes names the classes that an open incident explains: while it is open,
// nothing new is said about them.
var mutes = map[Class][]Class{
	ClassData:        {ClassDrift, ClassPerformance},
	ClassPipeline:    {ClassDrift, ClassPerformance},
	ClassPerformance: {ClassDrift},
}

// muted reports whether another open incident explains the class, or a demotion
// takes over all.
func (d *decision) muted(class Class) bool {
	demoting := slices.ContainsFunc(d.demotes, func(l Line) bool { return l.Record == "" && !l.DryRun })
	return demoting && class != ClassPerformance || slices.ContainsFunc(d.drafts, func(w draft) bool {
		return w.now.State == Open && slices.Contains(mutes[w.now.Class], class)
	})
}

// inhibited holds what another incident explains. A message that people have
// is still edited, as long as it says nothing new aloud.
func inhibited(d *decision, w draft) Reason {
	if i := w.now; i.State == Open && d.muted(i.Class) && (!i.heard() || i.unsaid(InChannel)) {
		return Inhibited
	}
	return ""
}

// waiting gathers changes: a new incident waits, and so does an edit so soon
// after the last. What asks for its owner does not.
func waiting(d *decision, w draft) Reason {
	i := w.now
	switch {
	case i.unsaid(ToOwner):
		return ""
	case !i.heard() && d.tick.Sub(i.began()) < d.policy.Wait, i.heard() && d.tick.Sub(i.ToldAt) < d.policy.Interval:
		return Waiting
	}
	return ""
}
