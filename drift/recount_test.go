package drift

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two references of 50,000 rows: KS between them from recounted cells is the one
// from rows, but for the rows of one interval between knots on either side.
func TestRecountedKSIsThatOfTheRows(t *testing.T) {
	const rows = 50_000
	random := seeded(t, 7)
	sample := func(shift float64) ([]float64, []uint64) {
		x := make([]float64, rows)
		for i := range x {
			x[i] = random.NormFloat64() + shift
		}
		return distinct(x)
	}
	a, an := sample(0)
	b, bn := sample(0.2)
	la, err := NewNumeric(a, an)
	if err != nil {
		t.Fatal(err)
	}
	lb, err := NewNumeric(b, bn)
	if err != nil {
		t.Fatal(err)
	}
	recounted := la.Recount(lb, lb.CountNumbers(b, bn))
	if err := la.Check(recounted); err != nil || recounted.Total() != rows {
		t.Fatalf("%d rows of %d: %v", recounted.Total(), rows, err)
	}
	exact := ks.Compare(la, la.CountNumbers(a, an), la.CountNumbers(b, bn), 0).Value
	got := ks.Compare(la, la.CountNumbers(a, an), recounted, 0).Value
	if diff := got - exact; diff > 2.0/MaxKnots || diff < -2.0/MaxKnots {
		t.Errorf("KS %.5f, from rows %.5f", got, exact)
	}
}

func TestRecountKeepsKnownTextsAndSpecials(t *testing.T) {
	old := NewCategorical(map[string]uint64{"a": 5, "b": 3})
	young := NewCategorical(map[string]uint64{"b": 4, "c": 2})
	c := young.CountTexts([]string{"b", "c", "d"}, []uint64{4, 2, 1})
	c.Add(NewCounts(map[int32]uint64{Null: 6}))
	want := NewCounts(map[int32]uint64{Null: 6, old.CellOf("b"): 4, old.CellOf("?"): 3})
	if diff := cmp.Diff(want, old.Recount(young, c)); diff != "" {
		t.Error(diff)
	}
}
