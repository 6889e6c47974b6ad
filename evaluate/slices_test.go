package evaluate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// segmented are rows of a binary model with keys of so many values.
func segmented(random *rand.Rand, rows int, values ...int) *Matured {
	m := drawn(random, rows, 0.5, false)
	for k, n := range values {
		column := SegmentValues{Key: fmt.Sprint("k", k)}
		for range rows {
			value := "" // of one in ten
			if random.IntN(10) > 0 {
				value = fmt.Sprintf("v%d", int(float64(n)*random.Float64()*random.Float64()))
			}
			column.Values = append(column.Values, value)
		}
		m.Segments = append(m.Segments, column)
	}
	return m
}

func dayBlock(metrics ...string) block {
	from := time.Unix(0, 0).UTC()
	return block{policy: Policy{Live: LivePolicy{Metrics: metrics, Block: oneDay}}, from: from, to: from.Add(oneDay)}
}

// What is said of a segment is what is said of its rows alone: a row-by-row oracle
// filters them, without any of the indexes.
func TestBySegmentIsOfItsRowsAlone(t *testing.T) {
	const seed = 81
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	m := segmented(random, 3000, 30, 4, 3)
	metrics := []string{"accuracy", "auc", "brier", "recall"}
	b := dayBlock(metrics...)
	got := b.bySegment(m)

	var want []Result
	filter := func(in func(row int) bool) *Matured {
		alone := &Matured{}
		for row := range m.ID {
			if in(row) {
				alone.ID, alone.Score = append(alone.ID, m.ID[row]), append(alone.Score, m.Score[row])
				alone.Positive, alone.Called, alone.Correct = append(alone.Positive, m.Positive[row]), append(alone.Called, m.Called[row]), append(alone.Correct, m.Correct[row])
			}
		}
		return alone
	}
	say := func(rows *Matured, name string, metrics ...string) {
		for _, metric := range metrics {
			r := b.result(Result{Check: metric, Segment: name})
			r.estimated(all(metric).estimate(rows))
			want = append(want, r)
		}
	}
	kept := map[string][]string{}
	for _, key := range m.Segments {
		type value struct {
			name string
			rows *Matured
		}
		var values []value
		for _, name := range slices.Compact(slices.Sorted(slices.Values(key.Values))) {
			if rows := filter(func(row int) bool { return key.Values[row] == name }); name != "" && len(rows.ID) >= minSliceLabels {
				values = append(values, value{name, rows})
			}
		}
		slices.SortStableFunc(values, func(a, b value) int { return len(b.rows.ID) - len(a.rows.ID) })
		if len(values) > maxSliceValues {
			t.Logf("%s: %d of %d values", key.Key, maxSliceValues, len(values))
			values = values[:maxSliceValues]
		}
		for _, v := range values {
			say(v.rows, key.Key+"="+v.name, metrics...)
			kept[key.Key] = append(kept[key.Key], v.name)
		}
	}
	for a := range m.Segments {
		for b := range a {
			of, with := m.Segments[b], m.Segments[a]
			for _, x := range slices.Sorted(slices.Values(kept[of.Key])) {
				for _, y := range slices.Sorted(slices.Values(kept[with.Key])) {
					rows := filter(func(row int) bool { return of.Values[row] == x && with.Values[row] == y })
					if len(rows.ID) >= minSliceLabels {
						say(rows, of.Key+"="+x+" ∩ "+with.Key+"="+y, "brier")
					}
				}
			}
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d results", len(want))
	}
	byName := func(a, b Result) int {
		if a.Segment != b.Segment {
			return map[bool]int{true: -1, false: 1}[a.Segment < b.Segment]
		}
		return slices.Index(metrics, a.Check) - slices.Index(metrics, b.Check)
	}
	slices.SortFunc(got, byName)
	slices.SortFunc(want, byName)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-rows alone +by segment): %s", diff)
	}
}

func all(name string) metric { return metrics[name] }

// Keys that say the same, or one that has one value only, make no pairs of their own.
func TestNoPairThatIsASegmentAlready(t *testing.T) {
	m := drawn(rand.New(rand.NewPCG(82, 0)), 400, 0, false)
	city, country, all := SegmentValues{Key: "city"}, SegmentValues{Key: "country"}, SegmentValues{Key: "all"}
	for row := range m.ID {
		city.Values = append(city.Values, fmt.Sprint(row%4))
		country.Values = append(country.Values, fmt.Sprint(row%4/2))
		all.Values = append(all.Values, "yes")
	}
	m.Segments = []SegmentValues{city, country, all}
	for _, s := range m.slices() {
		if s.pair {
			t.Errorf("%s: %d rows", s.name, len(s.rows))
		}
	}
}

