package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

var (
	_ alerts.Journal = (*Store)(nil)
	_ alerts.Traffic = (*Store)(nil)
)

func TestIncidentsAsOfTheTick(t *testing.T) {
	s := migrated(t)
	incident := func(id string, opened, updated time.Time, generation, told int, state alerts.State) alerts.Incident {
		v := verdict("2", updated)
		i := alerts.Incident{
			ID: id, Key: "k" + id, Class: alerts.ClassPerformance, Ref: v.Ref, Slot: "alias champion", Mode: alerts.Observe, Owner: "@ml", Channel: "#ml",
			State: state, Status: evaluate.Warning, Opened: opened, Updated: updated, Headline: "it's \\ bad\n",
			Facts: []alerts.Fact{{Name: "AUC", Text: "0.7"}}, Evidence: v.Evidence, Results: v.Results, Reference: "r",
			Action: &alerts.Action{ID: "a", Model: "flights", Tick: opened, LogM: 12.5}, Blocked: alerts.BlockedHold,
			Timeline: []alerts.Entry{{At: opened, Text: "opened", Reach: alerts.ToOwner}}, Chart: []alerts.Point{{At: opened, Value: 0.5}},
			Generation: generation, Told: told, Attempts: 1, Message: alerts.Receipt{Channel: "C1", ID: "1.2"}, ThreadTo: 1,
		}
		if state == alerts.Resolved {
			i.Closed = updated
		}
		return i
	}
	saved := []alerts.Incident{
		incident("old", at(0, 0), at(1, 0), 2, 2, alerts.Resolved),
		incident("a", at(1, 0), at(1, 0), 1, 0, alerts.Open),
		incident("a", at(1, 0), at(1, 0), 1, 1, alerts.Open), // delivered: same generation
		incident("b", at(1, 0), at(2, 0), 3, 3, alerts.Open),
		incident("b", at(1, 0), at(3, 0), 4, 3, alerts.Resolved), // its end is not told
		incident("a", at(1, 0), at(4, 0), 2, 2, alerts.Resolved),
		incident("b", at(1, 0), at(3, 0), 4, 4, alerts.Resolved), // told later
	}
	silent := incident("silent", at(1, 0), at(2, 0), 2, 0, alerts.Resolved)
	silent.Channel = "" // for the journal only: never pending
	save := func(i alerts.Incident) {
		t.Helper()
		if err := s.SaveIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	save(silent)
	for _, i := range saved[:5] {
		save(i)
	}
	check := func(tick time.Time, want ...alerts.Incident) {
		t.Helper()
		got, err := s.Incidents(t.Context(), "flights", tick)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s: %s", tick, diff)
		}
	}
	check(at(0, 0))
	check(at(1, time.Hour), saved[0], saved[2]) // what ended within a day may open again
	check(at(2, 0), saved[2], saved[3], silent)
	check(at(2, time.Hour), saved[2], saved[3], silent)
	check(at(3, time.Hour), saved[2], saved[4])
	for _, i := range saved[5:] {
		save(i)
	}
	check(at(4, 0), saved[5]) // touched by this very tick
	check(at(5, 0))
	check(at(2, time.Hour), saved[2], saved[3], silent) // as it was then
}

func TestActionsReachTheirStages(t *testing.T) {
	s := migrated(t)
	action := func(id string, tick, reached time.Time, stage alerts.Stage) alerts.Action {
		return alerts.Action{
			ID: id, Model: "flights", From: "2", To: "1", Slot: "alias champion", Tick: tick, Stage: stage, At: reached,
			Reason: alerts.FirstCritical, Detector: "paired/brier against 1", LogM: 12.25, Threshold: 11.6, Labels: 13116, Detail: fmt.Sprintf("it's %s", stage),
		}
	}
	stages := []alerts.Action{
		action("x", at(1, 0), at(1, 0), alerts.Intent),
		action("x", at(1, 0), at(1, 0), alerts.Failed),
		action("x", at(1, 0), at(2, 0), alerts.Intent),
		action("x", at(1, 0), at(2, 0), alerts.Done),
		action("a", at(3, 0), at(3, 0), alerts.WouldHave),
		action("x", at(1, 0), at(4, 0), alerts.Effective),
	}
	stages[5].Effective = at(3, 123*time.Millisecond)
	late := action("x", at(1, 0), at(2, 0), alerts.Overtaken) // of a replica that looked when people had moved the slot on
	for _, a := range append(stages, stages[0], stages[3], late) {
		if err := s.SaveAction(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		tick            time.Time
		before, reached []alerts.Action // what stood before the tick, what it wrote itself
		want            []alerts.Action
		demoted         bool
	}{
		{at(0, 0), nil, nil, nil, false},
		{at(1, 0), nil, stages[1:2], stages[1:2], false},
		{at(2, 0), stages[1:2], stages[3:4], stages[3:4], false}, // done at this very tick: does not count for judging
		{at(2, time.Hour), stages[3:4], nil, stages[3:4], true},
		{at(3, 0), stages[3:4], stages[4:5], stages[3:5], true},
		{at(9, 0), []alerts.Action{stages[5], stages[4]}, nil, []alerts.Action{stages[5], stages[4]}, true},
	} {
		past := loadPast(t, s, c.tick)
		if diff := cmp.Diff(c.before, past.Alerts.Actions); diff != "" {
			t.Errorf("actions before %s: %s", c.tick, diff)
		}
		if diff := cmp.Diff(c.reached, past.Alerts.Reached); diff != "" {
			t.Errorf("actions of tick %s: %s", c.tick, diff)
		}
		if past.Evaluate.Demoted["2"] != c.demoted {
			t.Errorf("demoted at %s: %v", c.tick, past.Evaluate.Demoted)
		}
		if actions, err := s.Actions(t.Context(), "flights", c.tick); err != nil || !cmp.Equal(c.want, actions) {
			t.Errorf("actions at %s: %v, %v", c.tick, actions, err)
		}
	}
}

func TestTagsLastWritten(t *testing.T) {
	s := migrated(t)
	ref := model.Ref{Name: "flights", Version: "2"}
	for day, tags := range []map[string]string{{"driftd_health": "healthy", "driftd_reason": "it's \\ fine"}, {"driftd_health": "degraded"}, {}} {
		if err := s.SaveTags(t.Context(), ref, at(day, 0), tags); err != nil {
			t.Fatal(err)
		}
	}
	for tick, want := range map[time.Time]map[string]map[string]string{
		at(-1, 0): {},
		at(0, 0):  {"2": {"driftd_health": "healthy", "driftd_reason": "it's \\ fine"}},
		at(9, 0):  {"2": {"driftd_health": "degraded", "driftd_reason": "it's \\ fine"}},
	} {
		if diff := cmp.Diff(want, loadPast(t, s, tick).Alerts.Tags); diff != "" {
			t.Errorf("at %s: %s", tick, diff)
		}
	}
}

func TestStoredCountsEvents(t *testing.T) {
	s := migrated(t, flights)
	insert(t, s, hundred(0))
	insert(t, s, hundred(0))
	got, err := s.Stored(t.Context(), "flights")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Stored{Predictions: 100, Outcomes: 50, Rejects: map[string]uint64{"bad_field": 1}}, got); diff != "" {
		t.Error(diff)
	}
	if got, err := s.Stored(t.Context(), "nobody's"); err != nil || got.Predictions != 0 {
		t.Errorf("a model without a table: %+v, %v", got, err)
	}
}
