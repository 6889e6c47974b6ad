package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

const (
	channel = "#churn-ml"
	owner   = "S0614TZR7"
	token   = "xoxb-gallery"
	name    = "churn-prediction"
)

var links = alerts.Links{Page: "https://driftd.example", Grafana: "https://grafana.example", MLflow: "https://mlflow.example"}

// stage is all that is around decisions: a journal, a registry with one slot, and
// traffic that follows it.
type stage struct {
	policy    alerts.Policy
	slot      string
	incidents map[string]alerts.Incident
	actions   map[string]alerts.Action
	tags      map[string]map[string]string
	silences  []alerts.Silence
	streak    int
	course    []evaluate.Verdict
	applier   *alerts.Applier
}

func played(s scene) ([]slackfake.Message, error) {
	people := slackfake.New(token, channel)
	defer people.Close()
	st := &stage{slot: "3", incidents: map[string]alerts.Incident{}, actions: map[string]alerts.Action{}, tags: map[string]map[string]string{}}
	st.policy = alerts.Policy{
		Model: name, Slot: "alias champion", Mode: alerts.Observe, Channel: channel, Owner: owner, Stalled: 4,
		MinBake: 6 * time.Hour, Cooldown: 24 * time.Hour, Effect: time.Hour, Approval: 4 * time.Hour, Interval: 15 * time.Minute, Repeat: 24 * time.Hour,
	}
	notifier := slack.New(slack.Config{Token: token, APIURL: people.URL(), Links: links, AppToken: "xapp-gallery"}, slog.New(slog.DiscardHandler))
	st.applier = alerts.NewApplier(alerts.Ports{Registry: st, Journal: st, Notifier: notifier, Traffic: st}, slog.New(slog.DiscardHandler), nil)
	if err := s.play(st); err != nil {
		return nil, err
	}
	messages := people.Messages(channel)
	if len(messages) == 0 {
		return nil, fmt.Errorf("nobody was told anything")
	}
	return messages, nil
}

// tick judges, decides and acts.
func (s *stage) tick(at time.Time, verdicts ...evaluate.Verdict) error {
	for k := range verdicts {
		verdicts[k].Tick, verdicts[k].Serving = at, verdicts[k].Ref.Version == s.slot
	}
	past := alerts.Past{
		Latest: true, Tags: maps.Clone(s.tags), Silences: s.silences,
		Statuses: map[string]alerts.Streak{s.slot: {Status: verdicts[0].Status.String(), Ticks: s.streak}},
		Serving:  alerts.Serving{Ref: ref(s.slot), Known: true, Since: day.AddDate(0, 0, -40), Previous: []string{"2"}, Held: map[string]string{}},
		Courses:  map[string][]alerts.Point{"3": alerts.Course(s.course)},
	}
	if s.slot == "2" {
		past.Serving.Previous = []string{"3"}
	}
	for _, id := range slices.Sorted(maps.Keys(s.incidents)) {
		past.Incidents = append(past.Incidents, s.incidents[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.actions)) {
		past.Actions = append(past.Actions, s.actions[id])
	}
	return s.applier.Apply(context.Background(), alerts.Decide(s.policy, verdicts, past, at), past)
}

func ref(version string) model.Ref { return model.Ref{Name: name, Version: version} }

// Switch implements [alerts.Registry].
func (s *stage) Switch(_ context.Context, a alerts.Action) error { s.slot = a.To; return nil }

// Annotate implements [alerts.Registry].
func (s *stage) Annotate(context.Context, model.Ref, map[string]string) error { return nil }

// SaveAction implements [alerts.Journal].
func (s *stage) SaveAction(_ context.Context, a alerts.Action) error {
	s.actions[a.ID] = a
	return nil
}

// SaveIncident implements [alerts.Journal].
func (s *stage) SaveIncident(_ context.Context, i alerts.Incident) error {
	s.incidents[i.ID] = i
	return nil
}

// SaveTags implements [alerts.Journal].
func (s *stage) SaveTags(_ context.Context, ref model.Ref, _ time.Time, tags map[string]string) error {
	s.tags[ref.Version] = tags
	return nil
}

// Served implements [alerts.Traffic]: all of it follows the slot.
func (s *stage) Served(_ context.Context, ref model.Ref, from, _ time.Time) (all, byRef uint64, first time.Time, err error) {
	if ref.Version == s.slot {
		byRef = 2140
	}
	return 2140, byRef, from.Add(50 * time.Second), nil
}
