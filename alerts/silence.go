package alerts

import (
	"fmt"
	"time"
)

// Silence keeps what is not an action from being told until it ends. What
// happens meanwhile is stored, and the latest state is told afterwards.
type Silence struct {
	Model string // "" is all
	Class Class  // "" is all
	Until time.Time
	By    string
	Why   string `json:",omitempty"`
}

// covers reports whether the silence is about the incident at the tick.
func (s Silence) covers(model string, class Class, tick time.Time) bool {
	return (s.Model == "" || s.Model == model) && (s.Class == "" || s.Class == class) && tick.Before(s.Until)
}

// hush notes on the incident which silence covers it: of several, that which
// ends last.
func (d *decision) hush(w draft) {
	i := w.now
	i.Silence = nil
	for _, s := range d.past.Silences {
		if s.covers(d.policy.Model, i.Class, d.tick) && (i.Silence == nil || s.Until.After(i.Silence.Until)) {
			i.Silence = &s
		}
	}
	if i.Silence != nil && w.stored.Silence == nil && i.heard() {
		i.note(d.tick, InThread, i.Silence.Sentence())
	}
}

// Sentence says the silence to people.
func (s Silence) Sentence() string {
	text := fmt.Sprintf("silenced until %s by %s", moment(s.Until), s.By)
	if s.Why != "" {
		text += ": " + s.Why
	}
	return text
}

// silenced holds what is told about a silenced incident, but not that it is
// silenced: a message that people have says so.
func silenced(_ *decision, w draft) Reason {
	i, before := w.now, w.stored
	switch {
	case i.Silence == nil:
		return ""
	case i.heard() && i.State == Open && !before.Pending() && before.Silence == nil && !i.unsaid(InChannel):
		return ""
	}
	return Silenced
}
