package main

import (
	"time"

	"github.com/driftd/driftd/internal/app"
)

// waitingJSON is what waits for people, and what they wait for. Names and meanings are a public contract:
// docs/commands.md.
type waitingJSON struct {
	Frozen    *frozenJSON    `json:"frozen,omitempty"`
	Proposals []proposalJSON `json:"proposals,omitempty"`
	Untold    []untoldJSON   `json:"untold_incidents,omitempty"`
}

type frozenJSON struct {
	By  string     `json:"by"` // "configuration", or who did it
	At  *time.Time `json:"at,omitempty"`
	Why string     `json:"why,omitempty"`
}

type proposalJSON struct {
	Action   string    `json:"action"`
	Model    string    `json:"model"`
	From     string    `json:"from_version"`
	To       string    `json:"to_version"`
	Slot     string    `json:"slot"`
	Detector string    `json:"detector"`
	Proposed time.Time `json:"proposed"`
	Expires  time.Time `json:"expires"`
}

type untoldJSON struct {
	Incident string     `json:"incident"`
	Model    string     `json:"model"`
	Version  string     `json:"version"`
	Class    string     `json:"class"`
	State    string     `json:"state"`
	Headline string     `json:"headline"`
	Held     string     `json:"held,omitempty"`     // why it is not told now
	Until    *time.Time `json:"until,omitempty"`    // of a silence
	Attempts int        `json:"attempts,omitempty"` // deliveries that did not succeed
}

func waitingOf(w app.Waiting) waitingJSON {
	var out waitingJSON
	switch f := w.Frozen; {
	case f != nil && f.By == "":
		out.Frozen = &frozenJSON{By: "configuration"}
	case f != nil:
		out.Frozen = &frozenJSON{f.By, known(f.At), f.Why}
	}
	for _, p := range w.Proposals {
		out.Proposals = append(out.Proposals, proposalJSON{p.ID, p.Model, p.From, p.To, p.Slot, p.Detector, p.Tick, p.Expires})
	}
	for _, i := range w.Untold {
		untold := untoldJSON{Incident: i.ID, Model: i.Ref.Name, Version: i.Ref.Version, Class: string(i.Class), State: string(i.State), Headline: i.Headline, Held: string(i.Held), Attempts: i.Attempts}
		if i.Silence != nil {
			untold.Until = known(i.Silence.Until)
		}
		out.Untold = append(out.Untold, untold)
	}
	return out
}
