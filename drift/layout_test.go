package drift

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seeded returns a generator and prints its seed, so that a failure can be
// repeated.
func seeded(t testing.TB, seed uint64) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// distinct counts the finite values of a sample.
func distinct(sample []float64) (values []float64, n []uint64) {
	sorted := slices.Clone(sample)
	slices.Sort(sorted)
	for i, v := range sorted {
		if i == 0 || sorted[i-1] != v {
			values, n = append(values, v), append(n, 0)
		}
		n[len(n)-1]++
	}
	return values, n
}

func freeze(t testing.TB, sample []float64) Layout {
	t.Helper()
	l, err := NewNumeric(distinct(sample))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Validate(); err != nil {
		t.Fatalf("fresh layout is invalid: %v", err)
	}
	return l
}

func TestNumericCells(t *testing.T) {
	l := freeze(t, []float64{1, 2, 2, 5})
	if diff := cmp.Diff([]float64{1, 2, 5}, l.Knots); diff != "" {
		t.Fatalf("knots: %s", diff)
	}
	for x, want := range map[float64]int32{
		0.5: 0, 1: 1, 1.5: 2, 2: 3, 4.99: 4, 5: 5, 6: 6,
		math.Inf(-1): NegInf, math.Inf(1): PosInf,
		math.MaxFloat64: 6, -math.MaxFloat64: 0,
	} {
		if got := l.Cell(x); got != want {
			t.Errorf("Cell(%v) = %d, want %d", x, got, want)
		}
	}
	if got := l.Cell(math.NaN()); got != NaN {
		t.Errorf("Cell(NaN) = %d, want %d", got, NaN)
	}
	if l := freeze(t, []float64{0}); l.Cell(math.Copysign(0, -1)) != 1 {
		t.Error("minus zero is not in the cell of zero")
	}
}

func TestKnotsAreTheMinimumAndNearestRankQuantiles(t *testing.T) {
	random := seeded(t, 1)
	for _, rows := range []int{1, 9, 10, 999, 1000, 1001, 1002, 2500, 20000} {
		sample := make([]float64, rows)
		for i := range sample {
			sample[i] = math.Round(random.NormFloat64()*1e4) / 1e3 // some ties
		}
		l := freeze(t, sample)
		slices.Sort(sample)
		quantile := func(j, parts int) float64 { return sample[(j*rows+parts-1)/parts-1] }

		var edges []float64
		for j := 1; j < 10; j++ {
			edges = append(edges, quantile(j, 10))
		}
		edges = slices.Compact(edges)
		var got []float64
		for _, k := range l.Edges {
			got = append(got, l.Knots[k])
		}
		if diff := cmp.Diff(edges, got); diff != "" {
			t.Errorf("%d rows: decile edges: %s", rows, diff)
		}

		knots := slices.Compact(slices.Clone(sample))
		if len(knots) > MaxKnots {
			knots = []float64{sample[0]}
			for j := 1; j <= 1000; j++ {
				knots = append(knots, quantile(j, 1000))
			}
			knots = slices.Compact(knots)
		}
		if diff := cmp.Diff(knots, l.Knots); diff != "" {
			t.Errorf("%d rows: knots: %s", rows, diff)
		}
	}
}

// Bins from cells must be what a direct count into right-closed deciles, with
// heavy values apart, would give.
func TestBinsAreSumsOfCells(t *testing.T) {
	random := seeded(t, 2)
	for trial := range 200 {
		sample := make([]float64, 50+random.IntN(3000))
		for i := range sample {
			sample[i] = math.Round(random.ExpFloat64() * float64(1+trial))
		}
		l := freeze(t, sample)
		var cuts []float64
		for _, k := range l.Edges {
			cuts = append(cuts, l.Knots[k])
		}
		atoms := map[float64]bool{}
		values, n := distinct(sample)
		for i, v := range values {
			if n[i]*10 > uint64(len(sample)) {
				atoms[v] = true
			}
		}
		live := make([]float64, 1000)
		want := map[string]uint64{}
		for i := range live {
			live[i] = math.Round(random.ExpFloat64()*float64(1+trial)*4) / 2
			decile := sort.SearchFloat64s(cuts, live[i])
			// An atom inside a decile splits it into below and above.
			below := 0
			for a := range atoms {
				if sort.SearchFloat64s(cuts, a) == decile && a < live[i] {
					below++
				}
			}
			want[fmt.Sprint(decile, below, atoms[live[i]])]++
		}
		bins := l.Bins(l.CountNumbers(live, nil))
		if len(bins) != len(l.Labels()) {
			t.Fatalf("%d bins but %d labels", len(bins), len(l.Labels()))
		}
		var got, direct []uint64
		for _, b := range bins {
			if b > 0 {
				got = append(got, b)
			}
		}
		for _, b := range want {
			direct = append(direct, b)
		}
		slices.Sort(got)
		slices.Sort(direct)
		if diff := cmp.Diff(direct, got); diff != "" {
			t.Fatalf("trial %d, atoms %v, edges %v: %s", trial, atoms, cuts, diff)
		}
	}
}

