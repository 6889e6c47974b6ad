package clickhouse

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// The server lets through the values that become knots, and says how many rows lie
// between: the cells are those of all values.
func TestProfilesFreezeAsAllValuesWould(t *testing.T) {
	rng := seeded(t, 11)
	m := ingest.Model{Name: "long", Task: model.Binary}
	draws := map[string]func(i int) any{
		"normal":     func(int) any { return rng.NormFloat64() },
		"ties":       func(int) any { return float64(rng.IntN(1500)) },
		"all kept":   func(i int) any { return float64(i % drift.MaxKnots) },
		"one more":   func(i int) any { return float64(i % (drift.MaxKnots + 1)) },
		"atoms":      func(int) any { return float64(max(0, rng.IntN(9000)-3000)) },
		"one":        func(int) any { return 7.0 },
		"never":      func(int) any { return nil },
		"awkward":    func(i int) any { return []any{randomNumber(rng), float64(i)}[i%2] },
		"a few":      func(i int) any { return []any{float64(i), nil, nil, nil, nil, nil, nil, nil, nil, nil}[i%10] },
		"descending": func(i int) any { return -float64(i) },
	}
	var draw []func(int) any
	for name, d := range draws {
		m.Features, draw = append(m.Features, ingest.Feature{Name: name, Kind: ingest.Number}), append(draw, d)
	}
	s := migrated(t, m)
	var rows []prediction
	for i := range 9173 {
		row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, 0)}
		for _, d := range draw {
			row.Features = append(row.Features, d(i))
		}
		rows = append(rows, row)
	}
	insert(t, s, batch(m, 0, rows))
	profiles, err := s.Profiles(t.Context(), policy(m), model.Ref{Name: m.Name, Version: "1"}, at(0, 0), at(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Features {
		profile := profiles[i+2]
		if len(profile.Values) > drift.MaxKnots {
			t.Errorf("%s: %d values came, want the %d knots at most", f.Name, len(profile.Values), drift.MaxKnots)
		}
		got, err := profile.Freeze()
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		var all []float64
		cells := map[int32]uint64{}
		for _, row := range rows {
			switch x, ok := row.Features[i].(float64); {
			case !ok:
				cells[drift.Null]++
			case x-x != 0: // infinite, or not a number
				cells[drift.Layout{}.Cell(x)]++
			default:
				all = append(all, x)
			}
		}
		values, n := distinct(all)
		want, err := drift.NewNumeric(values, n)
		if err != nil {
			t.Fatal(err)
		}
		counts := want.CountNumbers(all, nil)
		counts.Add(drift.NewCounts(cells))
		if diff := cmp.Diff(want, got.Layout); diff != "" {
			t.Errorf("%s: layout (-all values +profile): %s", f.Name, diff)
		}
		if diff := cmp.Diff(counts, got.Counts); diff != "" {
			t.Errorf("%s: counts (-all values +profile): %s", f.Name, diff)
		}
	}
}

// Of more categories than are known by name the first come, and the rows of the others;
// they are counted as of the others, wherever it is done.
func TestMillionsOfCategories(t *testing.T) {
	for name, categories := range map[string]int{"known": mostTexts, "one more": mostTexts + 1, "open": mostTexts + 300} {
		t.Run(name, func(t *testing.T) {
			m := ingest.Model{Name: "ids", Task: model.Binary, Features: []ingest.Feature{{Name: "id", Kind: ingest.Category}}}
			s := migrated(t, m)
			byText := map[string]uint64{}
			var rows []prediction
			for i := range categories + 500 {
				row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, 0)}
				if i%7000 == 13 {
					row.Features = []any{nil}
				} else {
					text := fmt.Sprint(i % categories)
					row.Features, byText[text] = []any{text}, byText[text]+1
				}
				rows = append(rows, row)
			}
			for i := range 3 { // of those that were missing, to have them all
				text := fmt.Sprint(i*7000 + 13)
				byText[text]++
				rows = append(rows, prediction{ID: "more" + text, Version: "1", At: at(0, 0), Features: []any{text}})
			}
			insert(t, s, batch(m, 0, rows))
			insert(t, s, batch(m, int64(len(rows)), []prediction{{ID: "new", Version: "1", At: at(1, 0), Features: []any{"new"}}, {ID: "old", Version: "1", At: at(1, 0), Features: []any{"0"}}}))
			want := drift.NewCategorical(byText)
			if want.Open != (name != "known") {
				t.Fatalf("%d categories are open: %t", len(byText), want.Open)
			}
			p, ref := policy(m), model.Ref{Name: m.Name, Version: "1"}
			profiles, err := s.Profiles(t.Context(), p, ref, at(0, 0), at(1, 0))
			if err != nil {
				t.Fatal(err)
			}
			reference := frozen(t, "r", ref, profiles[2:])
			if diff := cmp.Diff(want, reference.Series[0].Layout); diff != "" {
				t.Errorf("layout (-all texts +profile): %.2000s", diff)
			}
			texts, n := []string{}, []uint64{}
			for text, rows := range byText {
				texts, n = append(texts, text), append(n, rows)
			}
			all, live := want.CountTexts(texts, n), want.CountTexts([]string{"new", "0"}, []uint64{1, 1})
			for where := range countedWhere(s) {
				reference.ID = where
				if err := countBetween(t, s, p, reference, at(0, 0), at(2, 0), at(2, 0)); err != nil {
					t.Fatal(err)
				}
				windows, err := s.Counts(t.Context(), p, reference, at(0, 0), at(2, 0), 24*time.Hour)
				if err != nil || len(windows) != 2 {
					t.Fatalf("%d windows, %v", len(windows), err)
				}
				if diff := cmp.Diff(reference.Series[0].Counts, windows[0].Series["id"]); diff != "" {
					t.Errorf("counted %s (-profile +counted): %s", where, diff)
				}
				if diff := cmp.Diff(live, windows[1].Series["id"]); diff != "" {
					t.Errorf("new rows counted %s (-layout +counted): %s", where, diff)
				}
				if diff := cmp.Diff(all, drift.Counts{Cells: windows[0].Series["id"].Cells[1:], N: windows[0].Series["id"].N[1:]}); diff != "" {
					t.Errorf("rows with a value counted %s (-layout +counted): %s", where, diff)
				}
			}
		})
	}
}

// distinct returns the values, ascending, with how often each occurs.
func distinct(all []float64) (values []float64, n []uint64) {
	for _, x := range slices.Sorted(slices.Values(all)) {
		if len(values) == 0 || values[len(values)-1] != x {
			values, n = append(values, x+0), append(n, 0)
		}
		n[len(n)-1]++
	}
	return values, n
}
