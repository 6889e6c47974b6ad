package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

func (c checker) models(f *file, links alerts.Links) []Model {
	if len(f.Models) == 0 {
		c.problem("models", "none: declare at least one model")
	}
	var out []Model
	first := map[string]int{}
	for i, m := range f.Models {
		path := fmt.Sprintf("models[%d]", i)
		if at, twice := first[m.Name]; twice && m.Name != "" {
			c.problem(path+".name", "%q is declared twice, first in models[%d]: remove one", m.Name, at)
		} else {
			first[m.Name] = i
		}
		if m.Notify.Channel != "" && f.Slack == nil {
			c.problem(path+".notify.channel", "%q: nothing can be sent without a slack section: add slack with a token_file", m.Notify.Channel)
		}
		c.told(path+".notify.receivers", m.Notify.Receivers, f.Receivers)
		declared := c.model(path, m)
		declared.Alerts.Frozen, declared.Alerts.Links = f.Freeze, links
		out = append(out, declared)
	}
	return out
}

// told checks the receivers that a model names.
func (c checker) told(path string, names []string, declared []receivers.Config) {
	c.distinct(path, names)
	var known []string
	for _, r := range declared {
		known = append(known, r.Name)
	}
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(known) == 0 {
			c.problem(at, "%q: no receiver is declared: add it to receivers", name)
			continue
		}
		c.oneOf(at, name, known...)
	}
}

// model checks one model and hands its parts to the packages that use them.
func (c checker) model(path string, m modelSection) Model {
	if m.Name == "" {
		c.problem(path+".name", "missing: give the name of a registered model")
	} else if err := registry.CheckName(m.Name); err != nil {
		c.problem(path+".name", "%v", err)
	}
	task := c.task(path, m)
	c.distinct(path+".segments", m.Segments)
	if i := slices.Index(m.Segments, ""); i >= 0 {
		c.problem(fmt.Sprintf("%s.segments[%d]", path, i), "a segment needs a name")
	}

	c.classes(path, m, task)

	out := Model{
		Slot: c.slot(path, m.Serving), Signature: m.Features == nil,
		Ingest: ingest.Model{Name: m.Name, Task: task, Features: m.Features, Segments: m.Segments, Classes: m.Classes},
		Policy: evaluate.Policy{
			Model: m.Name, Task: task, Positive: m.Positive, Features: Compared(m.Features), Scored: m.Classes, Segments: m.Segments,
			Bucket: m.Bucket, Lateness: m.Lateness, Maturity: m.Labels.Maturity, AbsentNegative: m.Labels.Absent == absentNegative,
			Source: evaluate.ReferenceSource(m.Reference),
			Drift: evaluate.DriftPolicy{
				Window: time.Duration(m.Drift.Window), Measures: m.Drift.Measures, Tolerate: m.Drift.Tolerate, Compare: m.Drift.Compare,
			},
			Quality: evaluate.QualityPolicy(m.Quality),
			Budgets: evaluate.Budgets(m.Budgets),
		},
	}
	c.stretches(path, m)
	c.reference(path, m)
	c.drift(path, m)
	c.quality(path, m)
	c.budgets(path, m.Budgets)
	out.Policy.Live = c.live(path, m, task)
	out.Gate = c.gate(path, m, task, out.Slot)

	parsed, err := schedule.Parse(m.Schedule)
	if err != nil {
		c.problem(path+".schedule", "%s", strings.TrimPrefix(err.Error(), "schedule "))
	}
	out.Schedule = parsed
	out.Alerts, out.Fallback = c.act(path, m)
	out.Alerts.Slot = out.Slot.String()
	return out
}

func (c checker) task(path string, m modelSection) model.Task {
	names := []string{model.Binary.String(), model.Multiclass.String(), model.Regression.String()}
	if m.Task == "" {
		c.problem(path+".task", "missing: write %s", strings.Join(names, ", "))
		return 0
	}
	if !c.oneOf(path+".task", m.Task, names...) {
		return 0
	}
	task, _ := model.ParseTask(m.Task)
	switch {
	case task == model.Binary && m.Positive == "":
		c.problem(path+".positive", `missing: give the label that score is the probability of, such as "1"`)
	case task != model.Binary && m.Positive != "":
		c.problem(path+".positive", "%q: only a binary model has a positive label: remove it", short(m.Positive))
	}
	return task
}

