package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
)

// Summary is the story as a program reads it.
type Summary struct {
	Story             string            `json:"story"`
	EventsSent        int               `json:"events_sent"`
	PredictionsStored uint64            `json:"predictions_stored"`
	OutcomesStored    uint64            `json:"outcomes_stored"`
	Rejects           uint64            `json:"rejects"`
	RejectsByReason   map[string]uint64 `json:"rejects_by_reason"`
	DriftAlerts       []DriftAlert      `json:"drift_alerts"`
	SlotHistory       []SlotEntry       `json:"slot_history"`
	Demotions         []Demotion        `json:"demotions"`
	Versions          []VersionSummary  `json:"versions"`
	Seconds           float64           `json:"seconds"`
}

// DriftAlert is one notification: the features whose evidence crossed the
// budget at one tick, and the window that did it.
type DriftAlert struct {
	Version  string    `json:"version"`
	From     time.Time `json:"window_from"`
	To       time.Time `json:"window_to"`
	Features []string  `json:"features"`
}

// SlotEntry is one tenure of the slot.
type SlotEntry struct {
	Version string    `json:"version"`
	From    time.Time `json:"from"`
	Reason  string    `json:"reason"`
}

// Demotion is one demotion. Evidence and Threshold are natural logarithms.
type Demotion struct {
	Version     string    `json:"version"`
	At          time.Time `json:"at"`
	Detector    string    `json:"detector"`
	Evidence    float64   `json:"evidence"`
	Threshold   float64   `json:"threshold"`
	Labels      uint64    `json:"labels"`
	EffectiveAt time.Time `json:"effective_at,omitzero"`
}

// VersionSummary is how a version did over all its live predictions.
type VersionSummary struct {
	Version    string  `json:"version"`
	Health     string  `json:"health"`
	PSIMax     float64 `json:"psi_max"`
	PSIFeature string  `json:"psi_feature"`
	Accuracy   float64 `json:"accuracy"`
	AUC        float64 `json:"auc"`
	Labels     int     `json:"labels"`
}

// summarize reads back what was stored: nothing here is remembered that the
// tables do not say.
func summarize(ctx context.Context, daemon *app.App, c config.Model, story Story, sent int, tale *timeline, begun time.Time) (Summary, error) {
	s := Summary{Story: story.Name, EventsSent: sent, DriftAlerts: tale.alerts, SlotHistory: []SlotEntry{}, Demotions: []Demotion{}}
	if s.DriftAlerts == nil {
		s.DriftAlerts = []DriftAlert{}
	}
	store := daemon.Store()
	stored, err := store.Stored(ctx, ModelName)
	if err != nil {
		return s, err
	}
	s.PredictionsStored, s.OutcomesStored, s.RejectsByReason = stored.Predictions, stored.Outcomes, stored.Rejects
	for _, n := range stored.Rejects {
		s.Rejects += n
	}
	slots, err := store.Slots(ctx, ModelName, story.To)
	if err != nil {
		return s, err
	}
	for _, t := range slots {
		s.SlotHistory = append(s.SlotHistory, SlotEntry{"v" + t.Version, t.From, t.Reason})
	}
	actions, err := store.Actions(ctx, ModelName, story.To)
	if err != nil {
		return s, err
	}
	for _, a := range actions {
		if a.Moved() {
			s.Demotions = append(s.Demotions, Demotion{"v" + a.From, a.Tick, a.Detector, a.LogM, a.Threshold, a.Labels, a.Effective})
		}
	}
	matured, err := store.Matured(ctx, c.Policy, story.From, story.To)
	if err != nil {
		return s, err
	}
	for _, m := range matured {
		correct := 0
		for _, ok := range m.Correct {
			if ok {
				correct++
			}
		}
		psi := tale.psi[m.Version]
		s.Versions = append(s.Versions, VersionSummary{
			Version: "v" + m.Version, Health: tale.health[m.Version], PSIMax: psi.value, PSIFeature: psi.feature,
			Accuracy: performance.Accuracy(correct, len(m.ID)).Value, AUC: performance.AUC(m.Score, m.Positive).Value, Labels: len(m.ID),
		})
	}
	s.Seconds = time.Since(begun).Seconds()
	return s, nil
}

func (s Summary) write(path string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

// verify says where the story did not come out as told.
func (s Summary) verify(story Story) error {
	var errs []error
	expect := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	stored := int(s.PredictionsStored + s.OutcomesStored + s.Rejects)
	expect(stored == s.EventsSent, "%d events were sent, %d are stored", s.EventsSent, stored)
	expect(len(s.DriftAlerts) > 0, "nobody noticed that summer came")
	slots, want := []string{}, []string{"v1", "v2"}
	for _, t := range s.SlotHistory {
		slots = append(slots, t.Version)
	}
	if story.Name == "leak" {
		want = append(want, "v1")
		expect(len(s.Demotions) == 1 && s.Demotions[0].Version == "v2", "demotions %v, want one, of v2", s.Demotions)
		expect(len(s.Demotions) != 1 || !s.Demotions[0].EffectiveAt.IsZero(), "live traffic was never seen to follow the demotion")
	} else {
		expect(len(s.Demotions) == 0, "demotions %v, want none", s.Demotions)
	}
	expect(slices.Equal(slots, want), "the slot was held by %v, want %v", slots, want)
	if len(errs) > 0 {
		return fmt.Errorf("the story did not come out as told: %w", errors.Join(errs...))
	}
	return nil
}
