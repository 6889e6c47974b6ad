package clickhouse

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/internal/model"
)

func ptr(x float64) *float64 { return &x }

// verdict fills every field.
func verdict(version string, tick time.Time) evaluate.Verdict {
	return evaluate.Verdict{
		Ref: model.Ref{Name: "flights", Version: version}, Tick: tick,
		Status: evaluate.Critical, Reason: evaluate.ReasonPaired, Serving: true, ReferenceID: "0123456789ab",
		Results: []evaluate.Result{
			{Check: "psi", Feature: "wind", From: at(0, 0), To: at(1, 0), Value: ptr(0.25), Limit: ptr(0.1), P: ptr(1e-300), Rows: 960, Status: evaluate.Warning, Reason: evaluate.ReasonShifted},
			{Check: "auc", Against: "1", Segment: "eu", From: at(0, 0), To: at(1, 0), Value: ptr(-0.0125), Lower: ptr(-0.5), Upper: ptr(0.5), Rows: 1, Status: evaluate.Healthy},
			{Check: "auc", From: at(0, 0), To: at(1, 0), Status: evaluate.Inconclusive, Reason: "single_class"},
		},
		Evidence: []evaluate.Evidence{
			{
				Kind: evaluate.Paired, Check: "brier", Against: "1", Limit: 0.005, LogM: 3.25, Page: 9.5, Demote: 11.6, Level: evaluate.Proven,
				Since: at(1, 0), Started: at(-30, 0), Blocks: 14, Rows: 13116, Peak: 11.75, Design: 3.1, Calm: 1,
				Last:  evidence.Block{Span: evidence.Span{ID: "b", From: at(0, 0), To: at(1, 0)}, Rows: 960, Sums: []float64{0.1, math.Nextafter(0.2, 1)}, Mean: 1.0 / 3, Variance: 1e-9},
				State: evidence.State{LogM: []float64{-1e-17, 3, -0.1}, ID: "b", To: at(1, 0), Blocks: 14},
			},
			{Kind: evaluate.Drift, Check: "psi", Feature: "it's \"odd\"\\", LogM: -1000, Alert: 12, Started: at(-30, 0), Level: evaluate.Alerted, Listed: true, Moved: &evaluate.Movement{
				From: at(-3, 0), To: at(0, 0), Rows: 900, Check: "psi", Value: ptr(1.0 / 3),
				Quantiles: []drift.QuantileMove{{Q: .1, Before: -1e300, After: math.Nextafter(0.2, 1), Beyond: -1}},
				Bins:      []drift.Move{{Bin: "null", Before: 1.0 / 7, After: 1, Contribution: 3, Special: true}},
			}},
		},
		Drift:     evaluate.Standing{Status: evaluate.Healthy},
		Live:      evaluate.Standing{Status: evaluate.Critical, Reason: evaluate.ReasonPaired},
		FirstSeen: at(-60, 123*time.Millisecond), CountedTo: at(1, time.Hour), DriftTo: at(1, 0), LabelsTo: at(0, 0),
	}
}

func save(t *testing.T, s *Store, verdicts ...evaluate.Verdict) {
	t.Helper()
	if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
		t.Fatal(err)
	}
}

// withoutResults is what the next tick gets.
func withoutResults(v evaluate.Verdict) evaluate.Verdict {
	v.Results = nil
	return v
}

func TestVerdictsComeBackAsSaved(t *testing.T) {
	s := migrated(t)
	full := verdict("2", at(2, 0))
	empty := evaluate.Verdict{Ref: model.Ref{Name: "flights", Version: "10"}, Tick: at(2, 0), Status: evaluate.Inconclusive, Reason: evaluate.ReasonNoReference}
	for range 2 { // the same tick again replaces itself
		save(t, s, full, empty)
	}
	save(t, s, verdict("2", at(3, 0)))
	got, err := s.LastVerdicts(t.Context(), "flights", at(3, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]evaluate.Verdict{"2": withoutResults(full), "10": empty}, got); diff != "" {
		t.Errorf("before the tick: %s", diff)
	}
	history, err := s.History(t.Context(), full.Ref, at(2, 0), at(3, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]evaluate.Verdict{withoutResults(full), withoutResults(verdict("2", at(3, 0)))}, history); diff != "" {
		t.Errorf("history: %s", diff)
	}
	results, err := s.Results(t.Context(), full.Ref, at(2, 0), at(2, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]evaluate.Result{full.Results[2], full.Results[1], full.Results[0]}, results); diff != "" {
		t.Errorf("results: %s", diff)
	}
}

// All verdicts of a tick are one part: there is no half of an evaluation.
func TestVerdictsOfATickAreOnePart(t *testing.T) {
	s := migrated(t)
	run(t, s, "SYSTEM STOP MERGES verdicts")
	var all []evaluate.Verdict
	for _, version := range []string{"1", "2", "3", "4"} {
		all = append(all, verdict(version, at(2, 0)))
	}
	save(t, s, all...)
	save(t, s, all...)
	const query = "SELECT toString(groupArray(rows)) FROM system.parts WHERE database = currentDatabase() AND table = 'verdicts' AND active"
	if got := scalar[string](t, s, query); got != "[4,4]" {
		t.Errorf("rows by part %s, want [4,4]", got)
	}
}

