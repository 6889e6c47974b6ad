package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// held makes the line for such calls look as if one were running; what is returned
// lets those go that came, once there are n.
func held[T any](t *turns, l *line[T], c call) (release func(n int)) {
	key := c.kind()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.running[key] { // whoever served it last is about to leave
		l.mu.Unlock()
		time.Sleep(time.Millisecond)
		l.mu.Lock()
	}
	l.waiting, l.running = map[string][]*waiter[T]{}, map[string]bool{key: true}
	return func(n int) {
		for waiting := 0; waiting < n; {
			time.Sleep(time.Millisecond)
			l.mu.Lock()
			waiting = len(l.waiting[key])
			l.mu.Unlock()
		}
		l.serve(t, key)
	}
}

func labelled(name string) evaluate.Policy { return evaluate.Policy{Model: name, Bucket: time.Hour} }

// lived gives a model a past: some of everything that a tick reads.
func lived(t *testing.T, s *Store, rng *rand.Rand, name string) {
	t.Helper()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for day := range 1 + rng.IntN(4) {
		tick := at(day, 0)
		version := fmt.Sprint(1 + rng.IntN(3))
		ref := model.Ref{Name: name, Version: version}
		_, err := s.StartTick(t.Context(), name, "alias champion", tick, alerts.Serving{Ref: ref, Known: true, Held: map[string]string{version: name}})
		try(err)
		v := evaluate.Verdict{Ref: ref, Tick: tick, Status: evaluate.Status(1 + rng.IntN(5)), Reason: name, LabelsTo: at(day-1, 0),
			Evidence: []evaluate.Evidence{{Kind: evaluate.Absolute, Check: "auc", LogM: rng.Float64(), Page: 3, Demote: 5}},
			Results:  []evaluate.Result{{Check: "coverage", From: at(day-1, 0), To: tick, Rows: rng.Uint64N(100), Status: evaluate.Healthy, Reason: name}}}
		try(s.SaveVerdicts(t.Context(), []evaluate.Verdict{v}))
		try(s.SaveTags(t.Context(), ref, tick, map[string]string{"driftd_status": name, fmt.Sprint("driftd_", day): version}))
		try(s.SaveOrder(t.Context(), alerts.Order{ID: fmt.Sprint(name, day), Model: name, Kind: alerts.OrderRelease, To: version, By: "alice", At: tick}))
		a := alerts.Action{ID: fmt.Sprint(ref, day), Model: name, From: version, To: "0", Tick: tick, At: tick, Stage: alerts.Done}
		try(s.SaveAction(t.Context(), a))
		try(s.SaveIncident(t.Context(), alerts.Incident{ID: fmt.Sprint(name, "/", day), Ref: ref, State: alerts.Open, Opened: tick, Updated: tick, Generation: 1 + rng.IntN(3)}))
		try(s.Resolve(t.Context(), name, at(4, 0), []Unresolved{{ID: strings.Repeat(fmt.Sprint(day), 32), First: tick}}, map[string]string{strings.Repeat(fmt.Sprint(day), 32): version}))
		try(s.Pin(t.Context(), evaluate.Reference{ID: name, Ref: ref, Source: evaluate.SourceWindow, PinnedAt: tick, Rows: uint64(1 + day),
			Series: []evaluate.ReferenceSeries{{Name: evaluate.ClassSeries, Layout: drift.NewCategorical(map[string]uint64{name: 1})}}}))
		run(t, s, "INSERT INTO outcomes (model, ts, prediction_id) VALUES ('%s', fromUnixTimestamp64Milli(%d), 'early')", name, at(day, time.Hour).UnixMilli())
		try(s.NoteLabels(t.Context(), labelled(name), at(0, 0), at(day+1, 0)))
		if rng.IntN(2) > 0 {
			run(t, s, "INSERT INTO outcomes (model, ts, prediction_id) VALUES ('%s', fromUnixTimestamp64Milli(%d), 'late')", name, at(day, time.Hour).UnixMilli())
		}
		other := fmt.Sprint(1 + day%2)
		run(t, s, "INSERT INTO bucket_counts (model, version, reference_id, bucket, series, cells, n) VALUES ('%[1]s', '%[2]s', '%[1]s', '2026-03-01 00:00:00', '%[1]s', [-1, %[3]d], [1, 2])", name, other, 7+day)
		try(s.insertRows(t.Context(), call{file: "insert_counted", subject: "note rows"}, [][]any{{name, other, name, at(day, 0), uint64(day + 1), rng.Uint64N(100), tick}}))
		try(s.FinishTick(t.Context(), name, tick))
	}
}

