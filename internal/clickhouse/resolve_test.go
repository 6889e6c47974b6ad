package clickhouse

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

const (
	runOf2     = "0123456789abcdef0123456789abcdef"
	modelOf2   = "m-0123456789abcdef0123456789abcdef"
	runUnknown = "ffffffffffffffffffffffffffffffff"
)

// The same predictions, spelt by three ids of one version, are one version's
// once the ids are resolved, in every query that reads predictions.
func TestEveryQueryReadsResolvedVersions(t *testing.T) {
	s, plain := migrated(t, flights), migrated(t, flights)
	rows := func(spell func(i int) string) (all []prediction, outcomes []outcome) {
		for i := range 60 {
			p := prediction{
				ID: string(rune('A' + i)), At: at(0, time.Duration(i)*10*time.Minute), Version: spell(i), Class: "1", Score: float64(i) / 60,
				Features: []any{float64(i % 7), "UA"}, Segment: "eu",
			}
			if i%2 == 1 {
				p.Role = "shadow"
			}
			all = append(all, p)
			outcomes = append(outcomes, outcome{ID: p.ID, At: p.At.Add(time.Hour), Label: "1"})
		}
		return all, outcomes
	}
	said, outcomes := rows(func(i int) string { return []string{"2", runOf2, modelOf2, "1"}[i%4] })
	insert(t, s, batch(flights, 0, said, outcomes...))
	meant, outcomes := rows(func(i int) string { return []string{"2", "2", "2", "1"}[i%4] })
	insert(t, plain, batch(flights, 0, meant, outcomes...))

	unresolved, err := s.Unresolved(t.Context(), "flights")
	if err != nil {
		t.Fatal(err)
	}
	want := []Unresolved{
		{ID: runOf2, First: at(0, 10*time.Minute), Last: at(0, 570*time.Minute), Rows: 15},
		{ID: modelOf2, First: at(0, 20*time.Minute), Last: at(0, 580*time.Minute), Rows: 15},
	}
	if diff := cmp.Diff(want, unresolved); diff != "" {
		t.Errorf("unresolved (-want +got):\n%s", diff)
	}
	read := func(s *Store) (all []any) {
		t.Helper()
		p, ref := policy(flights), model.Ref{Name: "flights", Version: "2"}
		profiles, err := s.Profiles(t.Context(), p, ref, at(0, 0), at(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		r := frozen(t, "r", ref, profiles)
		activity, err1 := s.Activity(t.Context(), p, at(0, 0), at(1, 0))
		matured, err2 := s.Matured(t.Context(), p, at(0, 0), at(1, 0))
		served, byRef, first, err3 := s.Served(t.Context(), ref, at(0, 0), at(1, 0))
		counts, errs := map[string][]evaluate.Counts{}, []error{err1, err2, err3}
		for where := range countedWhere(s) {
			r.ID = where
			errs = append(errs, countBetween(t, s, p, r, at(0, 0), at(1, 0), time.Time{}))
			counts[where], err = s.Counts(t.Context(), p, r, at(0, 0), at(1, 0), 24*time.Hour)
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		return []any{profiles, activity, matured, served, byRef, first, counts}
	}
	if got, err := s.Activity(t.Context(), policy(flights), at(0, 0), at(1, 0)); err != nil || len(got) != 2 || got[1].Rows != 15 {
		t.Errorf("activity before resolution: %+v, %v: want version 1 and the 15 rows that say 2", got, err)
	}
	if matured, err := s.Matured(t.Context(), policy(flights), at(0, 0), at(1, 0)); err != nil || len(matured) != 2 {
		t.Errorf("matured before resolution: %d versions, %v: want 1 and 2", len(matured), err)
	}
	if err := s.Resolve(t.Context(), "flights", at(1, 0), unresolved, map[string]string{runOf2: "2", modelOf2: "2", runUnknown: "9"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(plain), read(s)); diff != "" {
		t.Errorf("plain versions (-) and resolved ones (+):\n%s", diff)
	}
	if left, err := s.Unresolved(t.Context(), "flights"); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	past, err := s.LoadPast(t.Context(), "flights", at(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]time.Time{"2": at(0, 10*time.Minute)}, past.Evaluate.Reopened); diff != "" {
		t.Errorf("reopened at the tick: %s", diff)
	}
	if past, err = s.LoadPast(t.Context(), "flights", at(2, 0)); err != nil || len(past.Evaluate.Reopened) != 0 {
		t.Errorf("reopened at the next tick: %v, %v", past.Evaluate.Reopened, err)
	}
}

// One id may stand for other versions in other models, and for none: models that ask
// together are told of their own.
func TestVersionsOfSeveralModels(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	var models []ingest.Model
	for _, name := range names {
		models = append(models, ingest.Model{Name: name, Task: model.Binary})
	}
	s := migrated(t, models...)
	for i, m := range models {
		insert(t, s, batch(m, int64(100*i), []prediction{{ID: "x", At: at(0, 0), Version: runOf2}, {ID: "y", At: at(0, time.Minute), Version: "2"}, {ID: "z", At: at(0, time.Hour), Version: runUnknown}}))
	}
	for name, version := range map[string]string{"a": "2", "b": "3"} {
		if err := s.Resolve(t.Context(), name, at(1, 0), []Unresolved{{ID: runOf2, First: at(0, 0)}}, map[string]string{runOf2: version}); err != nil {
			t.Fatal(err)
		}
	}
	judged := evaluate.Verdict{Ref: model.Ref{Name: "d", Version: runUnknown}, Tick: at(0, 0), Status: evaluate.Healthy}
	if err := s.SaveVerdicts(t.Context(), []evaluate.Verdict{judged}); err != nil {
		t.Fatal(err)
	}
	type said struct {
		Rows       map[string]uint64 // by version
		Unresolved []string
	}
	want := []said{
		{map[string]uint64{"2": 2}, []string{runUnknown}},
		{map[string]uint64{"2": 1, "3": 1}, []string{runUnknown}},
		{map[string]uint64{"2": 1}, []string{runOf2, runUnknown}},
		{map[string]uint64{"2": 1}, []string{runOf2}},
	}
	ask := func(i int) said {
		got := said{Rows: map[string]uint64{}}
		active, err1 := s.Activity(t.Context(), labelled(names[i]), at(0, 0), at(1, 0))
		unresolved, err2 := s.Unresolved(t.Context(), names[i])
		if err := errors.Join(err1, err2); err != nil {
			t.Error(err)
		}
		for _, a := range active {
			got.Rows[a.Version] = a.Rows
		}
		for _, u := range unresolved {
			got.Unresolved = append(got.Unresolved, u.ID)
		}
		return got
	}
	alone, together := make([]said, len(names)), make([]said, len(names))
	for i := range names {
		alone[i] = ask(i)
	}
	ids := held(s.turns, &s.reads.versionIDs.line, call{file: "version_ids"})
	known := held(s.turns, &s.reads.known.line, call{file: "known_versions"})
	var group sync.WaitGroup
	for i := range names {
		group.Go(func() { together[i] = ask(i) })
	}
	ids(len(names))
	known(len(names))
	group.Wait()
	if diff := cmp.Diff([2][]said{want, want}, [2][]said{alone, together}); diff != "" {
		t.Errorf("alone, and together: %s", diff)
	}
}

// What an event says its version is must not be compared as it stands.
func TestNoQueryReadsVersionsAsTheyAreSaid(t *testing.T) {
	entries, err := queryFiles.ReadDir("queries")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, entry := range entries {
		text, err := queryFiles.ReadFile("queries/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		sql := string(text)
		if !strings.Contains(sql, "FROM {{id") || !regexp.MustCompile(`\bversion\b`).MatchString(sql) {
			continue // not over predictions, or not by version
		}
		if entry.Name() == "stored_events.sql" {
			continue // looks for the very row that an event makes
		}
		seen++
		if !regexp.MustCompile(`template "(spellings|version|unknown)"|version IN \{spellings:Array\(String\)\}`).MatchString(sql) {
			t.Errorf("%s reads versions of predictions: compare them with {{template \"spellings\"}} or {spellings:Array(String)}, or select {{template \"version\"}}, of unresolved.sql", entry.Name())
		}
	}
	if seen < 5 {
		t.Errorf("only %d queries looked at", seen)
	}
}
