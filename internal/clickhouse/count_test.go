package clickhouse

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

var (
	_ evaluate.Buckets  = (*Store)(nil)
	_ evaluate.Profiler = (*Store)(nil)
)

// awkward are numbers at which comparisons go wrong.
var awkward = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.1, 0.1 + math.Nextafter(0, 1), math.Nextafter(1, 2), math.Nextafter(1, 0),
	math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-300, 1 << 53, 1<<53 + 2, 1.0 / 3,
	math.NaN(), math.Inf(1), math.Inf(-1),
}

// odd are texts at which quoting goes wrong.
var odd = []string{"", " ", "UA", "ua", "'", `\`, `\'`, `"`, "`", "\n", "\t", "\x00", "a,b", "[]", "{x:String}", "NULL", `\N`, "é", "e\u0301", "日本", "😀", "--", ";"}

func randomNumber(rng *rand.Rand) any {
	switch rng.IntN(4) {
	case 0:
		return nil
	case 1:
		return awkward[rng.IntN(len(awkward))]
	case 2:
		return float64(rng.IntN(20)) // ties
	}
	return rng.NormFloat64()
}

func randomText(rng *rand.Rand) any {
	switch rng.IntN(4) {
	case 0:
		return nil
	case 1:
		return odd[rng.IntN(len(odd))]
	}
	return fmt.Sprintf("c%d", rng.IntN(80)) // more than have a cell of their own
}

func policy(m ingest.Model) evaluate.Policy {
	p := evaluate.Policy{Model: m.Name, Task: m.Task, Positive: "1", Bucket: time.Hour, Maturity: 72 * time.Hour}
	for _, f := range m.Features {
		feature := evaluate.Feature{Name: f.Name, Kind: drift.Numeric, Age: f.Kind == ingest.Timestamp}
		if f.Kind == ingest.Category {
			feature.Kind = drift.Categorical
		}
		p.Features = append(p.Features, feature)
	}
	return p
}

// countBetween counts what the buckets in [from, to) hold now, and looks that what is at
// hand of it is what was stored.
func countBetween(t testing.TB, s *Store, p evaluate.Policy, ref evaluate.Reference, from, to, tick time.Time) error {
	t.Helper()
	held, err := s.Holds(t.Context(), p, ref, from, to)
	if err != nil {
		return err
	}
	counts, atHand, err := s.Count(t.Context(), p, ref, held, tick)
	if err != nil || !atHand {
		return err
	}
	slices.SortFunc(counts, func(a, b evaluate.Counts) int { return a.From.Compare(b.From) })
	stored, err := s.Counts(t.Context(), p, ref, from, to, p.Bucket)
	stored = slices.DeleteFunc(stored, func(c evaluate.Counts) bool { // of a bucket that has lost all its rows
		return !slices.ContainsFunc(held, func(h evaluate.Held) bool { return h.Bucket.Equal(c.From) })
	})
	if diff := cmp.Diff(stored, counts, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("counts that are stored, and at hand: %s", diff)
	}
	return err
}

// countedWhere yields the places where values are counted, and sees to it that the store
// counts there, however many they are.
func countedWhere(s *Store) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for where, here := range map[string]bool{"there": false, "here": true} {
			s.few = func([]evaluate.ReferenceSeries, []evaluate.Held) bool { return here }
			if !yield(where) {
				return
			}
		}
	}
}

// frozen makes a reference from profiles.
func frozen(t testing.TB, id string, ref model.Ref, profiles []evaluate.Profile) evaluate.Reference {
	t.Helper()
	r := evaluate.Reference{ID: id, Ref: ref}
	for _, f := range profiles {
		series, err := f.Freeze()
		if err != nil {
			t.Fatalf("series %s: %v", f.Series.Name, err)
		}
		r.Series = append(r.Series, series)
	}
	return r
}

// unfit is a value of another type than its column has.
type unfit struct{}

// misfits are values as ingest keeps them beside the columns, with the kinds of
// column that each would fit if it had come after the column was made.
var misfits = map[string][]ingest.FeatureKind{
	`"12,5"`: {ingest.Category}, `""`: {ingest.Category}, `"N/A"`: {ingest.Category}, `[1]`: nil, `{"a":1}`: nil,
	`7`: {ingest.Number, ingest.Category, ingest.Timestamp}, `-1.5e3`: {ingest.Number, ingest.Category}, `true`: {ingest.Number, ingest.Category},
	`null`: {ingest.Number, ingest.Category, ingest.Timestamp}, `nan`: {ingest.Number}, `"` + strings.Repeat("x", maxCategory) + `"`: {ingest.Category}, `"` + strings.Repeat("x", maxCategory+1) + `"`: nil,
	`"2026-11-23T03:36:54.1-05:30"`: {ingest.Category, ingest.Timestamp}, `"2026-11-23"`: {ingest.Category, ingest.Timestamp}, `"2026-11-23 03:36:54"`: {ingest.Category},
}

