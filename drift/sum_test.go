package drift

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSumIsAddingOneByOne(t *testing.T) {
	random := seeded(t, 7)
	for range 300 {
		var sum Sum
		var want Counts
		for range random.IntN(60) {
			byCell := map[int32]uint64{}
			for range random.IntN(400) {
				byCell[Invalid+random.Int32N(int32(anyCells))] += random.Uint64N(1 << 50)
			}
			switch random.IntN(20) {
			case 0:
				byCell[lowest-1-random.Int32N(9)] += 3
			case 1:
				byCell[highest+1+random.Int32N(9)] += 4
			}
			c := NewCounts(byCell)
			sum.Add(c)
			want.Add(c)
			if random.IntN(10) == 0 {
				before := sum.Counts()
				cells, n := append([]int32(nil), before.Cells...), append([]uint64(nil), before.N...)
				sum.Add(Counts{Cells: []int32{1}, N: []uint64{1}})
				sum.Counts()
				if diff := cmp.Diff(Counts{cells, n}, before, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("what was returned changed: %s", diff)
				}
				want.Add(Counts{Cells: []int32{1}, N: []uint64{1}})
			}
		}
		if diff := cmp.Diff(want, sum.Counts(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	}
}

func BenchmarkSum(b *testing.B) {
	random := seeded(b, 8)
	buckets := make([]Counts, 24)
	for i := range buckets {
		byCell := map[int32]uint64{}
		for range 42 {
			byCell[random.Int32N(highest)]++
		}
		buckets[i] = NewCounts(byCell)
	}
	b.Run("at once", func(b *testing.B) {
		for b.Loop() {
			var sum Sum
			for _, c := range buckets {
				sum.Add(c)
			}
			sum.Counts()
		}
	})
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			var sum Counts
			for _, c := range buckets {
				sum.Add(c)
			}
		}
	})
}
