package evaluate_test

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// memory answers what the store would, straight from the flights: an
// independent, row-by-row form of the storage engine's queries.
type memory struct {
	flights *data.Flights
	scores  map[string]string // version → scores that play it
	until   map[string]time.Time
	pinned  map[string]evaluate.Reference
	ids     []uint64
}

func newMemory(t *testing.T, scores map[string]string) *memory {
	t.Helper()
	flights, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{flights: flights, scores: scores, until: map[string]time.Time{}, pinned: map[string]evaluate.Reference{}}
	for row := range flights.Len() {
		h := fnv.New64a()
		_, _ = h.Write([]byte(flights.ID(row)))
		m.ids = append(m.ids, h.Sum64())
	}
	return m
}

// rows yields the rows that a version scored in [from, to).
func (m *memory) rows(version string, from, to time.Time, yield func(row int, score float64)) {
	first := m.search(from)
	for row := first; row < m.flights.Len() && m.flights.Time(row).Before(to); row++ {
		if score, ok := m.flights.Score(m.scores[version], row); ok {
			if end, ends := m.until[version]; ends && !m.flights.Time(row).Before(end) {
				return
			}
			yield(row, score)
		}
	}
}

func (m *memory) search(at time.Time) int {
	low, high := 0, m.flights.Len()
	for low < high {
		if mid := (low + high) / 2; m.flights.Time(mid).Before(at) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

func (m *memory) Activity(_ context.Context, _ evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	var all []evaluate.Activity
	for _, version := range slices.Sorted(maps.Keys(m.scores)) {
		a := evaluate.Activity{Version: version}
		m.rows(version, from, to, func(row int, _ float64) {
			if a.Rows == 0 {
				a.First = m.flights.Time(row)
			}
			a.Last = m.flights.Time(row)
			a.Rows++
		})
		if a.Rows > 0 {
			all = append(all, a)
		}
	}
	return all, nil
}

func (m *memory) Count(context.Context, evaluate.Policy, evaluate.Reference, []evaluate.Held, time.Time) ([]evaluate.Counts, bool, error) {
	return nil, false, nil // Counts counts rows: nothing is stored
}

// All rows are there from the start.
func (m *memory) Holds(context.Context, evaluate.Policy, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return nil, nil
}

func (m *memory) Counted(context.Context, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return nil, nil
}

func (m *memory) Judged(context.Context, model.Ref, time.Time) (evaluate.Verdict, bool, error) {
	return evaluate.Verdict{}, false, nil
}

func (m *memory) Counts(_ context.Context, _ evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	var all []evaluate.Counts
	for at := from; at.Before(to); at = at.Add(window) {
		c := evaluate.Counts{From: at, To: at.Add(window), Series: map[string]drift.Counts{}}
		var rows []int
		var scores []float64
		m.rows(ref.Ref.Version, at, c.To, func(row int, score float64) {
			rows, scores = append(rows, row), append(scores, score)
		})
		if len(rows) == 0 {
			continue
		}
		for _, s := range ref.Series {
			cells := map[int32]uint64{}
			for i, row := range rows {
				cells[m.cell(s, row, scores[i])]++
			}
			c.Series[s.Name] = drift.NewCounts(cells)
		}
		all = append(all, c)
	}
	return all, nil
}

func (m *memory) cell(s evaluate.ReferenceSeries, row int, score float64) int32 {
	switch s.Name {
	case evaluate.ScoreSeries:
		return s.Layout.Cell(score)
	case evaluate.ClassSeries:
		return s.Layout.CellOf(class(score))
	}
	for _, column := range m.flights.Features() {
		if column.Name != s.Name {
			continue
		}
		if column.Categories != nil {
			if text, ok := column.Category(row); ok {
				return s.Layout.CellOf(text)
			}
		} else if x, ok := column.Number(row); ok {
			return s.Layout.Cell(x)
		}
	}
	return drift.Null
}

func class(score float64) string {
	if score >= 0.5 {
		return "1"
	}
	return "0"
}

func (m *memory) Profiles(_ context.Context, p evaluate.Policy, ref model.Ref, from, to time.Time) ([]evaluate.Profile, error) {
	var all []evaluate.Profile
	series := []evaluate.Series{{Name: evaluate.ScoreSeries, Kind: drift.Numeric}, {Name: evaluate.ClassSeries, Kind: drift.Categorical}}
	for _, f := range p.Features {
		series = append(series, evaluate.Series(f))
	}
	for _, s := range series {
		numbers, texts, null := map[float64]uint64{}, map[string]uint64{}, uint64(0)
		m.rows(ref.Version, from, to, func(row int, score float64) {
			switch s.Name {
			case evaluate.ScoreSeries:
				numbers[score]++
				return
			case evaluate.ClassSeries:
				texts[class(score)]++
				return
			}
			at := slices.IndexFunc(m.flights.Features(), func(c *data.Column) bool { return c.Name == s.Name })
			column := m.flights.Features()[at]
			if text, ok := "", false; column.Categories != nil {
				if text, ok = column.Category(row); ok {
					texts[text]++
					return
				}
			} else if x, ok := column.Number(row); ok {
				numbers[x]++
				return
			}
			null++
		})
		f := evaluate.Profile{Series: s, Null: null}
		for _, x := range slices.Sorted(maps.Keys(numbers)) {
			f.Values, f.N = append(f.Values, x), append(f.N, numbers[x])
		}
		for _, x := range slices.Sorted(maps.Keys(texts)) {
			f.Texts, f.N = append(f.Texts, x), append(f.N, texts[x])
		}
		all = append(all, f)
	}
	return all, nil
}

// outlines are what a tick gets of the pinned references.
func (m *memory) outlines() map[string]evaluate.Reference {
	all := map[string]evaluate.Reference{}
	for version, ref := range m.pinned {
		all[version] = ref.Outline()
	}
	return all
}

func (m *memory) Whole(_ context.Context, ref evaluate.Reference) (evaluate.Reference, error) {
	if whole, ok := m.pinned[ref.Ref.Version]; ok && whole.ID == ref.ID {
		return whole, nil
	}
	return ref, nil
}

func (m *memory) Pin(_ context.Context, ref evaluate.Reference) error {
	m.pinned[ref.Ref.Version] = ref
	return nil
}

func (m *memory) Matured(_ context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Matured, error) {
	var all []evaluate.Matured
	for _, version := range slices.Sorted(maps.Keys(m.scores)) {
		out := evaluate.Matured{Version: version}
		type labelled struct {
			row   int
			score float64
		}
		var known []labelled
		m.rows(version, from, to, func(row int, score float64) {
			out.Predicted++
			if at, _, ok := m.flights.Outcome(row); ok && !at.After(m.flights.Time(row).Add(p.Maturity)) {
				known = append(known, labelled{row, score})
			}
		})
		slices.SortFunc(known, func(a, b labelled) int {
			if m.ids[a.row] < m.ids[b.row] {
				return -1
			}
			return 1
		})
		for _, k := range known {
			_, late, _ := m.flights.Outcome(k.row)
			out.ID = append(out.ID, m.ids[k.row])
			out.Score = append(out.Score, k.score)
			out.Positive = append(out.Positive, late)
			out.Correct = append(out.Correct, late == (k.score >= 0.5))
		}
		if out.Predicted > 0 {
			all = append(all, out)
		}
	}
	return all, nil
}