func fits(kind ingest.FeatureKind, text string) bool { return slices.Contains(misfits[text], kind) }

// expected counts rows into windows with the layouts themselves.
func expected(m ingest.Model, ref evaluate.Reference, rows []prediction, from, to time.Time, window time.Duration) []evaluate.Counts {
	cell := func(l drift.Layout, x any) int32 {
		switch x := x.(type) {
		case float64:
			return l.Cell(x)
		case string:
			return l.CellOf(x)
		case unfit:
			return drift.Invalid
		}
		return drift.Null
	}
	byWindow := map[int64]map[string]map[int32]uint64{}
	for _, row := range rows {
		if row.Version != ref.Ref.Version || row.At.Before(from) || !row.At.Before(to) {
			continue
		}
		w := row.At.UnixMilli() / window.Milliseconds()
		if byWindow[w] == nil {
			byWindow[w] = map[string]map[int32]uint64{}
		}
		for _, s := range ref.Series {
			var x any
			switch s.Name {
			case evaluate.ScoreSeries:
				x = row.Score
			case evaluate.ClassSeries:
				if row.Class != "" {
					x = row.Class
				}
			default:
				f := slices.IndexFunc(m.Features, func(f ingest.Feature) bool { return f.Name == s.Name })
				x = row.Features[f]
				if text, kept := row.Extra[s.Name]; x == nil && kept && !fits(m.Features[f].Kind, text) {
					x = unfit{}
				}
			}
			if byWindow[w][s.Name] == nil {
				byWindow[w][s.Name] = map[int32]uint64{}
			}
			byWindow[w][s.Name][cell(s.Layout, x)]++
		}
	}
	var numbers []int64
	for w := range byWindow {
		numbers = append(numbers, w)
	}
	slices.Sort(numbers)
	var all []evaluate.Counts
	for _, w := range numbers {
		start := time.UnixMilli(w * window.Milliseconds()).UTC()
		c := evaluate.Counts{From: start, To: start.Add(window), Series: map[string]drift.Counts{}}
		for name, cells := range byWindow[w] {
			c.Series[name] = drift.NewCounts(cells)
		}
		all = append(all, c)
	}
	return all
}

