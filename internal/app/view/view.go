package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// Viewer tells the page what is stored: it is a [web.Source].
type Viewer struct {
	Store  func() (*clickhouse.Store, error) // an error says why it cannot be used yet
	Models func() []config.Model             // as configured now
	Now    func() time.Time
}

var _ web.Source = Viewer{}

// end lies behind every tick.
var end = time.UnixMilli(1 << 42)

// find returns the configured model of that name.
func (v Viewer) find(name string) (config.Model, error) {
	models := v.Models()
	if at := slices.IndexFunc(models, func(m config.Model) bool { return m.Policy.Model == name }); at >= 0 {
		return models[at], nil
	}
	missing := web.NotFound{What: "model “" + name + "” in the configuration", Models: true}
	for _, m := range models[:min(50, len(models))] {
		missing.Have = append(missing.Have, m.Policy.Model)
	}
	return config.Model{}, missing
}

// stated returns t, nil for the zero time.
func stated(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// share of the way to a threshold; nil where the detector does not lead there.
func share(e evaluate.Evidence, threshold float64) *float64 {
	if threshold <= 0 {
		return nil
	}
	s := e.Share(threshold)
	return &s
}

// stateOf is the word of a status on the page.
func stateOf(s evaluate.Status) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

// why says a reason in words.
func why(reason string) string {
	if reason == "" {
		return "nothing is wrong"
	}
	return evaluate.Sentence(reason)
}

func part(s evaluate.Standing, to time.Time) web.Part {
	if s.Status == 0 {
		return web.Part{}
	}
	return web.Part{State: s.Status.String(), Reason: s.Reason, Why: why(s.Reason), To: stated(to)}
}

// metric is what a detector listens to, with the newest result of it.
func metric(e evaluate.Evidence, results []evaluate.Result) web.Metric {
	limit := e.Limit
	m := web.Metric{Name: e.Check, Kind: string(e.Kind), Against: e.Against, Limit: &limit}
	for _, r := range results {
		if r.Check == e.Check && r.Against == e.Against && r.Feature == e.Feature && r.Segment == e.Segment {
			m.Value, m.Lower, m.Upper, m.Rows, m.From, m.To = r.Value, r.Lower, r.Upper, r.Rows, stated(r.From), stated(r.To)
			m.State = stateOf(r.Status)
			if r.Value == nil {
				m.Why = why(r.Reason)
			}
			break
		}
	}
	return m
}

func incidentRef(i alerts.Incident) web.IncidentRef {
	ref := web.IncidentRef{
		ID: i.ID, Model: i.Ref.Name, Version: i.Ref.Version, Class: string(i.Class), State: string(i.State), Status: i.Status.String(),
		Headline: i.Headline, Opened: i.Opened, Closed: stated(i.Closed),
	}
	if i.Blocked != "" {
		ref.Blocked = i.Blocked.Sentence()
	}
	return ref
}

func action(a alerts.Action) web.Action {
	return web.Action{
		ID: a.ID, From: a.From, To: a.To, Stage: string(a.Stage), At: a.At, Decided: a.Tick, Effective: stated(a.Effective),
		Why: a.Reason.Sentence(), Detector: a.Detector, Evidence: a.LogM, Threshold: a.Threshold, Labels: a.Labels, By: a.By, Text: a.Sentence(),
	}
}

func compareRefs(a, b model.Ref) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), model.CompareVersions(a.Version, b.Version))
}

// incidents returns those of the model, the newest first.
func incidents(ctx context.Context, store *clickhouse.Store, name string, keep func(alerts.Incident) bool) ([]web.IncidentRef, error) {
	all, err := store.IncidentLines(ctx, name, true)
	refs := []web.IncidentRef{}
	for _, i := range all {
		if keep(i) {
			refs = append(refs, incidentRef(i))
		}
	}
	return refs, err
}

// actions returns every stage of the model's actions, the newest first.
func actions(ctx context.Context, store *clickhouse.Store, name string, keep func(alerts.Action) bool) ([]web.Action, error) {
	stages, err := store.ActionStages(ctx, name, end)
	all := []web.Action{}
	for _, a := range slices.Backward(stages) {
		if keep(a) {
			all = append(all, action(a))
		}
	}
	return all, err
}
