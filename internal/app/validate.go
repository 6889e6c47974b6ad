package app

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// The tags of the promotion gate.
const (
	tagValidation = "validation_status"
	tagRules      = "driftd_validation"
)

// Validation is what became of one candidate.
type Validation struct {
	gate.Decision
	Model   string    `json:"model"`
	From    time.Time `json:"from,omitzero"` // stretch of predictions
	To      time.Time `json:"to,omitzero"`
	File    string    `json:"file,omitempty"`
	Run     string    `json:"run_id,omitempty"` // in the tracking server
	Written bool      `json:"written"`          // the registry has the tags
}

// tracker keeps runs. The registry in a file is none.
type tracker interface {
	LogRun(ctx context.Context, run registry.Run) (id string, err error)
}

// validator validates versions. What is in the registry is its only memory.
type validator struct {
	registry versionTagger
	tracker  tracker // nil: there are no runs
	labels   labelStore
}

type versionTagger interface {
	Model(ctx context.Context, name string) (registry.Model, error)
	Version(ctx context.Context, ref model.Ref) (registry.Version, error)
	Versions(ctx context.Context, name string) ([]registry.Version, error)
	Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error
}

type labelStore interface {
	evaluate.Labels
	Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error)
}

// contest is a candidate and the version it is compared with.
type contest struct {
	candidate  registry.Version
	production string // "" when there is none
	absent     string // why
}

// contest looks up both versions.
func (v validator) contest(ctx context.Context, m config.Model, version string) (contest, error) {
	candidate, err := v.registry.Version(ctx, model.Ref{Name: m.Policy.Model, Version: version})
	if err != nil {
		return contest{}, err
	}
	found, err := v.registry.Model(ctx, m.Policy.Model)
	if err != nil {
		return contest{}, err
	}
	return contestOf(found, candidate, m.Slot), nil
}

// contestOf sets the candidate against the version in the slot.
func contestOf(found registry.Model, candidate registry.Version, slot registry.Slot) contest {
	c := contest{candidate: candidate}
	switch holder, err := found.Holder(slot); {
	case err != nil:
		c.absent = "no version holds " + slot.String()
	case holder == candidate.Ref:
		c.absent = "it holds " + slot.String() + " itself"
	default:
		c.production = holder.Version
	}
	return c
}

// decide holds the candidate to the rules of the model over its matured labels
// in [from, to).
func (v validator) decide(ctx context.Context, m config.Model, rules gate.Rules, c contest, from, to time.Time) (Validation, error) {
	rows := gate.Rows{Absent: c.absent, Growing: true}
	rows.Candidate.Version = c.candidate.Version
	production := evaluate.Matured{Version: c.production}
	for at := from; at.Before(to); {
		end := at.Truncate(m.Policy.Live.Block).Add(m.Policy.Live.Block)
		if end.After(to) {
			end = to
		}
		all, err := v.labels.Matured(ctx, m.Policy, at, end)
		if err != nil {
			return Validation{}, err
		}
		for _, one := range all {
			switch one.Version {
			case rows.Candidate.Version:
				rows.Candidate.Append(one)
			case c.production:
				production.Append(one)
			}
		}
		at = end
	}
	if c.production != "" {
		rows.Production = &production
	}
	return Validation{Decision: gate.Decide(rules, rows), Model: m.Policy.Model, From: from, To: to}, nil
}

// firstPredictions returns when each version first predicted before the given time.
func (v validator) firstPredictions(ctx context.Context, p evaluate.Policy, before time.Time) (map[string]time.Time, error) {
	active, err := v.labels.Activity(ctx, p, time.Unix(0, 0).UTC(), before)
	first := make(map[string]time.Time, len(active))
	for _, a := range active {
		first[a.Version] = a.First
	}
	return first, err
}

// tagsOf are those of a decision. They say nothing that changes while every
// rule's outcome stays.
func tagsOf(d gate.Decision) map[string]string {
	return map[string]string{tagValidation: string(d.Status), tagRules: d.Summary()}
}

// write records the decision: a run first, so that the tags never speak of what
// is nowhere to be read.
func (v validator) write(ctx context.Context, m config.Model, done *Validation, at time.Time) error {
	ref := model.Ref{Name: done.Model, Version: done.Candidate.Version}
	if v.tracker != nil {
		id, err := v.tracker.LogRun(ctx, runOf(m, *done, at))
		if err != nil {
			return fmt.Errorf("record the validation of %s: %w", ref, err)
		}
		done.Run = id
	}
	if err := v.registry.Annotate(ctx, ref, tagsOf(done.Decision)); err != nil {
		return err
	}
	done.Written = true
	return nil
}

// runOf is the run of a validation, named and measured as handbooks do.
func runOf(m config.Model, done Validation, at time.Time) registry.Run {
	run := registry.Run{
		Experiment: m.Gate.Experiment, Name: fmt.Sprintf("validation-%s-v%s", done.Model, done.Candidate.Version), At: at,
		Metrics: done.Metrics(),
		Params: map[string]string{
			"model": done.Model, "version": done.Candidate.Version, "validation_status": string(done.Status),
			"labels": fmt.Sprint(done.Candidate.Labels), "paired": fmt.Sprint(done.Paired), "confidence": "0",
		},
	}
	if m.Gate.Rules.Confidence > 0 {
		run.Params["confidence"] = fmt.Sprint(done.Confidence)
	}
	if done.Production != nil {
		run.Params["production_version"] = done.Production.Version
		run.Params["production_labels"] = fmt.Sprint(done.Production.Labels)
	}
	if done.File != "" {
		run.Params["file"] = done.File
	} else {
		run.Params["from"], run.Params["to"] = done.From.Format(time.RFC3339), done.To.Format(time.RFC3339)
	}
	return run
}