func TestStreaksAndCourses(t *testing.T) {
	s := migrated(t)
	statuses := []evaluate.Status{evaluate.Healthy, evaluate.Warning, evaluate.Healthy, evaluate.Inconclusive, evaluate.Inconclusive, evaluate.Inconclusive}
	for i, status := range statuses {
		v := verdict("2", at(i, 0))
		v.Status, v.LabelsTo = status, at(i/2, 0) // two ticks a block
		v.Evidence[0].LogM, v.Evidence[0].Peak, v.Evidence[0].Since = float64(i), 0, time.Time{}
		save(t, s, v)
	}
	save(t, s, evaluate.Verdict{Ref: model.Ref{Name: "flights", Version: "1"}, Tick: at(5, 0), Status: evaluate.Healthy})
	for _, c := range []struct {
		tick time.Time
		want map[string]alerts.Streak
	}{
		{at(0, 0), map[string]alerts.Streak{}},
		{at(1, 0), map[string]alerts.Streak{"2": {Status: "healthy"}}},
		{at(2, 0), map[string]alerts.Streak{"2": {Status: "warning"}}},
		{at(5, 0), map[string]alerts.Streak{"2": {Status: "inconclusive", Ticks: 2, Since: at(3, 0)}}},
		{forever, map[string]alerts.Streak{"1": {Status: "healthy"}, "2": {Status: "inconclusive", Ticks: 3, Since: at(3, 0)}}},
	} {
		past, err := s.LoadPast(t.Context(), "flights", c.tick)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, past.Alerts.Statuses); diff != "" {
			t.Errorf("streaks at %s: %s", c.tick, diff)
		}
	}
	past, err := s.LoadPast(t.Context(), "flights", at(5, 0))
	if err != nil {
		t.Fatal(err)
	}
	// The share of the way to 11.6 after the first verdict of each block.
	want := map[string][]alerts.Point{"2": {{At: at(0, 0)}, {At: at(1, 0), Value: 0.172}, {At: at(2, 0), Value: 0.345}}}
	if diff := cmp.Diff(want, past.Alerts.Courses); diff != "" {
		t.Errorf("courses: %s", diff)
	}
}

func TestViewsForDashboards(t *testing.T) {
	s := migrated(t)
	for day := range 3 {
		save(t, s, verdict("2", at(day, 0)), verdict("1", at(day, 0)))
	}
	for query, want := range map[string]string{
		"SELECT toString(groupArray((version, tick, status))) FROM (SELECT * FROM health ORDER BY version)":                                             "[('1','2026-03-03 00:00:00.000','critical'),('2','2026-03-03 00:00:00.000','critical')]",
		"SELECT toString((round(share_of_alert, 3), round(share_of_page, 3), round(share_of_demotion, 3))) FROM health WHERE version = '2'":             "(0,0.342,0.28)",
		"SELECT toString(groupArray((check, against, segment, value))) FROM (SELECT * FROM results_latest WHERE version = '2' ORDER BY check, against)": "[('auc','','',NULL),('auc','1','eu',-0.0125),('psi','','',0.25)]",
		"SELECT toString(count()) FROM evidence": "12",
		"SELECT toString((kind, check, feature, level, blocks, round(share_of_demotion, 3), share_of_alert)) FROM evidence WHERE kind = 'paired' LIMIT 1": "('paired','brier','','proven',14,0.28,NULL)",
	} {
		if got := scalar[string](t, s, query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

// forever is later than every tick.
var forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// Verdicts of before evidence was packed are read from the states of its column.
func TestVerdictsOfBeforeArePackedAreRead(t *testing.T) {
	s := migrated(t)
	v := evaluate.Verdict{Ref: model.Ref{Name: "churn", Version: "1"}, Tick: at(0, 0), Status: evaluate.Warning, Evidence: []evaluate.Evidence{
		{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "tenure", LogM: 1.5, Blocks: 3}, {Kind: evaluate.Absolute, Check: "auc", LogM: 2.25, Onset: at(-1, 0)},
	}}
	if err := s.SaveVerdicts(t.Context(), []evaluate.Verdict{v}); err != nil {
		t.Fatal(err)
	}
	want, err := s.LastVerdicts(t.Context(), "churn", at(1, 0))
	if err != nil || len(want["1"].Evidence) != 2 {
		t.Fatalf("%+v, %v", want, err)
	}
	var states []string
	for _, e := range v.Evidence {
		state, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, "'"+string(state)+"'")
	}
	run(t, s, "ALTER TABLE verdicts UPDATE states = '', `evidence.state` = [%s] WHERE 1 SETTINGS mutations_sync = 1", strings.Join(states, ", "))
	got, err := s.LastVerdicts(t.Context(), "churn", at(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-packed +in states): %s", diff)
	}
}
