package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// Waiting is what people should know about acting and telling: that everything is
// frozen, which proposals wait for them, and what they have not been told.
type Waiting struct {
	Frozen    *alerts.Order // nil: nothing is; By is "" when the configuration says so
	Proposals []Proposal
	Untold    []alerts.Incident // as they are now
}

// Proposal is a demotion that waits for a person.
type Proposal struct {
	alerts.Action
	Expires time.Time
}

// Await reads what waits for people at a time.
func Await(ctx context.Context, s *clickhouse.Store, models []config.Model, at time.Time) (Waiting, error) {
	var w Waiting
	frozen, on, err := s.Freeze(ctx, at)
	if err != nil {
		return w, err
	}
	if on {
		w.Frozen = &frozen
	}
	for _, m := range models {
		if m.Alerts.Frozen && w.Frozen == nil {
			w.Frozen = &alerts.Order{Kind: alerts.OrderFreeze}
		}
		actions, err := s.Actions(ctx, m.Policy.Model, at)
		if err != nil {
			return w, err
		}
		for _, a := range actions {
			if expires := a.Tick.Add(m.Alerts.Approval); a.Waits() && at.Before(expires) {
				w.Proposals = append(w.Proposals, Proposal{a, expires})
			}
		}
		incidents, err := s.Incidents(ctx, m.Policy.Model, at)
		if err != nil {
			return w, err
		}
		for _, i := range incidents {
			if i.Pending() {
				w.Untold = append(w.Untold, i)
			}
		}
	}
	return w, nil
}

// About leaves out what is about other versions.
func (w Waiting) About(ref model.Ref) Waiting {
	w.Proposals = slices.DeleteFunc(w.Proposals, func(p Proposal) bool { return p.Model != ref.Name || p.From != ref.Version })
	w.Untold = slices.DeleteFunc(w.Untold, func(i alerts.Incident) bool { return i.Ref != ref })
	return w
}

// Notes are the same in sentences.
func (w Waiting) Notes() []string {
	var notes []string
	switch f := w.Frozen; {
	case f != nil && f.By == "":
		notes = append(notes, "frozen by the configuration: nothing is moved")
	case f != nil:
		notes = append(notes, fmt.Sprintf("frozen by %s at %s: %s; nothing is moved until driftd unfreeze", f.By, f.At.Format(time.RFC3339), f.Why))
	}
	for _, p := range w.Proposals {
		notes = append(notes, fmt.Sprintf("%s: driftd %s until %s: driftd approve %s", p.Model, p.Sentence(), p.Expires.Format(time.RFC3339), p.Model))
	}
	for _, i := range w.Untold {
		notes = append(notes, fmt.Sprintf("%s: the newest about its %s is not told yet, since %s: %s", i.Ref, i.Class, why(i), i.Headline))
	}
	return notes
}

// why says what keeps the incident from being told.
func why(i alerts.Incident) string {
	switch {
	case i.Held == alerts.Silenced && i.Silence != nil:
		return "it is " + i.Silence.Sentence()
	case i.Held != "":
		return i.Held.Sentence()
	case i.Attempts > 0:
		return fmt.Sprintf("%d deliveries did not succeed: driftd alerts test says more", i.Attempts)
	}
	return "it is to be delivered with the next tick"
}
