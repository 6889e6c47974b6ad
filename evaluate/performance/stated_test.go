package performance

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A metric that is stated with its interval is held to the bound that the rows
// themselves give.
func TestStatedBoundIsThatOfTheRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	scores, positive := make([]float64, 4000), make([]bool, 4000)
	for i := range scores {
		scores[i] = rng.Float64()
		positive[i] = rng.Float64() < scores[i]
	}
	for _, c := range []struct {
		want Estimate
		loss bool
	}{{AUC(scores, positive), false}, {Brier(scores, positive), true}, {Accuracy(1600, 2000), false}} {
		got := Stated(c.want.Metric, c.want.Value, c.want.Lower, c.want.Upper, c.want.N, c.loss)
		// Wilson's interval is not symmetric on the logit scale: accuracy differs a little.
		if math.Abs(got.Baseline-c.want.Baseline) > 2e-4 || got.Value != c.want.Value || got.Undefined != "" {
			t.Errorf("%s: %+v, from rows %+v", c.want.Metric, got, c.want)
		}
	}
}

func TestStatedAtTheEdge(t *testing.T) {
	if got, want := Stated("accuracy", 1, 0.99, 1, 500, false), Accuracy(500, 500); math.Abs(got.Baseline-want.Baseline) > 1e-9 {
		t.Errorf("all right: bound %v, want Wilson's %v", got.Baseline, want.Baseline)
	}
	if got := Stated("brier", 0, 0, 0.01, 500, true); got.Baseline <= 0 || got.Baseline > 0.05 {
		t.Errorf("no loss at all: bound %v, want a little above 0", got.Baseline)
	}
	if got := Stated("auc", 0.9, 0.8, 1, 0, false); got.Undefined != NoRows {
		t.Errorf("no rows: %+v", got)
	}
}
