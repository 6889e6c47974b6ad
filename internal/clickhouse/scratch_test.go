package clickhouse

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// content is a checksum of the rows of every table of a database.
func content(t *testing.T, s *Store) map[string]uint64 {
	t.Helper()
	sums := map[string]uint64{}
	for _, table := range strings.Split(scalar[string](t, s, "SELECT arrayStringConcat(groupArray(name), ',') FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"), ",") {
		run(t, s, "SYSTEM STOP MERGES `%s`", table) // one would take away rows that newer ones replace
		sums[table] = scalar[uint64](t, s, fmt.Sprintf("SELECT groupBitXor(cityHash64(toString(tuple(*)))) + count() FROM `%s`", table))
	}
	return sums
}

func scratches(t *testing.T, s *Store) uint64 {
	t.Helper()
	return scalar[uint64](t, s, fmt.Sprintf("SELECT count() FROM system.databases WHERE startsWith(name, '%s')", s.scratchPrefix()))
}

func TestAScratchReadsEventsAndLeavesNoTrace(t *testing.T) {
	s := migrated(t, flights)
	ctx := t.Context()
	insert(t, s, batch(flights, 0, []prediction{
		{ID: "a", Version: "1", At: at(0, 0), Score: 0.2, Class: "0", Features: []any{1.5, "UA"}},
		{ID: "b", Version: "1", At: at(0, 1), Score: 0.9, Class: "1", Features: []any{nil, "AA"}},
	}, outcome{ID: "a", At: at(0, 1), Label: "1"}))
	insert(t, s, batch(flights, 0, []prediction{{ID: "a", Version: "1", At: at(0, 0), Score: 0.2, Class: "0", Features: []any{1.5, "UA"}}})) // twice
	verdict := evaluate.Verdict{Ref: model.Ref{Name: "flights", Version: "1"}, Tick: at(1, 0), Status: evaluate.Healthy, FirstSeen: at(0, 0)}
	if err := s.SaveVerdicts(ctx, []evaluate.Verdict{verdict}); err != nil {
		t.Fatal(err)
	}
	before := content(t, s)

	for _, past := range []bool{false, true} {
		scratch, drop, err := s.Scratch(ctx, "flights", past)
		if err != nil {
			t.Fatal(err)
		}
		active, err := scratch.Activity(ctx, evaluate.Policy{Model: "flights"}, at(0, 0), at(1, 0))
		if err != nil || len(active) != 1 || active[0].Rows != 2 {
			t.Errorf("activity %+v, %v: want the two predictions of s", active, err)
		}
		last, err := scratch.LastVerdicts(ctx, "flights", at(2, 0))
		if err != nil || (len(last) == 1) != past {
			t.Errorf("with the past %t there are verdicts %+v, %v", past, last, err)
		}
		later := verdict
		later.Tick = at(2, 0)
		if err := scratch.SaveVerdicts(ctx, []evaluate.Verdict{later}); err != nil {
			t.Fatal(err)
		}
		event := batch(flights, 9, []prediction{{ID: "c", Version: "1", At: at(0, 0)}})
		if err := scratch.Insert(ctx, event, false); err == nil {
			t.Error("a scratch took an event: it must only read them")
		}
		if err := drop(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("the history is another one (-before +after):\n%s", diff)
	}
	if n := scratches(t, s); n != 0 {
		t.Errorf("%d scratch databases are left", n)
	}
}

// Every table is one of events, which a scratch reads, or of evaluations, which
// it has anew. A new one must be put on one of the sides.
func TestEveryTableIsOfEventsOrOfEvaluations(t *testing.T) {
	evaluations := []string{
		"actions", "bucket_counts", "counted_buckets", "incidents", "newest_verdicts", "noted_outcomes", "orders",
		"reference_bins", "references", "results", "schema_migrations", "score_bins", "slot_history", "tags", "ticks", "verdicts",
	}
	s := migrated(t)
	err := s.engines(t.Context(), func(table, _ string) error {
		if slices.Contains(events, table) == slices.Contains(evaluations, table) {
			t.Errorf("table %s: say whether a scratch reads it where it is (events) or has one of its own", table)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScratchesOfProcessesThatAreGoneAreDropped(t *testing.T) {
	s := migrated(t, flights)
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dead := fmt.Sprintf("%s%d_x", s.hostPrefix(), gone.Process.Pid)
	alive := fmt.Sprintf("%s%d_x", s.hostPrefix(), os.Getppid())
	elsewhere := s.scratchPrefix() + "ffffffff_1_x" // nobody can be asked, and it is not idle for long
	for _, name := range []string{dead, alive, elsewhere} {
		run(t, s, "CREATE DATABASE `%s`", name)
		run(t, s, "CREATE TABLE `%s`.t (x UInt8) ENGINE = MergeTree ORDER BY x", name)
	}
	_, drop, err := s.Scratch(t.Context(), "flights", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := drop(); err != nil {
		t.Fatal(err)
	}
	left := scalar[string](t, s, fmt.Sprintf("SELECT arrayStringConcat(arraySort(groupArray(name)), ' ') FROM system.databases WHERE startsWith(name, '%s')", s.scratchPrefix()))
	want := []string{alive, elsewhere}
	slices.Sort(want)
	if left != strings.Join(want, " ") {
		t.Errorf("left are %s, want %v", left, want)
	}
}

func TestWhoHeldTheSlotIsReadFromTicksAndFromPredictions(t *testing.T) {
	s := migrated(t, flights)
	var rows []prediction
	for day, served := range []string{"1", "1", "2", "1"} {
		for k := range 5 {
			version, other := served, "9"
			if k == 0 {
				version, other = "3", served // a canary serves one in five
			}
			id := fmt.Sprintf("%d-%d", day, k)
			rows = append(rows,
				prediction{ID: id, Version: version, At: at(day, time.Duration(k+1)*time.Hour)},
				prediction{ID: id, Version: other, At: at(day, 0), Role: "shadow"})
		}
	}
	insert(t, s, batch(flights, 0, rows))
	served, err := s.ServedBy(t.Context(), "flights", 24*time.Hour)
	want := []evaluate.Tenure{{Version: "1", From: at(0, 2*time.Hour)}, {Version: "2", From: at(2, 2*time.Hour)}, {Version: "1", From: at(3, 2*time.Hour)}}
	if err != nil || !cmp.Equal(want, served) {
		t.Errorf("%v: %s", err, cmp.Diff(want, served))
	}

	seen := alerts.Serving{Ref: model.Ref{Name: "flights", Version: "2"}, Known: true, Fallback: "1", Held: map[string]string{"": "holiday"}, Also: []string{}}
	if _, err := s.StartTick(t.Context(), "flights", "alias champion", at(5, 0), seen); err != nil {
		t.Fatal(err)
	}
	sightings, err := s.Sightings(t.Context(), "flights")
	if want := []Sighting{{at(5, 0), seen}}; err != nil || !cmp.Equal(want, sightings) {
		t.Errorf("%v: %s", err, cmp.Diff(want, sightings))
	}
	if err := s.SaveTenures(t.Context(), "flights", "alias champion", want); err != nil {
		t.Fatal(err)
	}
	slots, err := s.Slots(t.Context(), "flights", at(4, 0))
	if err != nil || len(slots) != 3 || slots[0].Reason != slotFirstSeen || slots[2].Reason != slotByOthers {
		t.Errorf("slots %+v, %v", slots, err)
	}
}

func TestIncidentsAreReadAsTheyWereOpenedAndAsTheyStand(t *testing.T) {
	s := migrated(t)
	ref := model.Ref{Name: "flights", Version: "2"}
	for _, i := range []alerts.Incident{
		{ID: "b", Ref: ref, State: alerts.Open, Status: evaluate.Warning, Opened: at(2, 0), Updated: at(2, 0), Generation: 1},
		{ID: "a", Ref: ref, State: alerts.Open, Status: evaluate.Warning, Opened: at(1, 0), Updated: at(1, 0), Generation: 1, Headline: "begins"},
		{ID: "a", Ref: ref, State: alerts.Resolved, Status: evaluate.Warning, Opened: at(1, 0), Updated: at(3, 0), Closed: at(3, 0), Generation: 2, Headline: "ends"},
	} {
		if err := s.SaveIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := s.IncidentHistory(t.Context(), "flights", func(opened, now alerts.Incident) {
		got = append(got, fmt.Sprint(now.ID, opened.Headline, now.Headline, now.State))
	})
	if want := []string{"abeginsends" + string(alerts.Resolved), "b" + string(alerts.Open)}; err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}

	a := alerts.Action{ID: "x", Model: "flights", From: "2", To: "1", Tick: at(1, 0), At: at(1, 0), Stage: alerts.Intent}
	b := a
	b.Stage, b.At = alerts.Effective, at(2, 0)
	for _, one := range []alerts.Action{b, a} {
		if err := s.SaveAction(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	stages, err := s.ActionStages(t.Context(), "flights", at(9, 0))
	if err != nil || len(stages) != 2 || stages[0].Stage != alerts.Intent || stages[1].Stage != alerts.Effective {
		t.Errorf("stages %+v, %v", stages, err)
	}
}
