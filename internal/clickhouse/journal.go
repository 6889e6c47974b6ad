package clickhouse

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/model"
)

// SaveAction implements [alerts.Journal].
func (s *Store) SaveAction(ctx context.Context, a alerts.Action) error {
	return s.insertRows(ctx, call{file: "insert_action", subject: fmt.Sprintf("save that action %s is %s", a.ID, a.Stage)}, [][]any{{
		a.ID, a.Model, a.From, a.To, a.Slot, a.Tick, string(a.Stage), a.At, epoch(a.Effective),
		string(a.Reason), a.Detector, a.LogM, a.Threshold, a.Labels, a.Detail, a.Epoch, a.By,
	}})
}

// SaveIncident implements [alerts.Journal].
func (s *Store) SaveIncident(ctx context.Context, i alerts.Incident) error {
	body, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("save incident %s: %w", i.ID, err)
	}
	return s.insertRows(ctx, call{file: "insert_incident", subject: "save incident " + i.ID}, [][]any{{
		i.Ref.Name, i.Ref.Version, i.ID, i.Key, string(i.Class), i.Slot, string(i.State), i.Status.String(),
		i.Opened, i.Updated, epoch(i.Closed), i.Headline, string(i.Blocked), uint32(i.Generation), i.Pending(), string(body),
	}})
}

// SaveTags implements [alerts.Journal].
func (s *Store) SaveTags(ctx context.Context, ref model.Ref, tick time.Time, tags map[string]string) error {
	var rows [][]any
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		rows = append(rows, []any{ref.Name, ref.Version, key, tags[key], tick})
	}
	return s.insertRows(ctx, call{file: "insert_tags", subject: fmt.Sprintf("save %d tags of %s", len(tags), ref)}, rows)
}

// Actions returns how far each action had come at the tick, the tick itself
// included, oldest first.
func (s *Store) Actions(ctx context.Context, name string, tick time.Time) ([]alerts.Action, error) {
	stages, err := s.ActionStages(ctx, name, tick)
	var actions []alerts.Action
	for _, a := range stages {
		actions = newest(actions, a)
	}
	return actions, err
}

// newest adds the next stage to the actions, in place of an earlier one of the same action.
func newest(actions []alerts.Action, next alerts.Action) []alerts.Action {
	if n := len(actions); n > 0 && actions[n-1].ID == next.ID {
		actions[n-1] = next
		return actions
	}
	return append(actions, next)
}

// ActionStages returns every stage that actions have reached until the tick:
// action by action, oldest first, and so their stages.
func (s *Store) ActionStages(ctx context.Context, name string, tick time.Time) ([]alerts.Action, error) {
	about := call{file: "actions", subject: "read actions of " + name, args: args{"tick": tick}}
	return s.reads.actions.about(ctx, s, name, about, func(rows driver.Rows) (string, alerts.Action, error) {
		var a alerts.Action
		var stage, reason string
		err := rows.Scan(&a.Model, &a.ID, &a.From, &a.To, &a.Slot, &a.Tick, &stage, &a.At, &a.Effective,
			&reason, &a.Detector, &a.LogM, &a.Threshold, &a.Labels, &a.Detail, &a.Epoch, &a.By)
		a.Stage, a.Reason = alerts.Stage(stage), alerts.Reason(reason)
		a.Tick, a.At, a.Effective = a.Tick.UTC(), a.At.UTC(), known(a.Effective)
		return a.Model, a, err
	})
}

// Incidents returns the incidents as they were at the tick: those open, those
// not told to the end, those that may open again, and those that the tick itself
// touched.
func (s *Store) Incidents(ctx context.Context, name string, tick time.Time) ([]alerts.Incident, error) {
	about := call{file: "incidents", subject: "read incidents of " + name, args: args{"tick": tick, "ended": tick.Add(-alerts.FlapWindow)}}
	return s.reads.incidents.about(ctx, s, name, about, func(rows driver.Rows) (model string, i alerts.Incident, err error) {
		var id, body string
		if err := rows.Scan(&model, &id, &body); err != nil {
			return model, i, err
		}
		if err := json.Unmarshal([]byte(body), &i); err != nil {
			return model, i, fmt.Errorf("incident %s: %w", id, err)
		}
		return model, i, nil
	})
}
