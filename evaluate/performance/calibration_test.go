package performance

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// world draws rows whose label is positive with probability truth(score).
func world(random *rand.Rand, n int, score func() float64, truth func(float64) float64) []Labelled {
	rows := make([]Labelled, n)
	for i := range rows {
		s := score()
		rows[i] = Labelled{ID: random.Uint64(), Cell: int32(s * 1000), Score: s, Positive: random.Float64() < truth(s), Predicted: s >= .5}
	}
	return rows
}

func realized(rows []Labelled) (accuracy, auc, brier float64) {
	var scores []float64
	var positive []bool
	for _, r := range rows {
		scores, positive = append(scores, r.Score), append(positive, r.Positive)
		accuracy += indicator(r.Positive == r.Predicted) / float64(len(rows))
	}
	return accuracy, AUC(scores, positive).Value, Brier(scores, positive).Value
}

func cells(rows []Labelled) (cells []int32, n []uint64) {
	count := map[int32]uint64{}
	for _, r := range rows {
		count[r.Cell]++
	}
	for cell := range count {
		cells = append(cells, cell)
	}
	slices.Sort(cells)
	for _, cell := range cells {
		n = append(n, count[cell])
	}
	return cells, n
}

// Where only the mix of scores changes, the estimate is what the labels say later,
// also of a model whose scores are not probabilities; and its interval holds.
func TestExpectedFollowsAShiftOfScores(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	overconfident := func(s float64) float64 { return .15 + .7*s*s }
	c, err := Calibrate(world(random, 60_000, random.Float64, overconfident))
	if err != nil {
		t.Fatal(err)
	}
	missed := map[string]int{}
	const windows, rows = 100, 5000
	for w := range windows {
		low := float64(w) / 250 // windows have fewer and fewer low scores
		live := world(random, rows, func() float64 { return low + (1-low)*random.Float64() }, overconfident)
		at, n := cells(live)
		accuracy, auc, brier := realized(live)
		for i, e := range c.Expected(at, n) {
			truth := []float64{accuracy, auc, brier}[i]
			// The reference knows each probability to about .007 (60,000 rows in 200
			// groups, pooled): half a standard error of a window more.
			if margin := .004; truth < e.Lower-margin || truth > e.Upper+margin {
				missed[e.Metric]++
			}
			if e.N != rows || e.Undefined != "" {
				t.Errorf("%+v", e)
			}
		}
	}
	for metric, n := range missed {
		if n > 10 { // of 100 with a 95 % interval: 5 expected
			t.Errorf("%s: %d of %d intervals missed what came", metric, n, windows)
		}
	}
}

// The assumption is all there is: where the label depends on the score in another
// way, the estimate does not move.
func TestExpectedDoesNotSeeWhatItAssumesAway(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 0))
	c, err := Calibrate(world(random, 20_000, random.Float64, func(s float64) float64 { return s }))
	if err != nil {
		t.Fatal(err)
	}
	live := world(random, 20_000, random.Float64, func(s float64) float64 { return 1 - s })
	at, n := cells(live)
	accuracy, _, _ := realized(live)
	if e := c.Expected(at, n)[0]; math.Abs(e.Value-.75) > .02 || accuracy > .3 {
		t.Errorf("expected %.3f of a world upside down with %.3f", e.Value, accuracy)
	}
}

func TestCalibrationIsWithheld(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 0))
	half := func(float64) float64 { return .5 }
	for _, test := range []struct {
		name string
		rows []Labelled
		want string
	}{
		{"none", nil, "0 labelled rows"},
		{"few", world(random, 499, random.Float64, half), "499 labelled rows"},
		{"one class", world(random, 5000, random.Float64, func(float64) float64 { return 0 }), "0 positive"},
		{"not a probability", []Labelled{{Score: 1.5}}, "score 1.5"},
		{"not a number", []Labelled{{Score: math.NaN()}}, "score NaN"},
		{"labels that depend on the half", halves(world(random, 5000, random.Float64, half)), "calibration error"},
	} {
		if _, err := Calibrate(test.rows); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// A score that separates the classes is as good as calibrated, and every number of it
// can be stored.
func TestPerfectScoreIsCalibrated(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 0))
	for n := minCalibration; n < 3000; n += 97 {
		c, err := Calibrate(world(random, n, random.Float64, func(s float64) float64 { return indicator(s > .5) }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Fatalf("%d rows: %v: %+v", n, err, c.Error)
		}
	}
}

// halves makes the halves of the rows contradict each other.
func halves(rows []Labelled) []Labelled {
	for i := range rows {
		rows[i].Positive = (rows[i].ID%2 == 0) == (i%10 > 0)
	}
	return rows
}

func TestExpectedOfNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 0))
	c, err := Calibrate(world(random, 2000, random.Float64, func(s float64) float64 { return s }))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Expected([]int32{-1}, []uint64{7}) {
		if e.Undefined != NoRows || e.Excluded != 7 || e.Value != 0 {
			t.Errorf("%+v, want no rows and 7 excluded", e)
		}
	}
	for _, cell := range []int32{0, 999, 1 << 30} { // all in one group: the AUC knows no order
		for _, e := range c.Expected([]int32{cell}, []uint64{1}) {
			if e.Undefined == "" && (math.IsNaN(e.Value) || e.Value < 0 || e.Value > 1 || e.Lower > e.Value || e.Upper < e.Value) {
				t.Errorf("cell %d: %+v", cell, e)
			}
		}
	}
}

// Isotonic regression by its definition: no never-falling sequence is nearer.
func TestIsotonicIsTheNearest(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 0))
	for range 300 {
		groups, n := make([]ScoreGroup, 1+random.IntN(8)), []float64{}
		for i := range groups {
			groups[i].Positive = float64(random.IntN(6)) / 5
			n = append(n, float64(1+random.IntN(9)))
		}
		fitted := isotonic(groups, n)
		if !slices.IsSorted(fitted) {
			t.Fatalf("falls: %v", fitted)
		}
		// The min-max formula: max over a ≤ i of min over b ≥ i of the mean of a to b.
		for i := range groups {
			best := math.Inf(-1)
			for a := 0; a <= i; a++ {
				low := math.Inf(1)
				for b := i; b < len(groups); b++ {
					var sum, weight float64
					for k := a; k <= b; k++ {
						sum, weight = sum+groups[k].Positive*n[k], weight+n[k]
					}
					low = math.Min(low, sum/weight)
				}
				best = math.Max(best, low)
			}
			if math.Abs(best-fitted[i]) > 1e-12 {
				t.Fatalf("%v weighted %v: fitted %v at %d, want %v", groups, n, fitted[i], i, best)
			}
		}
	}
}
