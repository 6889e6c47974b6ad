package main

import (
	"time"

	"github.com/driftd/driftd/internal/app"
)

// waitingJSON is what waits for people. Names and meanings are a public contract:
// docs/commands.md.
type waitingJSON struct {
	Frozen    *frozenJSON    `json:"frozen,omitempty"`
	Proposals []proposalJSON `json:"proposals,omitempty"`
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
	return out
}
