package app

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// Waiting is what people should know about acting: that everything is frozen,
// and which proposals wait for them.
type Waiting struct {
	Frozen    *alerts.Order // nil: nothing is; By is "" when the configuration says so
	Proposals []Proposal
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
	}
	return w, nil
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
	return notes
}