// A slice that has too few labels when its block is looked at again says nothing any
// more, neither by itself nor to the search; that is said once.
func TestAmendWithdrawsASliceThatIsGone(t *testing.T) {
	const seed = 84
	t.Logf("seed %d", seed)
	m := segmented(rand.New(rand.NewPCG(seed, 0)), 1200, 3)
	b := dayBlock("brier")
	brier := all("brier")
	b.rows = []Matured{*m}
	var published []Published
	publish := func(results []Result) {
		for _, r := range results {
			published = slices.DeleteFunc(published, func(was Published) bool { return was.of(r) })
			published = append(published, Published{"1", r})
		}
	}
	whole := b.result(Result{Check: "brier"})
	whole.estimated(brier.estimate(m))
	publish(append(b.bySegment(m), whole))
	if n := len(published); n != 4 {
		t.Fatalf("%d results, want three segments and the total", n)
	}
	for row, value := range m.Segments[0].Values {
		if value == "v2" && row > 30 {
			m.Segments[0].Values[row] = "v0"
		}
	}
	v := Verdict{Ref: model.Ref{Name: "m", Version: "1"}}
	v.amend(b, published)
	var withdrawn []string
	for _, r := range v.Results {
		if r.Value == nil {
			withdrawn = append(withdrawn, fmt.Sprint(r.Segment, " ", r.Rows, " ", r.Status, " ", r.Reason, " ", r.Revision))
		}
	}
	if diff := cmp.Diff([]string{"k0=v2 0 inconclusive too_few_rows 1"}, withdrawn); diff != "" || len(v.Results) != 2 {
		t.Errorf("%d results, withdrawn (-want +got): %s", len(v.Results), diff)
	}
	past := slices.Clone(published) // as many more blocks as make a suspect
	for d := range leastSliceBlocks {
		for _, was := range published {
			was.From, was.To = was.From.AddDate(0, 0, -1-d), was.To.AddDate(0, 0, -1-d)
			past = append(past, was)
		}
	}
	suspects := b.suspects(brier, &v, past, Reference{})
	for _, s := range suspects {
		want := leastSliceBlocks + 1
		if s.name == "k0=v2" {
			want--
		}
		if len(s.gaps) != want {
			t.Errorf("%s is judged by %d blocks, want %d", s.name, len(s.gaps), want)
		}
	}
	if len(suspects) != 3 {
		t.Errorf("%d suspects, want 3", len(suspects))
	}
	publish(v.Results)
	again := Verdict{Ref: v.Ref}
	if again.amend(b, published); len(again.Results) > 0 {
		t.Errorf("said again: %+v", again.Results)
	}
}

// Coverage is told of the values with most predictions, also of one whose labels do not
// come at all.
func TestCoverageBySegment(t *testing.T) {
	b := dayBlock("accuracy")
	m := Matured{Predicted: 1500, Absent: 10, Segments: []SegmentValues{{
		Key: "region", Predicted: map[string]uint64{"eu": 400, "us": 200, "none": 300, "few": 49, "": 551}, Absent: map[string]uint64{"eu": 10},
	}}}
	for i := range 310 {
		region := "eu"
		if i >= 300 {
			region = "us"
		}
		m.ID, m.Correct = append(m.ID, uint64(i)), append(m.Correct, true)
		m.Segments[0].Values = append(m.Segments[0].Values, region)
	}
	var got []string
	for _, r := range b.bySegment(&m) {
		if r.Check == "coverage" {
			got = append(got, fmt.Sprint(r.Segment, " ", *r.Value, " of ", r.Rows, " ", r.Status, " ", r.Reason, " ", r.Limit == nil))
		}
	}
	want := []string{
		"region=eu 0.725 of 400 healthy " + ReasonAbsent + " true",
		"region=none 0 of 300 healthy  true",
		"region=us 0.05 of 200 healthy  true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The AUC of each class stands beside their mean, also where a class without labels
// leaves that undefined.
func TestAUCOfEachClass(t *testing.T) {
	rng := rand.New(rand.NewPCG(83, 0))
	b := dayBlock("macro_auc", "weighted_auc", "accuracy")
	m := Matured{Scores: []ClassScores{{Class: "a"}, {Class: "b"}, {Class: "gone"}}}
	for i := range 400 {
		label := []string{"a", "b", "other"}[rng.IntN(3)]
		m.ID, m.Correct, m.Label, m.Class = append(m.ID, uint64(i)), append(m.Correct, true), append(m.Label, label), append(m.Class, label)
		for k := range m.Scores {
			score := 0.6 * rng.Float64()
			if label == m.Scores[k].Class {
				score += 0.3
			}
			m.Scores[k].Scores = append(m.Scores[k].Scores, score)
		}
	}
	got := map[string]Result{}
	for _, r := range b.bySegment(&m) {
		got[r.Check+" "+r.Segment] = r
	}
	if len(got) != 6 {
		t.Fatalf("%d results, want three of each metric: %v", len(got), got)
	}
	for k, class := range []string{"a", "b"} {
		want := m.oneVsRest()[k].AUC()
		for _, metric := range []string{"macro_auc", "weighted_auc"} {
			r := got[metric+" (label)="+class]
			if r.Value == nil || *r.Value != want.Value || *r.Lower != want.Lower || r.Rows != 400 || r.Status != Healthy || r.Limit != nil {
				t.Errorf("%s of %s: %+v, want %+v", metric, class, r, want)
			}
		}
	}
	if r := got["macro_auc (label)=gone"]; r.Value != nil || r.Reason != string(performance.SingleClass) {
		t.Errorf("a class without labels: %+v", r)
	}
}

// What three keys of twenty values add to a block of three metrics.
func BenchmarkBySegment(b *testing.B) {
	const rows = 100_000
	m := segmented(rand.New(rand.NewPCG(83, 0)), rows, 20, 20, 20)
	block := dayBlock("accuracy", "auc", "brier")
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			for _, name := range block.policy.Live.Metrics {
				metrics[name].estimate(m)
			}
		}
	})
	b.Run("segments", func(b *testing.B) {
		results := 0
		for b.Loop() {
			results = len(block.bySegment(m))
		}
		b.ReportMetric(float64(results), "results")
	})
}
