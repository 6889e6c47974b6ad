package clickhouse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestIntegersOfAnArray(t *testing.T) {
	t.Log("seed 1")
	random := rand.New(rand.NewPCG(1, 0))
	text := func(all any) string { return strings.ReplaceAll(fmt.Sprint(all), " ", ",") }
	for range 500 {
		cells, n := make([]int32, random.IntN(5)), make([]uint64, random.IntN(5))
		for i := range cells {
			cells[i] = []int32{math.MinInt32, -1, 0, 9, 10, math.MaxInt32, random.Int32()}[random.IntN(7)]
		}
		for i := range n {
			n[i] = []uint64{0, 1, 10, math.MaxUint64, random.Uint64()}[random.IntN(5)]
		}
		if got, err := integers([]int32{7}, text(cells)); err != nil || !slices.Equal(got, append([]int32{7}, cells...)) {
			t.Fatalf("%s: read %v, %v", text(cells), got, err)
		}
		if got, err := integers([]uint64(nil), text(n)); err != nil || !slices.Equal(got, n) {
			t.Fatalf("%s: read %v, %v", text(n), got, err)
		}
	}
	for _, wrong := range []string{"", "[", "]", "1", "[1", "1,2", "[1,]", "[,1]", "[1 2]", "[--1]", "[1-]", "[1]2", "[1][2]", "[[1]]", "[NULL]", "[1.5]"} {
		if got, err := integers([]int32(nil), wrong); err == nil {
			t.Errorf("%s: read %v, want an error", wrong, got)
		}
	}
}
