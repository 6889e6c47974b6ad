package performance

import (
	"math"
	"slices"
	"testing"
)

// bruteForce compares every pair and averages placements, as DeLong defines it.
func bruteForce(score []float64, positive []bool) (value, variance float64) {
	var v10, v01 []float64
	place := func(i int) float64 {
		var wins, others float64
		for j := range score {
			if positive[j] == positive[i] {
				continue
			}
			others++
			switch {
			case score[j] == score[i]:
				wins += .5
			case score[j] < score[i] == positive[i]:
				wins++
			}
		}
		return wins / others
	}
	for i := range score {
		if positive[i] {
			v10 = append(v10, place(i))
		} else {
			v01 = append(v01, place(i))
		}
	}
	for _, v := range v10 {
		value += v / float64(len(v10))
	}
	for _, v := range [][]float64{v10, v01} {
		for _, x := range v {
			if n := float64(len(v)); n > 1 {
				variance += (x - value) * (x - value) / (n - 1) / n
			}
		}
	}
	return value, variance
}

func TestAUCOfPublishedScores(t *testing.T) {
	// scikit-learn's example.
	e := AUC([]float64{.1, .4, .35, .8}, []bool{false, false, true, true})
	near(t, "AUC", e.Value, .75, 1e-15)
	// Worked by hand: placements (1, 1, 1, .7) and (.75, .875, 1, 1, 1).
	score := []float64{.9, .8, .8, .4, .7, .4, .3, .2, .1}
	positive := []bool{true, true, true, true, false, false, false, false, false}
	e = AUC(score, positive)
	near(t, "AUC", e.Value, .925, 1e-15)
	near(t, "variance", e.SE*e.SE, .008125, 1e-15)
	if e.N != 9 || e.Bound != 0 {
		t.Errorf("%+v: want 9 rows and no binning", e)
	}
}

func TestAUCEqualsBruteForce(t *testing.T) {
	random := seeded(t, 43)
	for range 500 {
		score, positive := scored(random, 2+random.IntN(80), .4)
		digits := math.Pow(10, float64(random.IntN(4)))
		for i := range score {
			score[i] = math.Round(score[i]*digits) / digits
		}
		e := AUC(score, positive)
		if e.Undefined != "" {
			if slices.Contains(positive, true) && slices.Contains(positive, false) {
				t.Fatalf("both classes, but %+v", e)
			}
			continue
		}
		value, variance := bruteForce(score, positive)
		near(t, "AUC", e.Value, value, 1e-12)
		near(t, "variance", e.SE*e.SE, variance, 1e-12)
	}
}

func TestAUCWhereAllRowsAgree(t *testing.T) {
	score := slices.Concat(slices.Repeat([]float64{.9}, 50), slices.Repeat([]float64{.1}, 200))
	positive := slices.Concat(slices.Repeat([]bool{true}, 50), make([]bool, 200))
	e := AUC(score, positive)
	// Clopper and Pearson's lower bound of 50 in 50 is .025^(1/50) = .929.
	if e.Value != 1 || e.SE != 0 || e.Upper != 1 || math.Abs(e.Lower-.929) > .001 {
		t.Errorf("perfect order: %+v: want a lower end of about .929", e)
	}
	for i := range score {
		score[i] = .5
	}
	if e = AUC(score, positive); e.Value != .5 || e.SE != 0 || e.Lower > .4 || e.Upper < .6 {
		t.Errorf("equal scores: %+v: want .5 and a wide interval", e)
	}
	// In a single bin with a width the order is unknown: AUC could be anything.
	if e = CountScores(score, positive).AUC(); e.Value != .5 || e.Bound != .5 {
		t.Errorf("one bin: %+v: want a bound of .5", e)
	}
	// Nothing is unknown where scores are exactly 0 or 1.
	for i := range score {
		score[i] = float64(i % 2)
	}
	if e = CountScores(score, positive).AUC(); e.Bound != 0 {
		t.Errorf("hard predictions: bound %v, want 0", e.Bound)
	}
}

// From counts AUC is never further from the rows' than its bound.
func TestBinnedAUCWithinItsBound(t *testing.T) {
	random := seeded(t, 44)
	differs := 0
	for range 200 {
		score, positive := scored(random, 50+random.IntN(3000), .3)
		if random.IntN(2) == 0 { // crowd the scores into few bins
			for i := range score {
				score[i] *= .02
			}
		}
		rows, bins := AUC(score, positive), CountScores(score, positive).AUC()
		if rows.Undefined != "" || bins.Undefined != "" {
			continue
		}
		if d := math.Abs(rows.Value - bins.Value); d > bins.Bound+1e-12 {
			t.Fatalf("AUC %v from rows, %v from counts: more than %v apart", rows.Value, bins.Value, bins.Bound)
		} else if d > 0 {
			differs++
		}
	}
	if differs == 0 {
		t.Error("binning never mattered: the bound was not tested")
	}
}

func BenchmarkAUC(b *testing.B) {
	score, positive := scored(seeded(b, 45), 100000, .3)
	counts := CountScores(score, positive)
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			AUC(score, positive)
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			counts.AUC()
		}
	})
}
