package drift

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAddIsCountingTogether(t *testing.T) {
	random := seeded(t, 3)
	l := freeze(t, []float64{0, 1, 2, 3, 4, 5})
	for range 500 {
		draw := func() []float64 {
			sample := make([]float64, random.IntN(8))
			for i := range sample {
				sample[i] = float64(random.IntN(14)) / 2
				if sample[i] == 6.5 {
					sample[i] = math.NaN()
				}
			}
			return sample
		}
		a, b := draw(), draw()
		sum := l.CountNumbers(a, nil)
		sum.Add(l.CountNumbers(b, nil))
		together := l.CountNumbers(append(a, b...), nil)
		if diff := cmp.Diff(together, sum); diff != "" {
			t.Fatalf("%v + %v: %s", a, b, diff)
		}
		if err := l.Check(sum); err != nil {
			t.Fatal(err)
		}
		rest, err := sum.Less(l.CountNumbers(b, nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(l.Bins(l.CountNumbers(a, nil)), l.Bins(rest)); diff != "" {
			t.Fatalf("%v + %v - %v: %s", a, b, b, diff)
		}
		if sum.Total() != uint64(len(a)+len(b)) {
			t.Fatalf("total %d of %d rows", sum.Total(), len(a)+len(b))
		}
	}
}

func TestLessRefusesWhatIsNotAPart(t *testing.T) {
	c := Counts{Cells: []int32{1, 3}, N: []uint64{2, 2}}
	for _, part := range []Counts{{[]int32{1}, []uint64{3}}, {[]int32{2}, []uint64{1}}} {
		if _, err := c.Less(part); err == nil {
			t.Errorf("%v - %v: no error", c, part)
		}
	}
}

func TestCheckFindsForeignCounts(t *testing.T) {
	l := freeze(t, []float64{1, 2}) // cells 0 to 4
	for name, c := range map[string]Counts{
		"lengths differ":  {[]int32{1}, nil},
		"unsorted":        {[]int32{2, 1}, []uint64{1, 1}},
		"repeated":        {[]int32{1, 1}, []uint64{1, 1}},
		"beyond the top":  {[]int32{5}, []uint64{1}},
		"unknown special": {[]int32{-6}, []uint64{1}},
	} {
		if l.Check(c) == nil {
			t.Errorf("%s: no error", name)
		}
		if got := psi.Compare(l, c, c, 0).Reason; got != BadCounts {
			t.Errorf("%s: compared with reason %q, want %q", name, got, BadCounts)
		}
	}
}