// Models that ask at a time get the same answers as each of them alone.
func TestAskedTogetherIsAskedAlone(t *testing.T) {
	s := migrated(t)
	rng := seeded(t, 20261126)
	const models = 12
	names := make([]string, models)
	for i := range names {
		names[i] = fmt.Sprintf("m%d", i)
		if i > 0 { // one has no past
			lived(t, s, rng, names[i])
		}
	}
	if err := s.SaveOrder(t.Context(), alerts.Order{ID: "f", Kind: alerts.OrderFreeze, By: "bob", At: at(2, 0)}); err != nil {
		t.Fatal(err)
	}
	type answers struct {
		Past          Past
		Seen          alerts.Serving
		Last          time.Time
		Unseen, Begun time.Time
		Late          [2]time.Time
		Said          []evaluate.Published
		Counts        []evaluate.Counts
		Counted       []evaluate.Held
	}
	under := func(name string) evaluate.Reference {
		return evaluate.Reference{ID: name, Ref: model.Ref{Name: name, Version: "1"}}
	}
	ask := func(ctx context.Context, name string) (a answers, err error) {
		if a.Past, err = s.LoadPast(ctx, name, at(4, 0)); err != nil {
			return a, err
		}
		if a.Seen, _, err = s.started(ctx, name, at(0, 0)); err != nil {
			return a, err
		}
		if a.Last, err = s.LastTick(ctx, name); err != nil {
			return a, err
		}
		if a.Unseen, a.Begun, err = s.UnseenOrder(ctx, name, at(4, 0)); err != nil {
			return a, err
		}
		if a.Late[0], a.Late[1], _, err = s.LateLabels(ctx, labelled(name), at(0, 0), at(5, 0)); err != nil {
			return a, err
		}
		if a.Counts, err = s.Counts(ctx, labelled(name), under(name), at(0, 0), at(5, 0), 24*time.Hour); err != nil {
			return a, err
		}
		if a.Counted, err = s.Counted(ctx, under(name), at(0, 0), at(5, 0)); err != nil {
			return a, err
		}
		a.Said, err = s.Published(ctx, labelled(name), at(-2, 0), at(5, 0), at(5, 0))
		return a, err
	}
	reg := prometheus.NewRegistry() // from here on
	s.metrics = newMetrics(reg)
	var alone, together [models]answers
	for i, name := range names {
		var err error
		if alone[i], err = ask(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	late := slices.ContainsFunc(alone[:], func(a answers) bool { return !a.Late[0].IsZero() })
	if !late || len(alone[1].Past.Alerts.Tags) == 0 || !alone[1].Past.Alerts.Frozen || alone[1].Last.IsZero() || alone[1].Seen.Ref.Name != "m1" || len(alone[1].Said) == 0 || len(alone[1].Counts) == 0 || len(alone[1].Counted) == 0 {
		t.Fatalf("a past without anything in it: %+v", alone[1])
	}
	s.references.outlines = nil // as after a start
	before := statements(t, reg)
	group, ctx := errgroup.WithContext(t.Context())
	for i, name := range names {
		group.Go(func() (err error) {
			together[i], err = ask(ctx, name)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alone, together); diff != "" {
		t.Errorf("asked alone, and together: %s", diff)
	}
	if asked, before := statements(t, reg)-before, before; asked*2 > before {
		t.Errorf("%d statements after %d: want them to be shared", asked, before)
	}
}

// statements counts what was sent so far.
func statements(t *testing.T, reg *prometheus.Registry) (n uint64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			n += m.Histogram.GetSampleCount()
		}
	}
	return n
}

func TestUnreadableIncidentIsOneModelsTrouble(t *testing.T) {
	s := migrated(t)
	tick := at(1, 0)
	for _, name := range []string{"a", "b", "c"} {
		i := alerts.Incident{ID: name, Ref: model.Ref{Name: name, Version: "1"}, State: alerts.Open, Opened: tick, Updated: tick, Generation: 1}
		if err := s.SaveIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	run(t, s, "INSERT INTO incidents SELECT * REPLACE (2 AS generation, '{' AS body) FROM incidents WHERE model = 'b'")
	release := held(s.turns, &s.reads.incidents.line, call{file: "incidents", args: args{"tick": tick, "ended": tick.Add(-alerts.FlapWindow)}})
	errs := make(chan error, 3)
	for _, name := range []string{"a", "b", "c"} {
		go func() {
			got, err := s.Incidents(t.Context(), name, tick)
			if err == nil && (len(got) != 1 || got[0].ID != name) {
				err = fmt.Errorf("incidents of %s: %v", name, got)
			}
			errs <- err
		}()
	}
	release(3)
	failed := 0
	for range 3 {
		if err := <-errs; err != nil {
			failed++
			if !strings.HasPrefix(err.Error(), "read incidents of b (incidents.sql): incident b: ") {
				t.Error(err)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d models failed, want the one", failed)
	}
}

func TestRowsThatWaitGoInTogether(t *testing.T) {
	s := migrated(t)
	save := call{file: "insert_tags", subject: "save tags"}
	together := func(all ...[][]any) []error {
		release := held(s.turns, &s.inserts, save)
		errs := make([]error, len(all))
		var group sync.WaitGroup
		for i, rows := range all {
			group.Go(func() { errs[i] = s.insertRows(t.Context(), save, rows) })
		}
		release(len(all))
		group.Wait()
		return errs
	}
	row := func(model string, value any) []any { return []any{model, "1", "driftd_status", value, at(0, 0)} }
	for _, err := range together([][]any{row("a", "healthy"), row("b", "healthy")}, [][]any{row("c", "healthy")}) {
		if err != nil {
			t.Error(err)
		}
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'tags' AND active"); got != 1 {
		t.Errorf("%d parts, want that both went in as one", got)
	}
	errs := together([][]any{row("d", "healthy")}, [][]any{row("e", 1.5)}, [][]any{row("f", "healthy")})
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("%v: want the second alone to fail", errs)
	}
	if got := scalar[string](t, s, "SELECT toString(arraySort(groupArray(model))) FROM tags FINAL"); got != "['a','b','c','d','f']" {
		t.Errorf("tags of %s are stored", got)
	}
}

// Rows that are sent in pieces are stored as one part, and of those that were sent it is
// not known whether they are when a later one cannot be.
func TestManyRowsAreOnePart(t *testing.T) {
	s := migrated(t)
	save := call{file: "insert_tags", subject: "save tags"}
	var rows [][]any
	for i := range 2*pieceRows + 1 {
		rows = append(rows, []any{fmt.Sprint("m", i), "1", "driftd_status", "healthy", at(0, 0)})
	}
	if err := s.insertRows(t.Context(), save, rows); err != nil {
		t.Fatal(err)
	}
	if n, parts := scalar[uint64](t, s, "SELECT count() FROM tags"), scalar[uint64](t, s, "SELECT uniqExact(_part) FROM tags"); n != uint64(len(rows)) || parts != 1 {
		t.Errorf("%d rows in %d parts, want %d in one", n, parts, len(rows))
	}
	rows[2*pieceRows][3] = 1.5
	if err, ok := errors.AsType[*Error](s.insertRows(t.Context(), save, rows)); !ok || !err.Ambiguous() {
		t.Errorf("%v: want that what was sent before may be stored", err)
	}
}
