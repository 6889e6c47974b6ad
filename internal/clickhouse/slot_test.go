package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// What people do to a slot, seen at one tick a day, and what the history says of it.
func TestSlotHistoryTellsWhatPeopleDid(t *testing.T) {
	s := migrated(t)
	start := func(day int, slot, version string, seen alerts.Serving) alerts.Serving {
		t.Helper()
		seen.Ref, seen.Known = model.Ref{Name: "flights", Version: version}, true
		got, err := s.StartTick(t.Context(), "flights", slot, at(day, 0), seen)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	const alias, stage = "alias champion", "stage Production"
	var want []Holding
	for day, c := range []struct {
		what, slot, version string
		seen                alerts.Serving
		reason              string // of the new line, "" for none
		since               int    // day
		previous            []string
	}{
		{"nothing yet", alias, "", alerts.Serving{}, "", -1, nil},
		{"the first", alias, "1", alerts.Serving{}, "first_seen", 1, nil},
		{"nothing new", alias, "1", alerts.Serving{}, "", 1, nil},
		{"a promotion", alias, "2", alerts.Serving{}, "changed_by_others", 3, []string{"1"}},
		{"the alias deleted", alias, "", alerts.Serving{}, "emptied_by_others", -1, []string{"2", "1"}},
		{"still deleted", alias, "", alerts.Serving{}, "", -1, []string{"2", "1"}},
		{"set again", alias, "2", alerts.Serving{}, "returned_by_others", 6, []string{"1"}},
		{"its version deleted", alias, "", alerts.Serving{Lost: true}, "version_deleted", -1, []string{"2", "1"}},
		{"an old one back", alias, "1", alerts.Serving{}, "returned_by_others", 8, []string{"2"}},
		{"another slot configured", stage, "3", alerts.Serving{}, "reconfigured", 9, []string{"1", "2"}},
		{"an older one promoted beside it", stage, "3", alerts.Serving{Also: []string{"1"}}, "held_twice", 9, []string{"1", "2"}},
		{"still two", stage, "3", alerts.Serving{Also: []string{"1"}}, "", 9, []string{"1", "2"}},
		{"three", stage, "3", alerts.Serving{Also: []string{"1", "2"}}, "held_twice", 9, []string{"1", "2"}},
		{"the others archived", stage, "3", alerts.Serving{}, "tidied_by_others", 9, []string{"1", "2"}},
		{"a newer one beside it", stage, "4", alerts.Serving{Also: []string{"3"}}, "held_twice", 14, []string{"3", "1", "2"}},
	} {
		got := start(day, c.slot, c.version, c.seen)
		if c.reason != "" {
			want = append(want, Holding{Slot: c.slot, Version: c.version, Also: c.seen.Also, From: at(day, 0), Reason: c.reason})
		}
		var since time.Time
		if c.since >= 0 {
			since = at(c.since, 0)
		}
		if !got.Since.Equal(since) || !cmp.Equal(got.Previous, c.previous) {
			t.Errorf("%s: since %s after %v, want %s after %v", c.what, got.Since, got.Previous, since, c.previous)
		}
		repeated := start(day, c.slot, "9", alerts.Serving{})
		if diff := cmp.Diff(got, repeated, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s, repeated after a crash (-first +repeated):\n%s", c.what, diff)
		}
	}
	history, err := s.SlotHistory(t.Context(), "flights", at(99, 0))
	if diff := cmp.Diff(want, history, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("error %v, history (-want +got):\n%s", err, diff)
	}
	// What is judged sees who served, one after the other.
	tenures, err := s.Slots(t.Context(), "flights", at(99, 0))
	judged := []evaluate.Tenure{
		{Version: "1", From: at(1, 0), Reason: "first_seen"}, {Version: "2", From: at(3, 0), Reason: "changed_by_others"},
		{Version: "1", From: at(8, 0), Reason: "returned_by_others"}, {Version: "3", From: at(9, 0), Reason: "reconfigured"},
		{Version: "4", From: at(14, 0), Reason: "held_twice"},
	}
	if diff := cmp.Diff(judged, tenures); err != nil || diff != "" {
		t.Errorf("error %v, tenures (-want +got):\n%s", err, diff)
	}
}
