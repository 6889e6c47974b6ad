package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
)

// versionJSON is how `status --json` tells of one version. Names and meanings
// are a public contract: docs/commands.md.
type versionJSON struct {
	Model     string         `json:"model"`
	Version   string         `json:"version"`
	Serving   bool           `json:"serving"`
	Status    string         `json:"status"`
	Reason    string         `json:"reason,omitempty"`
	Drift     *halfJSON      `json:"drift,omitempty"`
	Data      *halfJSON      `json:"data,omitempty"`
	Live      *halfJSON      `json:"performance,omitempty"`
	Tick      time.Time      `json:"tick"`
	Reference string         `json:"reference_id,omitempty"`
	FirstSeen *time.Time     `json:"first_prediction,omitempty"`
	CountedTo *time.Time     `json:"counted_to,omitempty"`
	LabelsTo  *time.Time     `json:"labels_to,omitempty"`
	Evidence  []evidenceJSON `json:"evidence"`
	Beside    []beside       `json:"last_window,omitempty"` // where drift.compare is set
}

type halfJSON struct {
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

type evidenceJSON struct {
	Kind     string      `json:"kind"`
	Check    string      `json:"check"`
	Feature  string      `json:"feature,omitempty"`
	Segment  string      `json:"segment,omitempty"`
	Against  string      `json:"against,omitempty"`
	Limit    *float64    `json:"limit,omitempty"`    // of performance
	Measures []voiceJSON `json:"measures,omitempty"` // of drift and data quality
	Broken   string      `json:"gross_break,omitempty"`
	Level    string      `json:"level"`
	Since    *time.Time  `json:"since,omitempty"`
	Onset    *time.Time  `json:"onset,omitempty"`
	LogM     float64     `json:"log_m"`
	Alert    float64     `json:"log_m_alert,omitempty"`
	Page     float64     `json:"log_m_page,omitempty"`
	Demotion float64     `json:"log_m_demotion,omitempty"`
	Blocks   int         `json:"blocks"`
	Rows     uint64      `json:"rows"`
}

// voiceJSON is what one measure said about the last window of a series.
type voiceJSON struct {
	Check string   `json:"check"`
	Limit float64  `json:"limit"`
	Value *float64 `json:"value,omitempty"`
	P     *float64 `json:"p,omitempty"`
	// Of data quality.
	Now    *float64   `json:"now,omitempty"`
	Before *float64   `json:"before,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
	Detail string     `json:"detail,omitempty"`
}

// statusJSON is the whole answer.
type statusJSON struct {
	Versions []versionJSON `json:"versions"`
	Unjudged []string      `json:"unjudged_models"` // configured, without any verdict yet
	// Events that nothing could be made of yet.
	Unresolved []unresolvedJSON `json:"unresolved_versions,omitempty"`
	Orphans    []orphansJSON    `json:"orphan_outcomes,omitempty"`
	waitingJSON
}

type unresolvedJSON struct {
	Model       string    `json:"model"`
	ID          string    `json:"id"` // as the events say it
	Predictions uint64    `json:"predictions"`
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
}

type orphansJSON struct {
	Model    string    `json:"model"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Requests uint64    `json:"requests"` // with an outcome
	Orphans  uint64    `json:"orphans"`  // of them, without a prediction
}

func printStatusJSON(w io.Writer, all []standing, waiting app.Waiting) error {
	out := statusJSON{Versions: []versionJSON{}, Unjudged: []string{}, waitingJSON: waitingOf(waiting)}
	for _, s := range all {
		if len(s.verdicts) == 0 {
			out.Unjudged = append(out.Unjudged, s.model.Policy.Model)
		}
		for _, v := range s.verdicts {
			version := toJSON(v)
			version.Beside = s.beside[v.Ref.Version]
			out.Versions = append(out.Versions, version)
		}
		for _, u := range s.open.unresolved {
			out.Unresolved = append(out.Unresolved, unresolvedJSON{s.open.model, u.ID, u.Rows, u.First, u.Last})
		}
		if s.open.orphans > 0 {
			out.Orphans = append(out.Orphans, orphansJSON{s.open.model, s.open.from, s.open.to, s.open.outcomes, s.open.orphans})
		}
	}
	return printJSON(w, out)
}

// printJSON writes a value for programs to read.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false) // it is no page: "> 90" stays readable
	return encoder.Encode(v)
}

func toJSON(v evaluate.Verdict) versionJSON {
	out := versionJSON{
		Model: v.Ref.Name, Version: v.Ref.Version, Serving: v.Serving, Status: v.Status.String(), Reason: v.Reason,
		Drift: half(v.Drift), Data: half(v.Data()), Live: half(v.Live), Tick: v.Tick, Reference: v.ReferenceID,
		FirstSeen: known(v.FirstSeen), CountedTo: known(v.CountedTo), LabelsTo: known(v.LabelsTo), Evidence: []evidenceJSON{},
	}
	for _, e := range v.Evidence {
		said := evidenceJSON{
			Kind: string(e.Kind), Check: e.Check, Feature: e.Feature, Segment: e.Segment, Against: e.Against,
			Level: e.Level.String(), Since: known(e.Since), Onset: known(e.Onset), LogM: e.LogM, Alert: e.Alert, Page: e.Page, Demotion: e.Demote,
			Blocks: e.Blocks, Rows: e.Rows, Broken: e.Broken,
		}
		if e.Kind.Live() {
			said.Limit = &e.Limit
		}
		for _, voice := range e.Voices {
			said.Measures = append(said.Measures, voiceJSON{voice.Check, voice.Limit, voice.Value, voice.P, voice.Now, voice.Before, known(voice.Since), voice.Detail})
		}
		out.Evidence = append(out.Evidence, said)
	}
	return out
}

// half is nil for what was never judged.
func half(s evaluate.Standing) *halfJSON {
	if s.Status == 0 {
		return nil
	}
	return &halfJSON{s.Status.String(), s.Reason}
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
