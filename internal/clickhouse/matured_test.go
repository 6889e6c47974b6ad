package clickhouse

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate"
)

var _ evaluate.Labels = (*Store)(nil)

func TestMaturedTakesWhatIsKnownAtMaturity(t *testing.T) {
	const maturity = 72 * time.Hour
	type label struct {
		after time.Duration // of the prediction
		label string
	}
	cases := []struct {
		name              string
		class             string
		score             any
		labels            []label // in the order of arrival
		labelled          bool
		correct, positive bool
	}{
		{"label in time", "1", 0.9, []label{{time.Hour, "1"}}, true, true, true},
		{"wrong", "1", 0.9, []label{{time.Hour, "0"}}, true, false, false},
		{"no label", "1", 0.9, nil, false, false, false},
		{"no label, called negative", "0", 0.1, nil, false, false, false},
		{"at the last moment", "1", 0.9, []label{{maturity, "1"}}, true, true, true},
		{"too late", "1", 0.9, []label{{maturity + time.Millisecond, "1"}}, false, false, false},
		{"correction in time", "1", 0.9, []label{{time.Hour, "0"}, {2 * time.Hour, "1"}}, true, true, true},
		{"correction too late", "1", 0.9, []label{{time.Hour, "1"}, {maturity + time.Hour, "0"}}, true, true, true},
		{"corrections out of order", "1", 0.9, []label{{3 * time.Hour, "1"}, {time.Hour, "0"}, {2 * time.Hour, "0"}}, true, true, true},
		{"same time, later offset", "1", 0.9, []label{{time.Hour, "0"}, {time.Hour, "1"}}, true, true, true},
		{"delivered twice", "0", 0.1, []label{{time.Hour, "0"}, {time.Hour, "0"}}, true, true, false},
		{"label before the prediction", "1", 0.9, []label{{-maturity, "1"}}, true, true, true},
		{"label of another age", "1", 0.9, []label{{-maturity - time.Millisecond, "1"}}, false, false, false},
		{"no score", "0", nil, []label{{time.Hour, "1"}}, true, false, true},
		{"no class, score says positive", "", 0.5, []label{{time.Hour, "1"}}, true, true, true},
		{"no class, score says negative", "", 0.49, []label{{time.Hour, "1"}}, true, false, true},
		{"a third label", "no", 0.1, []label{{time.Hour, "no"}}, true, true, false},
	}
	s := migrated(t, flights)
	var want evaluate.Matured
	want.Version, want.Predicted = "1", uint64(len(cases))
	var rows []prediction
	var outcomes []outcome
	type row struct {
		id                        uint64
		score                     float64
		correct, positive, called bool
	}
	var labelled, absent []row // absent: as rows of the negative class
	for i, c := range cases {
		made := at(10, time.Duration(i)*time.Minute)
		rows = append(rows, prediction{ID: c.name, Version: "1", At: made, Class: c.class, Score: c.score})
		for _, l := range c.labels {
			outcomes = append(outcomes, outcome{ID: c.name, At: made.Add(l.after), Label: l.label})
		}
		score, ok := c.score.(float64)
		if !ok {
			score = math.NaN()
		}
		id := scalar[uint64](t, s, fmt.Sprintf("SELECT cityHash64('%s')", c.name))
		called := c.class == "1" || c.class == "" && score >= 0.5
		if c.labelled {
			labelled = append(labelled, row{id, score, c.correct, c.positive, called})
		} else {
			absent = append(absent, row{id, score, !called, false, called})
		}
	}
	insert(t, s, batch(flights, 0, rows, outcomes...))
	insert(t, s, batch(flights, 5000, rows, outcomes...)) // the producers repeat it all
	p := policy(flights)
	p.Maturity = maturity
	for _, p.AbsentNegative = range []bool{false, true} {
		rows := labelled
		if p.AbsentNegative {
			rows, want.Absent = slices.Concat(labelled, absent), uint64(len(absent))
		}
		slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.id, b.id) })
		want.ID, want.Score, want.Correct, want.Positive, want.Called = nil, nil, nil, nil, nil
		for _, r := range rows {
			want.ID, want.Score = append(want.ID, r.id), append(want.Score, r.score)
			want.Correct, want.Positive, want.Called = append(want.Correct, r.correct), append(want.Positive, r.positive), append(want.Called, r.called)
		}
		got, err := s.Matured(t.Context(), p, at(10, 0), at(11, 0))
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff([]evaluate.Matured{want}, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("absent negative %t: %s", p.AbsentNegative, diff)
		}
	}
}

// Every row comes with its value of every key, whatever that is.
func TestMaturedBySegment(t *testing.T) {
	m := flights
	m.Segments = []string{`re=gi\on`, "again"}
	s := migrated(t, m)
	rng := seeded(t, 640)
	var rows []prediction
	var outcomes []outcome
	want := map[uint64]string{}
	for i := range 300 {
		row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, time.Duration(i)*time.Minute), Score: 0.5, Segment: append(odd, "eu", "=eu")[rng.IntN(len(odd)+2)]}
		rows = append(rows, row)
		if i%2 == 0 {
			outcomes = append(outcomes, outcome{ID: row.ID, At: row.At.Add(time.Hour), Label: "1"})
			want[scalar[uint64](t, s, fmt.Sprintf("SELECT cityHash64('%d')", i))] = row.Segment
		}
	}
	insert(t, s, batch(m, 0, rows, outcomes...))
	p := policy(m)
	p.Segments = m.Segments
	got, err := s.Matured(t.Context(), p, at(0, 0), at(1, 0))
	if err != nil || len(got) != 1 {
		t.Fatalf("%d versions, %v", len(got), err)
	}
	if len(got[0].ID) != len(want) || len(got[0].Segments) != 2 {
		t.Fatalf("%d rows of %d keys, want %d of 2", len(got[0].ID), len(got[0].Segments), len(want))
	}
	for k, key := range m.Segments {
		if got[0].Segments[k].Key != key {
			t.Errorf("key %d is %q, want %q", k, got[0].Segments[k].Key, key)
		}
		for i, id := range got[0].ID {
			if value := got[0].Segments[k].Values[i]; value != want[id] {
				t.Errorf("row %d: %q, want %q", i, value, want[id])
			}
		}
	}
}

