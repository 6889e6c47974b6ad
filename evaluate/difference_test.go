package evaluate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

func TestReferencesAreComparedSeriesBySeries(t *testing.T) {
	categories := func(counts map[string]uint64) evaluate.ReferenceSeries {
		s := evaluate.ReferenceSeries{Name: "plan", Layout: drift.NewCategorical(counts)}
		for text, n := range counts {
			s.Counts.Add(s.Layout.CountTexts([]string{text}, []uint64{n}))
		}
		return s
	}
	numbers := func(name string, values []float64, n []uint64, null uint64) evaluate.ReferenceSeries {
		l, err := drift.NewNumeric(values, n)
		if err != nil {
			t.Fatal(err)
		}
		s := evaluate.ReferenceSeries{Name: name, Layout: l, Counts: l.CountNumbers(values, n)}
		s.Counts.Add(drift.NewCounts(map[int32]uint64{drift.Null: null}))
		return s
	}
	age := numbers("age", []float64{20, 30, 40}, []uint64{100, 100, 100}, 100)
	before := evaluate.Reference{Series: []evaluate.ReferenceSeries{
		age, categories(map[string]uint64{"pro": 600, "free": 300, "team": 80, "edu": 15, "old": 5}), numbers("gone", nil, nil, 500),
	}}
	after := evaluate.Reference{Series: []evaluate.ReferenceSeries{
		age, categories(map[string]uint64{"pro": 500, "free": 500}), numbers("new", []float64{1}, []uint64{10}, 0),
	}}
	var got []string
	for _, d := range before.Diff(after) {
		got = append(got, d.Series+" | "+d.Before+" | "+d.After+" | "+d.Only)
		switch psi, ok := d.Measures["psi"]; d.Series {
		case "age":
			if !ok || psi != 0 || d.Measures["ks"] != 0 {
				t.Errorf("age: %v, want zeros", d.Measures)
			}
		case "plan":
			if psi < 0.1 {
				t.Errorf("plan: PSI %v, want a real one", psi)
			}
		}
	}
	want := []string{
		"age | median 30 (20 to 40), 25 % missing | median 30 (20 to 40), 25 % missing | ",
		"plan | pro 60 %, free 30 %, team 8 %, 2 more | free 50 %, pro 50 % | ",
		"gone | 100 % missing |  | before",
		"new |  | median 1 (1 to 1) | after",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
