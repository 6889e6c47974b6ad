package performance

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScoreBin(t *testing.T) {
	for score, want := range map[float64]int32{
		0: 0, math.SmallestNonzeroFloat64: 1, .0005: 1, .001: 2, .5: 501, .9999: 1000, math.Nextafter(1, 0): 1000, 1: 1001,
	} {
		if got, ok := ScoreBin(score); !ok || got != want {
			t.Errorf("ScoreBin(%v) = %d, %v, want %d", score, got, ok, want)
		}
	}
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1e-9, 1.0000001} {
		if _, ok := ScoreBin(score); ok {
			t.Errorf("ScoreBin(%v): a bin", score)
		}
	}
}

func TestAddIsCountingTogether(t *testing.T) {
	random := seeded(t, 47)
	for range 50 {
		a, pa := scored(random, random.IntN(60), .5)
		b, pb := scored(random, random.IntN(60), .5)
		if len(a) > 0 {
			a[0] = math.NaN()
		}
		sum := CountScores(a, pa)
		sum.Add(CountScores(b, pb))
		if diff := cmp.Diff(CountScores(append(a, b...), append(pa, pb...)), sum); diff != "" {
			t.Fatal(diff)
		}
		if err := sum.Check(); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(sum)
		if err != nil {
			t.Fatal(err)
		}
		var back ScoreCounts
		if err := json.Unmarshal(text, &back); err != nil || cmp.Diff(sum, back) != "" {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func TestCheckFindsBrokenCounts(t *testing.T) {
	one := []uint64{1}
	for name, c := range map[string]ScoreCounts{
		"lengths":  {Bins: []int32{1}, Positive: one},
		"too high": {Bins: []int32{1002}, Positive: one, Negative: one},
		"negative": {Bins: []int32{-1}, Positive: one, Negative: one},
		"unsorted": {Bins: []int32{2, 1}, Positive: []uint64{1, 1}, Negative: []uint64{1, 1}},
	} {
		if c.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