func TestMaturedVersionsShareRequests(t *testing.T) {
	s := migrated(t, flights)
	insert(t, s, batch(flights, 0, []prediction{
		{ID: "x", Version: "1", At: at(0, 0), Class: "1", Score: 0.9},
		{ID: "x", Version: "2", At: at(0, time.Second), Class: "0", Score: 0.2, Role: "shadow"},
		{ID: "x", Version: "2", At: at(0, time.Minute), Class: "1", Score: 0.8, Role: "shadow"}, // asked again: the first counts
		{ID: "y", Version: "2", At: at(0, 0), Class: "1"},
		{ID: "y", Version: "2", At: at(0, 20*time.Hour), Class: "1"}, // its label is too late for the first
		{ID: "z", Version: "1", At: at(1, 0), Class: "1"},            // outside
	}, outcome{ID: "x", At: at(1, 0), Label: "1"}, outcome{ID: "y", At: at(0, 80*time.Hour), Label: "1"}, outcome{ID: "nobody", At: at(1, 0), Label: "1"}))
	got, err := s.Matured(t.Context(), policy(flights), at(0, 0), at(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	x := scalar[uint64](t, s, "SELECT cityHash64('x')")
	want := []evaluate.Matured{
		{Version: "1", Predicted: 1, ID: []uint64{x}, Score: []float64{0.9}, Correct: []bool{true}, Positive: []bool{true}, Called: []bool{true}},
		{Version: "2", Predicted: 2, ID: []uint64{x}, Score: []float64{0.2}, Correct: []bool{false}, Positive: []bool{true}, Called: []bool{false}},
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// Of a sample all is known that is known of all: the same rows, and their halves are
// halves.
func TestLabelsOfASample(t *testing.T) {
	const every, n = 4, 4000
	s := migrated(t, flights)
	rng := seeded(t, 5)
	var rows []prediction
	var outcomes []outcome
	for i := range n {
		id, made := fmt.Sprint(i), at(10, time.Duration(i)*time.Second)
		for _, version := range []string{"1", "2"} {
			rows = append(rows, prediction{ID: id, Version: version, At: made, Class: fmt.Sprint(rng.IntN(2)), Score: rng.Float64(), Segment: fmt.Sprint(rng.IntN(3))})
		}
		if i%10 > 0 {
			outcomes = append(outcomes, outcome{ID: id, At: made.Add(time.Hour), Label: fmt.Sprint(rng.IntN(2))})
		}
	}
	insert(t, s, batch(flights, 0, rows, outcomes...))
	p := policy(flights)
	p.Segments = []string{"region"}
	all, err := s.Matured(t.Context(), p, at(10, 0), at(11, 0))
	if err != nil {
		t.Fatal(err)
	}
	p.Sample = every
	sample, err := s.Matured(t.Context(), p, at(10, 0), at(11, 0))
	if err != nil || len(all) != 2 || len(sample) != 2 {
		t.Fatalf("%d versions, %d of the sample, %v", len(all), len(sample), err)
	}
	chosen := map[uint64]bool{}
	ids := scalar[[]uint64](t, s, fmt.Sprintf("SELECT groupUniqArray(cityHash64(prediction_id)) FROM predictions_flights WHERE sipHash64(prediction_id) %% %d = 0", every))
	for _, id := range ids {
		chosen[id] = true
	}
	for v, got := range sample {
		whole, even, at := all[v], 0, 0
		for i, id := range whole.ID {
			if !chosen[id] {
				continue
			}
			if at == len(got.ID) || got.ID[at] != id || got.Score[at] != whole.Score[i] || got.Correct[at] != whole.Correct[i] || got.Segments[0].Values[at] != whole.Segments[0].Values[i] {
				t.Fatalf("version %s: row %d of the sample is not that of all", got.Version, at)
			}
			if id%2 == 0 {
				even++
			}
			at++
		}
		if at != len(got.ID) || got.Predicted != uint64(len(chosen)) {
			t.Errorf("version %s: %d rows of %d predictions, want %d of %d", got.Version, len(got.ID), got.Predicted, at, len(chosen))
		}
		// Four standard deviations of n/every throws, and of half as many.
		if d := math.Abs(float64(len(chosen)) - n/every); d > 4*math.Sqrt(n*(1./every)*(1-1./every)) {
			t.Errorf("%d of %d predictions, want one in %d", len(chosen), n, every)
		}
		if d := math.Abs(float64(even) - float64(at)/2); d > 4*math.Sqrt(float64(at))/2 {
			t.Errorf("version %s: %d of %d are even", got.Version, even, at)
		}
	}
}
