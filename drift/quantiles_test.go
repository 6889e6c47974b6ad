package drift

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever counted the rows, the layout and the counts are the same.
func TestQuantilesAreWhatRowsGive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"continuous": rng.NormFloat64,
		"with atoms": func() float64 { return max(0, rng.NormFloat64()) },
		"few values": func() float64 { return float64(rng.IntN(7)) },
		"constant":   func() float64 { return 3 },
	} {
		t.Run(name, func(t *testing.T) {
			byValue := map[float64]uint64{}
			for range 20_000 {
				byValue[draw()]++
			}
			var values []float64
			for v := range byValue {
				values = append(values, v)
			}
			slices.Sort(values)
			n := make([]uint64, len(values))
			for i, v := range values {
				n[i] = byValue[v]
			}
			want, err := NewNumeric(values, n)
			if err != nil {
				t.Fatal(err)
			}
			wantCounts := want.CountNumbers(values, n)
			at, below := make([]uint64, len(want.Knots)), make([]uint64, len(want.Knots))
			for i := range want.Knots {
				at[i], below[i] = wantCounts.At(int32(2*i+1)), wantCounts.At(int32(2*i))
			}
			got, counts, err := NewQuantiles(want.Knots, at, below)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("layout (-rows +quantiles):\n%s", diff)
			}
			if diff := cmp.Diff(wantCounts, counts); diff != "" {
				t.Errorf("counts (-rows +quantiles):\n%s", diff)
			}
		})
	}
}

// Coarse quantiles of a continuous series hold much between them: no atoms.
func TestRowsBetweenValuesAreNoAtom(t *testing.T) {
	l, _, err := NewQuantiles([]float64{1, 2, 3}, []uint64{1, 30, 1}, []uint64{0, 40, 40})
	if err != nil || !slices.Equal(l.Atoms, []int{1}) {
		t.Errorf("atoms %v, error %v, want the value 2 only", l.Atoms, err)
	}
}

func TestQuantilesThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		values    []float64
		at, below []uint64
	}{
		"fewer counts":      {[]float64{1, 2}, []uint64{1}, []uint64{0, 0}},
		"below the minimum": {[]float64{1}, []uint64{1}, []uint64{1}},
		"does not occur":    {[]float64{1, 2}, []uint64{1, 0}, []uint64{0, 4}},
		"not ascending":     {[]float64{2, 1}, []uint64{1, 1}, []uint64{0, 0}},
		"too many":          {make([]float64, MaxKnots+1), make([]uint64, MaxKnots+1), make([]uint64, MaxKnots+1)},
	} {
		if _, _, err := NewQuantiles(c.values, c.at, c.below); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
