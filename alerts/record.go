package alerts

import "fmt"

// record takes over how far the action has come, and reports whether that is
// news.
func (i *Incident) record(a Action) bool {
	before := i.Action
	if before != nil && before.ID == a.ID && before.Stage == a.Stage {
		return false
	}
	if before != nil && before.Tick.After(a.Tick) {
		return false // how a proposal ended that another action has carried out
	}
	i.Action = &a
	if before != nil && before.Stage == Failed && a.Stage == Failed && before.Detail == a.Detail {
		return true // tried again with the same result: not another line
	}
	text := a.Sentence()
	switch a.Stage {
	case Done:
		i.Blocked = ""
		i.note(a.At, ToOwner, text)
	case WouldHave, Failed, Overtaken, Undone, NoEffect:
		i.note(a.At, ToOwner, text)
	case Proposed:
		i.note(a.At, ToOwner, fmt.Sprintf("%s; agree with: driftd approve %s", text, a.Model))
	case Expired, Refused:
		i.note(a.At, InChannel, text)
	case Effective:
		i.Headline = fmt.Sprintf("%s was demoted, %s serves again", a.from(), a.to())
		i.close(a.At, Demoted, text)
	}
	return true
}

// Sentence says for people how far the action has come.
func (a Action) Sentence() string {
	switch a.Stage {
	case Intent:
		return fmt.Sprintf("moving %s from %s to %s", a.Slot, a.from(), a.to())
	case Done:
		return fmt.Sprintf("moved %s from %s to %s; waiting for live traffic to follow", a.Slot, a.from(), a.to())
	case Effective:
		return fmt.Sprintf("moved %s from %s to %s; live traffic followed, first prediction at %s", a.Slot, a.from(), a.to(), moment(a.Effective))
	case NoEffect:
		return fmt.Sprintf("moved %s to %s in the registry, but serving did not follow: %s", a.Slot, a.to(), a.Detail)
	case Failed:
		if a.By != "" {
			return fmt.Sprintf("could not move %s from %s to %s, as %s asked: %s", a.Slot, a.from(), a.to(), a.By, a.Detail)
		}
		return fmt.Sprintf("could not move %s from %s to %s: %s; tried again at the next tick", a.Slot, a.from(), a.to(), a.Detail)
	case Overtaken:
		return fmt.Sprintf("did not move %s to %s: somebody else moved it, which stands (%s)", a.Slot, a.to(), a.Detail)
	case Undone:
		return fmt.Sprintf("moved %s to %s, and somebody moved it again, which stands (%s)", a.Slot, a.to(), a.Detail)
	case Proposed:
		return fmt.Sprintf("proposes to move %s from %s to %s, and waits for a person to agree", a.Slot, a.from(), a.to())
	case Agreed:
		return fmt.Sprintf("a person agreed to move %s from %s to %s", a.Slot, a.from(), a.to())
	case Expired:
		return fmt.Sprintf("nobody agreed in time to move %s from %s to %s", a.Slot, a.from(), a.to())
	case Refused:
		return fmt.Sprintf("did not move %s, as %s asked: %s", a.Slot, a.By, a.Detail)
	case WouldHave:
		return fmt.Sprintf("observe mode: would have moved %s from %s to %s", a.Slot, a.from(), a.to())
	}
	return string(a.Stage)
}

// Outcome says what was done about the incident, or why nothing was; "" when
// nothing was asked for.
func (i Incident) Outcome() string {
	switch {
	case (i.Blocked == BlockedApproval || i.Blocked == BlockedQuiet) && i.Action != nil && i.Action.Stage == Proposed:
		return i.Action.Sentence()
	case i.Blocked != "" && i.Blocked != BlockedObserve:
		return "not demoted: " + i.Blocked.Sentence()
	case i.Action != nil:
		return i.Action.Sentence()
	case i.Blocked != "":
		return "not demoted: " + i.Blocked.Sentence()
	}
	return ""
}