// classes checks the classes whose scores are stored.
func (c checker) classes(path string, m modelSection, task model.Task) {
	c.distinct(path+".classes", m.Classes)
	switch {
	case len(m.Classes) > 0 && task != 0 && task != model.Multiclass:
		c.problem(path+".classes", "only a multiclass model has a score of each class, this one is a %s: remove the key", task)
	case len(m.Classes) == 1:
		c.problem(path+".classes", "%q alone: name all classes", m.Classes[0])
	}
	if i := slices.Index(m.Classes, ""); i >= 0 {
		c.problem(fmt.Sprintf("%s.classes[%d]", path, i), "a class needs a name")
	}
	if p := m.Performance; p != nil && task == model.Multiclass && len(m.Classes) == 0 {
		for i, name := range p.Metrics {
			if name == "macro_auc" || name == "weighted_auc" {
				c.problem(fmt.Sprintf("%s.performance.metrics[%d]", path, i), "%q rests on the scores of all classes: name them in classes", name)
			}
		}
	}
}

func (c checker) slot(path string, s servingSection) registry.Slot {
	slot := registry.Slot{Kind: registry.Alias, Name: s.Alias}
	at := path + ".serving.alias"
	if s.Stage != "" {
		slot = registry.Slot{Kind: registry.Stage, Name: s.Stage}
		at = path + ".serving.stage"
		if s.Alias != "" {
			c.problem(path+".serving", "alias %q and stage %q: give one of the two", s.Alias, s.Stage)
		}
	}
	if err := slot.Validate(); err != nil {
		c.problem(at, "%v", err)
	}
	return slot
}

// act checks what may be done and who is told.
func (c checker) act(path string, m modelSection) (alerts.Policy, string) {
	a, at := m.Act, path+".act"
	modes := []alerts.Mode{alerts.Observe, alerts.Approve, alerts.Auto}
	names := make([]string, len(modes))
	for i, mode := range modes {
		names[i] = mode.String()
	}
	policy := alerts.Policy{
		Model: m.Name, MinBake: a.MinBake, Cooldown: a.Cooldown, Effect: a.Effect, MaxAge: a.MaxAge, Approval: a.Approval, Approvers: a.Approvers, Quiet: a.Quiet, Stalled: a.Stalled,
	}
	if c.oneOf(at+".mode", a.Mode, names...) {
		policy.Mode = modes[slices.Index(names, a.Mode)]
	}
	if policy.Mode > alerts.Observe && m.Notify.Channel == "" && len(m.Notify.Receivers) == 0 {
		c.warn(at+".mode", "%q without notify.channel and notify.receivers: nobody is told of what is done", a.Mode)
	}
	c.positive(at+".effect", a.Effect)
	c.notNegative(at+".min_bake", a.MinBake)
	c.notNegative(at+".cooldown", a.Cooldown)
	c.notNegative(at+".max_age", a.MaxAge)
	c.positive(at+".approval_expires", a.Approval)
	c.distinct(at+".approvers", a.Approvers)
	if len(a.Quiet) > 0 && policy.Mode != alerts.Auto {
		c.warn(at+".quiet_hours", "nothing is moved without a person in mode %s anyway", a.Mode)
	}
	if a.Stalled < 1 {
		c.problem(at+".stalled", "%d: give at least 1 tick", a.Stalled)
	}
	c.notify(path+".notify", m.Notify, &policy)
	if a.Fallback == "previous" {
		return policy, ""
	}
	alias, ok := strings.CutPrefix(a.Fallback, "alias ")
	fallback := registry.Slot{Kind: registry.Alias, Name: strings.TrimSpace(alias)}
	switch err := fallback.Validate(); {
	case !ok:
		c.problem(at+".fallback", `%q: write previous, or alias and its name, such as "alias fallback"`, short(a.Fallback))
	case err != nil:
		c.problem(at+".fallback", "%v", err)
	case fallback.Name == m.Serving.Alias:
		c.problem(at+".fallback", "%q: is the serving alias itself: name another", a.Fallback)
	}
	return policy, fallback.Name
}
