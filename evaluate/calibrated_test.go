package evaluate

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
)

func TestLabelledRowsAreCountedByScore(t *testing.T) {
	from, to := time.Unix(0, 0).UTC(), time.Unix(86400, 0).UTC()
	b := block{policy: Policy{Task: model.Binary}, from: from, to: to}
	got := b.scored(&Matured{
		ID:       []uint64{1, 2, 3, 4, 5, 6, 7},
		Score:    []float64{0, 0.25, 0.29, 0.5, 1, math.NaN(), 1.5},
		Positive: []bool{false, true, false, true, true, true, false},
		Correct:  []bool{true, false, true, true, true, true, false},
	})
	want := []ScoreBin{
		{from, to, 0, false, 1, 0, 0},
		{from, to, 2, false, 2, 1, 0.25 + 0.29},
		{from, to, -1, true, 2, 1, 0},
		{from, to, 5, true, 1, 1, 0.5},
		{from, to, 9, true, 1, 1, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.policy.Task = model.Regression
	if got := b.scored(&Matured{ID: []uint64{1}}); got != nil {
		t.Errorf("of a regression: %v", got)
	}
}
