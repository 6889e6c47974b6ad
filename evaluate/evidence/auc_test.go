package evidence

import (
	"math"
	"testing"
)

func TestAUCsSplitByIDAndAreUnbiased(t *testing.T) {
	random := seeded(t, 24)
	const rows = 20000
	id, score, positive := make([]uint64, rows), make([]float64, rows), make([]bool, rows)
	for i := range id {
		id[i] = uint64(i) // not even a hash
		positive[i] = random.Float64() < .1
		score[i] = random.NormFloat64()
		if positive[i] {
			score[i]++
		}
	}
	x, dropped := AUCs(id, score, positive)
	if dropped != 0 || len(x) < 370 || len(x) > 420 { // 2,000 positives by five
		t.Fatalf("%d sub-blocks, %d dropped; want about 400 and none", len(x), dropped)
	}
	var mean, square float64
	for _, a := range x {
		mean += a / float64(len(x))
		square += a * a / float64(len(x))
	}
	// Two unit normals a unit apart: Φ(1/√2). Four standard errors.
	want := math.Erfc(-.5) / 2
	near(t, "mean AUC", mean, want, 4*math.Sqrt((square-mean*mean)/float64(len(x))))

	// The order of rows does not matter: ids decide.
	for i, j := 0, rows-1; i < j; i, j = i+1, j-1 {
		id[i], id[j] = id[j], id[i]
		score[i], score[j] = score[j], score[i]
		positive[i], positive[j] = positive[j], positive[i]
	}
	again, _ := AUCs(id, score, positive)
	for i := range x {
		if x[i] != again[i] {
			t.Fatalf("sub-block %d: %v, in another order %v", i, x[i], again[i])
		}
	}
}

func TestAUCOfPublishedScores(t *testing.T) {
	// scikit-learn's example: .75.
	if a, ok := auc([]int{0, 1, 2, 3}, []float64{.1, .4, .35, .8}, []bool{false, false, true, true}); !ok || a != .75 {
		t.Errorf("AUC %v, %v, want .75", a, ok)
	}
	if a, ok := auc([]int{0, 1, 2}, []float64{.5, .5, .5}, []bool{true, false, false}); !ok || a != .5 {
		t.Errorf("equal scores: AUC %v, %v, want .5", a, ok)
	}
	if _, ok := auc([]int{0, 1}, []float64{.1, .2}, []bool{true, true}); ok {
		t.Error("one class has an AUC")
	}
}

func TestPairedAUCs(t *testing.T) {
	random := seeded(t, 25)
	const rows = 5000
	id, positive := make([]uint64, rows), make([]bool, rows)
	live, fallback := make([]float64, rows), make([]float64, rows)
	for i := range id {
		id[i] = random.Uint64()
		positive[i] = random.Float64() < .3
		signal := random.NormFloat64()
		if positive[i] {
			signal += 1.5
		}
		fallback[i] = signal
		live[i] = signal + random.NormFloat64() // the same with noise
	}
	live[0], fallback[1], live[2] = math.NaN(), math.Inf(1), math.Inf(-1)
	x, dropped := PairedAUCs(id, live, fallback, positive)
	if dropped != 3 {
		t.Errorf("%d rows dropped, want 3", dropped)
	}
	var mean float64
	for _, d := range x {
		mean += d / float64(len(x))
	}
	// Φ(1.5/√2) - Φ(1.5/2) = .8556 - .7734; 0.02 is four standard errors of
	// 1,500 positives.
	near(t, "mean difference", mean, .0822, .02)
	same, _ := PairedAUCs(id[3:], fallback[3:], fallback[3:], positive[3:])
	for _, d := range same {
		if d != 0 {
			t.Fatalf("a version differs from itself by %v", d)
		}
	}
	if x, dropped := AUCs(nil, nil, nil); x != nil || dropped != 0 {
		t.Errorf("no rows: %v, %d", x, dropped)
	}
}