func TestBinLabels(t *testing.T) {
	uniform := make([]float64, 100)
	for i := range uniform {
		uniform[i] = float64(i + 1)
	}
	special := []string{"null", "NaN", "-Inf", "+Inf", "wrong type"}
	for name, c := range map[string]struct {
		layout Layout
		want   []string
	}{
		"deciles": {freeze(t, uniform), []string{
			"≤ 10", "(10, 20]", "(20, 30]", "(30, 40]", "(40, 50]", "(50, 60]", "(60, 70]", "(70, 80]", "(80, 90]", "> 90"}},
		"constant":  {freeze(t, []float64{7, 7, 7}), []string{"< 7", "= 7", "> 7"}},
		"flag":      {freeze(t, []float64{0, 0, 1, 1}), []string{"< 0", "= 0", "(0, 1)", "= 1", "> 1"}},
		"no values": {Layout{Kind: Numeric}, []string{"any number"}},
		"texts":     {NewCategorical(map[string]uint64{"a": 1, "b": 2}), []string{"b", "a", "other categories", "unseen categories"}},
	} {
		if diff := cmp.Diff(append(c.want, special...), c.layout.Labels()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCategoricalCells(t *testing.T) {
	counts := map[string]uint64{"never": 0}
	for i := range 60 {
		counts[fmt.Sprintf("c%02d", i)] = uint64(100 - i/2) // pairs tie
	}
	l := NewCategorical(counts)
	if len(l.Categories) != 50 || len(l.Other) != 10 {
		t.Fatalf("%d categories and %d others, want 50 and 10", len(l.Categories), len(l.Other))
	}
	for text, want := range map[string]int32{"c00": 0, "c01": 1, "c49": 49, "c50": 50, "c59": 50, "never": 51, "": 51} {
		if got := l.CellOf(text); got != want {
			t.Errorf("CellOf(%q) = %d, want %d", text, got, want)
		}
	}
	if got := l.Unseen(l.CountTexts([]string{"c00", "x", "y"}, []uint64{5, 3, 4})); got != 7 {
		t.Errorf("Unseen = %d, want 7", got)
	}
}

func TestNewNumericRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		n      []uint64
	}{
		"lengths differ": {[]float64{1, 2}, []uint64{1}},
		"NaN":            {[]float64{math.NaN()}, []uint64{1}},
		"infinity":       {[]float64{1, math.Inf(1)}, []uint64{1, 1}},
		"unsorted":       {[]float64{2, 1}, []uint64{1, 1}},
		"repeated":       {[]float64{1, 1}, []uint64{1, 1}},
	} {
		if _, err := NewNumeric(c.values, c.n); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLayoutSurvivesJSON(t *testing.T) {
	for _, l := range []Layout{
		freeze(t, []float64{-1, 0, 0, 0.1, 1e300}),
		NewCategorical(map[string]uint64{"é": 3, "": 1}),
	} {
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var back Layout
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(l, back); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	if _, err := json.Marshal(Layout{}); err == nil {
		t.Error("the zero layout was written without an error")
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	for name, l := range map[string]Layout{
		"kind":       {},
		"knots":      {Kind: Numeric, Knots: []float64{2, 1}},
		"edges":      {Kind: Numeric, Knots: []float64{1}, Edges: []int{1}},
		"atoms":      {Kind: Numeric, Knots: []float64{1, 2}, Atoms: []int{1, 0}},
		"categories": {Kind: Categorical, Categories: make([]string, 51)},
		"other":      {Kind: Categorical, Other: []string{"b", "a"}},
	} {
		if l.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The search for a cell agrees with a look at every knot, at sizes about each power of
// two and for numbers at which differences vanish or overflow.
func TestCellAgreesWithALinearSearch(t *testing.T) {
	hard := []float64{
		math.Copysign(0, -1), 0, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, math.Nextafter(0x1p-1022, 0),
		math.MaxFloat64, -math.MaxFloat64, math.Nextafter(math.MaxFloat64, 0), 1, math.Nextafter(1, 2), math.Nextafter(1, 0), -1, 1 << 53, 1<<53 + 2,
	}
	slow := func(knots []float64, x float64) int32 {
		cell := int32(0)
		for i, knot := range knots {
			switch {
			case knot == x:
				return int32(2*i + 1)
			case knot < x:
				cell = int32(2*i + 2)
			}
		}
		return cell
	}
	rng := seeded(t, 20261126)
	for size := range 130 {
		values := map[float64]bool{}
		for _, x := range rng.Perm(len(hard))[:min(size, len(hard))/2] {
			values[hard[x]+0] = true
		}
		for len(values) < size {
			values[float64(rng.IntN(400)-200)/2] = true
		}
		l := Layout{Kind: Numeric, Knots: slices.Sorted(maps.Keys(values))}
		if size > 0 && rng.IntN(2) == 0 { // a knot that is minus zero
			if at := slices.Index(l.Knots, 0); at >= 0 {
				l.Knots[at] = math.Copysign(0, -1)
			}
		}
		for x := -210.0; x < 210; x++ {
			for _, x := range append(hard, x/2) {
				if got, want := l.Cell(x), slow(l.Knots, x); got != want {
					t.Fatalf("%v among %v is in cell %d, want %d", x, l.Knots, got, want)
				}
			}
		}
	}
}
