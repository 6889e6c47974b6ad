package alerts

// verify asks what became of the newest demotion: whether a switch that a crash
// cut short was made, and whether live traffic followed one that was.
func (d *decision) verify() {
	if !d.past.Serving.Known || !d.past.Latest {
		return
	}
	for _, a := range d.earlier() {
		if !a.tried() {
			continue
		}
		if reason := d.question(a); reason != "" {
			line := Line{What: Verify, Ref: a.from(), Reason: reason, Action: &a, Until: a.Tick.Add(d.policy.Effect)}
			if reason == Resumed && d.past.Serving.Ref == a.to() {
				line.Record = Done // not asked for again: people may undo it right now
			}
			d.verifies = append(d.verifies, line)
		}
		return
	}
}

// question returns what there is to find out about the newest action, "" when
// its outcome is final.
func (d *decision) question(a Action) Reason {
	serving := d.past.Serving.Ref
	switch {
	case d.resumes(a) && serving == a.to():
		return Resumed // the switch was made: only the outcome is missing
	case a.Stage == Intent && serving != a.from():
		return BlockedMoved
	case a.Stage == Intent && d.frozen():
		return BlockedFrozen
	case a.Stage == Intent && len(d.past.Serving.Also) > 0:
		return BlockedHeldTwice
	case a.Stage == Intent && d.past.Serving.Unfit[a.To] != "":
		return d.past.Serving.Unfit[a.To]
	case a.Stage == Intent && d.policy.Mode != Auto && a.By == "":
		return BlockedObserve
	case a.Stage == Intent && d.quiet() && a.By == "":
		return BlockedQuiet
	case a.Stage == Intent && (d.held(a.From) || d.held(a.To)):
		return BlockedHold
	case a.Stage == Intent:
		return Resumed
	case (a.Stage == Done || a.Stage == NoEffect) && serving != a.to():
		return BlockedMoved
	case a.Stage == Done || a.Stage == NoEffect:
		return AwaitingEffect
	}
	return ""
}

// resumes reports whether the outcome of the action is still open: nothing was
// written after the intent, or the call failed and the slot moved all the same.
func (d *decision) resumes(a Action) bool {
	return a.Stage == Intent || a.Stage == Failed && d.past.Serving.Ref == a.to()
}
