package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

// PastAction is an action with what it rested on.
type PastAction struct {
	Stages  []alerts.Action    // oldest first; none when there is no such action
	Others  []string           // ids of the other actions on the model, oldest first
	Verdict evaluate.Verdict   // of the version that was to go, at the tick that decided
	Before  []evaluate.Verdict // the version's verdicts up to that one, oldest first
	Guards  [][2]string        // guard, and what it saw
}

// FindAction returns the action with the id.
func FindAction(ctx context.Context, store *clickhouse.Store, m config.Model, id string) (PastAction, error) {
	name := m.Policy.Model
	var past PastAction
	all, err := store.ActionStages(ctx, name, time.UnixMilli(1<<42))
	if err != nil {
		return past, err
	}
	for _, a := range all {
		if a.ID == id {
			past.Stages = append(past.Stages, a)
		} else if !slices.Contains(past.Others, a.ID) {
			past.Others = append(past.Others, a.ID)
		}
	}
	if len(past.Stages) == 0 {
		return past, nil
	}
	a := past.Stages[0]
	ref := model.Ref{Name: name, Version: a.From}
	if past.Before, err = store.History(ctx, ref, time.Unix(0, 0), a.Tick); err != nil {
		return past, err
	}
	if n := len(past.Before); n > 0 && past.Before[n-1].Tick.Equal(a.Tick) {
		past.Verdict = past.Before[n-1]
		if past.Verdict.Results, err = store.Results(ctx, ref, a.Tick, a.Tick); err != nil {
			return past, err
		}
	}
	past.Guards, err = guards(ctx, store, m, a, all, past.Verdict)
	return past, err
}

// guards says what every guard saw, in their order. What they are set to is as
// configured now.
func guards(ctx context.Context, store *clickhouse.Store, m config.Model, a alerts.Action, all []alerts.Action, v evaluate.Verdict) ([][2]string, error) {
	sightings, err := store.Sightings(ctx, a.Model)
	if err != nil {
		return nil, err
	}
	slots, err := store.Slots(ctx, a.Model, a.Tick)
	if err != nil {
		return nil, err
	}
	var out [][2]string
	add := func(guard, format string, args ...any) {
		out = append(out, [2]string{guard, fmt.Sprintf(format, args...)})
	}

	if at := slices.IndexFunc(sightings, func(s clickhouse.Sighting) bool { return s.Tick.Equal(a.Tick) }); at >= 0 {
		seen := sightings[at].Seen
		add("registry", "could be read: %t; %s held %s", seen.Known, seen.Ref.Version, a.Slot)
		if len(seen.Held) == 0 {
			add("holds", "none")
		}
		for version, reason := range seen.Held {
			add("hold", "%s: %s", strings.TrimSuffix(a.Model+"@"+version, "@"), reason)
		}
		add("fallback", "%s takes over; under the fallback alias: %q", a.To, seen.Fallback)
	}
	for _, t := range slices.Backward(slots) {
		if t.Version == a.From {
			add("min_bake", "%s had held it since %s, for %s; at least %s", a.From, stamp(t.From), span(a.Tick.Sub(t.From)), span(m.Alerts.MinBake))
			break
		}
	}
	for _, r := range v.Results {
		if r.Check == "coverage" && r.Value != nil && r.Limit != nil {
			add("coverage", "%.3g of the predictions to %s had a label; at least %.3g", *r.Value, r.To.Format(time.DateOnly), *r.Limit)
		}
	}
	for _, e := range v.Evidence {
		if e.Level == evaluate.Proven {
			add("still below", "%s/%s: %d calm blocks in a row before it", e.Kind, e.Check, e.Calm)
		}
	}
	earlier := "no earlier action"
	for _, other := range all {
		if other.Tick.Before(a.Tick) {
			earlier = fmt.Sprintf("the last was %s, %s, %s before", other.ID, other.Stage, span(a.Tick.Sub(other.Tick)))
		}
	}
	add("cooldown, ping-pong", "%s; cooldown %s", earlier, span(m.Alerts.Cooldown))
	add("mode", "configured now: %s", m.Alerts.Mode)
	for _, q := range m.Alerts.Quiet {
		add("quiet hours", "%s covers the tick: %t", q, q.Covers(a.Tick))
	}
	return out, nil
}

// span writes a duration of whole hours as people do.
func span(d time.Duration) string {
	if hours := d.Hours(); d%time.Hour == 0 && hours < 48 {
		return fmt.Sprintf("%g h", hours)
	}
	if d%time.Hour == 0 {
		return fmt.Sprintf("%.3g d", d.Hours()/24)
	}
	return d.String()
}