// The engine puts every value into the cell that drift.Layout says.
func TestCountAgreesWithTheLayout(t *testing.T) {
	rng := seeded(t, 20261124)
	m := ingest.Model{Name: "Hostile `model`'s", Task: model.Binary, Features: []ingest.Feature{
		{Name: "n", Kind: ingest.Number}, {Name: "c", Kind: ingest.Category}, {Name: "it's \\ {odd}", Kind: ingest.Number},
		{Name: "C", Kind: ingest.Category}, {Name: "constant", Kind: ingest.Number}, {Name: "never", Kind: ingest.Number}, {Name: "nowhere", Kind: ingest.Category}, {Name: "since", Kind: ingest.Timestamp},
	}}
	s := migrated(t, m)
	texts := slices.Sorted(maps.Keys(misfits))
	draw := func(id, day int) prediction {
		p := prediction{
			ID: fmt.Sprint(id), Version: fmt.Sprint(1 + rng.IntN(2)), At: at(day, time.Duration(rng.Int64N(int64(24*time.Hour)))).Truncate(time.Millisecond),
			Score: randomNumber(rng), Class: []string{"", "0", "1"}[rng.IntN(3)],
			Features: []any{randomNumber(rng), randomText(rng), randomNumber(rng), randomText(rng), 7.0, nil, nil, randomNumber(rng)},
		}
		for i, f := range m.Features { // ingest keeps what does not fit beside an empty column, and what has none
			if p.Features[i] == nil && rng.IntN(3) == 0 {
				if p.Extra == nil {
					p.Extra = map[string]string{"undeclared": "1"}
				}
				p.Extra[f.Name] = texts[rng.IntN(len(texts))]
			}
		}
		return p
	}
	var rows []prediction
	for i := range 6000 {
		rows = append(rows, draw(i, i%4))
	}
	for i, x := range awkward { // what the reference has not
		live := draw(6000+i, 3)
		live.Features[0], live.Features[4], live.Features[5], live.Features[6], live.Features[7] = x, x, x, odd[i], x
		rows = append(rows, live)
	}
	insert(t, s, batch(m, 0, rows))

	p := policy(m)
	ref := model.Ref{Name: m.Name, Version: "1"}
	profiles, err := s.Profiles(t.Context(), p, ref, at(0, 0), at(2, 0))
	if err != nil {
		t.Fatal(err)
	}
	reference := frozen(t, "r", ref, profiles)
	for _, series := range reference.Series {
		if err := series.Layout.Check(series.Counts); err != nil {
			t.Errorf("series %s: %v", series.Name, err)
		}
	}
	if got := len(reference.Series[3].Layout.Other); reference.Series[3].Name != "c" || got == 0 {
		t.Errorf("series %s has %d categories without a cell of their own: the test wants some", reference.Series[3].Name, got)
	}
	for where := range countedWhere(s) {
		reference := reference
		reference.ID = where
		for range 2 { // counting twice counts once
			if err := countBetween(t, s, p, reference, at(0, 0), at(4, 0), time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, window := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
			got, err := s.Counts(t.Context(), p, reference, at(0, 0), at(4, 0), window)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(expected(m, reference, rows, at(0, 0), at(4, 0), window), got); diff != "" {
				t.Errorf("counted %s, windows of %s (-layout +counted): %s", where, window, diff)
			}
		}
	}
	// The profile's own counts are those of its stretch.
	whole := expected(m, reference, rows, at(0, 0), at(2, 0), 1000*24*time.Hour)
	for _, series := range reference.Series {
		if diff := cmp.Diff(whole[0].Series[series.Name], series.Counts); diff != "" {
			t.Errorf("profile of %s: %s", series.Name, diff)
		}
	}
}

// A knot that is not exact would put its own value beside it.
func TestCountManyKnotsAndManyStatements(t *testing.T) {
	rng := seeded(t, 7)
	m := ingest.Model{Name: "wide", Task: model.Binary}
	for i := range 70 { // more series than one statement counts
		m.Features = append(m.Features, ingest.Feature{Name: fmt.Sprintf("n%d", i), Kind: ingest.Number})
	}
	s := migrated(t, m)
	var rows []prediction
	for i := range 3000 {
		row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(i*40/3000, time.Duration(i)*time.Second), Score: rng.Float64()}
		for range m.Features {
			row.Features = append(row.Features, math.Exp(20*rng.NormFloat64()))
		}
		rows = append(rows, row)
	}
	insert(t, s, batch(m, 0, rows))
	p := policy(m)
	ref := model.Ref{Name: "wide", Version: "1"}
	profiles, err := s.Profiles(t.Context(), p, ref, at(0, 0), at(40, 0))
	if err != nil {
		t.Fatal(err)
	}
	reference := frozen(t, "r", ref, profiles)
	if got := len(reference.Series[0].Layout.Knots); got != drift.MaxKnots {
		t.Fatalf("%d knots, want %d", got, drift.MaxKnots)
	}
	want := expected(m, reference, rows, at(0, 0), at(40, 0), 24*time.Hour)
	for where := range countedWhere(s) {
		reference.ID = where
		if err := countBetween(t, s, p, reference, at(0, 0), at(40, 0), time.Time{}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Counts(t.Context(), p, reference, at(0, 0), at(40, 0), 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("counted %s: %s", where, diff)
		}
	}
}

// Late rows re-open a bucket: counting it again replaces what was there.
func TestCountAgainAfterLateRows(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	ref := model.Ref{Name: "flights", Version: "1"}
	l, err := drift.NewNumeric([]float64{1, 2}, []uint64{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	reference := evaluate.Reference{ID: "r", Ref: ref, Series: []evaluate.ReferenceSeries{{Name: "wind", Layout: l}}}
	other := evaluate.Reference{ID: "other", Ref: ref, Series: reference.Series}
	count := func(offset int64, winds ...any) drift.Counts {
		t.Helper()
		var rows []prediction
		for i, wind := range winds {
			rows = append(rows, prediction{ID: fmt.Sprint(offset, i), Version: "1", At: at(0, time.Minute), Features: []any{wind, nil}})
		}
		insert(t, s, batch(flights, offset, rows))
		if err := countBetween(t, s, p, reference, at(0, 0), at(0, time.Hour), time.Time{}); err != nil {
			t.Fatal(err)
		}
		windows, err := s.Counts(t.Context(), p, reference, at(0, 0), at(0, time.Hour), time.Hour)
		if err != nil || len(windows) != 1 {
			t.Fatalf("%d windows, %v", len(windows), err)
		}
		return windows[0].Series["wind"]
	}
	if diff := cmp.Diff(drift.Counts{Cells: []int32{-1, 1}, N: []uint64{1, 1}}, count(0, 1.0, nil)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(drift.Counts{Cells: []int32{-1, 0, 1, 4}, N: []uint64{1, 1, 1, 2}}, count(10, 0.5, 3.0, 4.0)); diff != "" {
		t.Error(diff)
	}
	if windows, err := s.Counts(t.Context(), p, other, at(0, 0), at(1, 0), time.Hour); err != nil || len(windows) != 0 {
		t.Errorf("counts of another reference: %v, %v", windows, err)
	}
}
