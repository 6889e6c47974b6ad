package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

func loadPast(t *testing.T, s *Store, tick time.Time) Past {
	t.Helper()
	past, err := s.LoadPast(t.Context(), "flights", tick)
	if err != nil {
		t.Fatal(err)
	}
	return past
}

// pinned are the references pinned before the tick, whole.
func pinned(t testing.TB, s *Store, tick time.Time) map[string]evaluate.Reference {
	t.Helper()
	all, err := s.References(t.Context(), "flights", tick)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReferencesArePinnedOnce(t *testing.T) {
	s := migrated(t)
	numeric, err := drift.NewNumeric([]float64{-1e300, 0.1, 1.0 / 3}, []uint64{1, 5, 2})
	if err != nil {
		t.Fatal(err)
	}
	ref := evaluate.Reference{
		ID: "0123456789ab", Ref: model.Ref{Name: "flights", Version: "1"}, Source: evaluate.SourceWindow,
		From: at(0, 0), To: at(28, 0), Rows: 8, PinnedAt: at(30, 0), Coverage: 0.97, Window: 72 * time.Hour, Auto: true, Of: "3",
		Series: []evaluate.ReferenceSeries{
			{Name: "wind", Layout: numeric, Counts: numeric.CountNumbers([]float64{0.1, 5}, nil), Variation: map[string]drift.Variation{"psi": {Mean: -7.5, SD: 0.5, R1: 0.1, K: 28}}},
			{Name: evaluate.ClassSeries, Layout: drift.NewCategorical(map[string]uint64{"it's": 2, "é": 1})},
		},
		Baselines: map[string]performance.Estimate{"auc": {Metric: "auc", Value: 0.75, Baseline: 0.7, N: 8}},
	}
	pin := func(r evaluate.Reference) {
		t.Helper()
		if err := s.Pin(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	pin(ref)
	later := ref
	later.PinnedAt = at(40, 0)
	pin(later) // the same content changes nothing
	for range 2 {
		if diff := cmp.Diff(map[string]evaluate.Reference{"1": ref}, pinned(t, s, at(30, time.Hour))); diff != "" {
			t.Error(diff)
		}
	}
	if got := loadPast(t, s, at(30, 0)).Evaluate.References; len(got) != 0 {
		t.Errorf("the tick that pins sees %d references, want none: repeating it must judge alike", len(got))
	}
	accepted := ref
	accepted.ID, accepted.PinnedAt = "other", at(50, 0)
	pin(accepted)
	if got := loadPast(t, s, at(51, 0)).Evaluate.References["1"].ID; got != "other" {
		t.Errorf("reference %s, want the one pinned last", got)
	}
	if got := loadPast(t, s, at(49, 0)).Evaluate.References["1"].ID; got != ref.ID {
		t.Errorf("reference %s, want the one pinned by then", got)
	}
}

// A baseline need not say when its rows were, nor has it labels.
func TestABaselineIsPinnedWithoutTimes(t *testing.T) {
	s := migrated(t)
	ref := evaluate.Reference{
		ID: "0123456789ab", Ref: model.Ref{Name: "flights", Version: "1"}, Source: evaluate.SourceBaseline, Rows: 8, PinnedAt: at(30, 0), Since: at(29, 0),
		Series: []evaluate.ReferenceSeries{{Name: evaluate.ClassSeries, Layout: drift.NewCategorical(map[string]uint64{"1": 8})}},
	}
	if err := s.Pin(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ref, pinned(t, s, at(31, 0))["1"]); diff != "" {
		t.Error(diff)
	}
}

func TestRepeatedTickSeesWhatTheFirstSaw(t *testing.T) {
	s := migrated(t)
	start := func(tick time.Time, seen alerts.Serving) alerts.Serving {
		t.Helper()
		got, err := s.StartTick(t.Context(), "flights", "alias champion", tick, seen)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	ref := func(version string) model.Ref { return model.Ref{Name: "flights", Version: version} }
	seen := alerts.Serving{Ref: ref("1"), Known: true, Fallback: "0", Held: map[string]string{"": "a 'freeze'"}, Also: []string{"0"}, Mode: alerts.Approve,
		Unfit: map[string]alerts.Reason{"0": alerts.BlockedDeleted}}
	want := seen
	want.Since = at(0, 0)
	if diff := cmp.Diff(want, start(at(0, 0), seen)); diff != "" {
		t.Errorf("first tick: %s", diff)
	}
	if diff := cmp.Diff(want, start(at(0, 0), alerts.Serving{Ref: ref("2"), Known: true})); diff != "" {
		t.Errorf("repeated while the registry shows another: %s", diff)
	}
	// Nobody can be asked: the last holder is assumed.
	want = alerts.Serving{Ref: ref("1"), Since: at(0, 0), Held: map[string]string{}}
	for range 2 {
		if diff := cmp.Diff(want, start(at(1, 0), alerts.Serving{Ref: ref("")}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("registry unreachable: %s", diff)
		}
	}
	// An empty slot is nobody's tenure.
	if diff := cmp.Diff(alerts.Serving{Ref: ref(""), Known: true, Previous: []string{"1"}, Left: map[string]time.Time{"1": at(2, 0)}}, start(at(2, 0), alerts.Serving{Ref: ref(""), Known: true})); diff != "" {
		t.Errorf("empty slot: %s", diff)
	}
	// A person moves the slot, we move it back, a person insists.
	start(at(3, 0), alerts.Serving{Ref: ref("2"), Known: true})
	action := alerts.Action{ID: "flights@2/x", Model: "flights", From: "2", To: "1", Tick: at(4, 0), At: at(4, 0), Stage: alerts.Done}
	if err := s.SaveAction(t.Context(), action); err != nil {
		t.Fatal(err)
	}
	start(at(5, 0), alerts.Serving{Ref: ref("1"), Known: true})
	if got := loadPast(t, s, at(5, 0)).Evaluate.Demoted; !cmp.Equal(got, map[string]bool{"2": true}) {
		t.Errorf("demoted %v, want 2", got)
	}
	if err := s.SaveOrder(t.Context(), alerts.Order{ID: "r", Model: "flights", Kind: alerts.OrderRelease, To: "2", By: "alice", At: at(5, time.Minute)}); err != nil {
		t.Fatal(err)
	}
	for tick, want := range map[time.Time]int{at(5, 0): 1, at(5, time.Minute): 0} {
		if got := loadPast(t, s, tick).Evaluate.Demoted; len(got) != want {
			t.Errorf("demoted at %s: %v, want %d: a person released it", tick, got, want)
		}
	}
	got := start(at(6, 0), alerts.Serving{Ref: ref("2"), Known: true})
	if diff := cmp.Diff(alerts.Serving{Ref: ref("2"), Known: true, Since: at(6, 0), Previous: []string{"1"}, Left: map[string]time.Time{"1": at(6, 0)}}, got); diff != "" {
		t.Errorf("given back: %s", diff)
	}
	if got := loadPast(t, s, at(7, 0)).Evaluate.Demoted; len(got) != 0 {
		t.Errorf("demoted %v, want none: a person gave the slot back", got)
	}
	slots := []evaluate.Tenure{
		{Version: "1", From: at(0, 0), Reason: "first_seen"},
		{Version: "2", From: at(3, 0), Reason: "changed_by_others"},
		{Version: "1", From: at(5, 0), Reason: "demotion"},
		{Version: "2", From: at(6, 0), Reason: "returned_by_others"},
	}
	if diff := cmp.Diff(slots, loadPast(t, s, at(6, 0)).Evaluate.Slots); diff != "" {
		t.Error(diff)
	}
	// A tick of the past, evaluated now, rewrites no history.
	start(at(4, time.Hour), alerts.Serving{Ref: ref("9"), Known: true})
	if diff := cmp.Diff(slots[:2], loadPast(t, s, at(4, time.Hour)).Evaluate.Slots); diff != "" {
		t.Error(diff)
	}
}

func TestLastTick(t *testing.T) {
	s := migrated(t)
	last := func() time.Time {
		t.Helper()
		tick, err := s.LastTick(t.Context(), "flights")
		if err != nil {
			t.Fatal(err)
		}
		return tick
	}
	if got := last(); !got.IsZero() {
		t.Errorf("before the first: %s", got)
	}
	for day := range 3 {
		if _, err := s.StartTick(t.Context(), "flights", "alias champion", at(day, 0), alerts.Serving{}); err != nil {
			t.Fatal(err)
		}
		if day < 2 {
			if err := s.FinishTick(t.Context(), "flights", at(day, 0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := last(); !got.Equal(at(1, 0)) {
		t.Errorf("last tick %s, want the last one that was finished, %s", got, at(1, 0))
	}
}
