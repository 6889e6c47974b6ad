package drift

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drawn is a layout with counts of both sides, of a random shape.
type drawn struct {
	layout          Layout
	reference, live Counts
}

// draw makes a numeric or categorical comparison with ties, gaps, infinite
// values and new ones.
func draw(t testing.TB, random *rand.Rand) drawn {
	t.Helper()
	if random.IntN(2) == 0 {
		texts := make([]string, 2+random.IntN(90))
		n, m, seen := make([]uint64, len(texts)), make([]uint64, len(texts)), map[string]uint64{}
		for i := range texts {
			texts[i] = string(rune('ぁ' + i))
			n[i], m[i] = random.Uint64N(400), random.Uint64N(60)
			if random.IntN(10) == 0 {
				n[i] = random.Uint64N(2)
			}
			seen[texts[i]] = n[i]
		}
		l := NewCategorical(seen)
		return drawn{l, l.CountTexts(texts, n), l.CountTexts(texts, m)}
	}
	sample := func(rows int, shift float64) []float64 {
		x := make([]float64, rows)
		for i := range x {
			x[i] = math.Round((random.NormFloat64()+shift)*math.Exp(random.NormFloat64())*100) / 100
			if random.IntN(50) == 0 {
				x[i] = [...]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[random.IntN(3)]
			}
		}
		return x
	}
	base := sample(250+random.IntN(3000), 0)
	finite := slices.DeleteFunc(slices.Clone(base), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
	l := freeze(t, finite)
	d := drawn{l, l.CountNumbers(base, nil), l.CountNumbers(sample(250+random.IntN(500), random.Float64()), nil)}
	d.live.Add(Counts{Cells: []int32{Invalid, Null}, N: []uint64{random.Uint64N(9), random.Uint64N(90)}})
	return d
}

// sound says what no comparison may break.
func sound(t *testing.T, m Measure, d drawn) Comparison {
	t.Helper()
	c := m.Compare(d.layout, d.reference, d.live, m.Tolerance)
	for name, x := range map[string]float64{"value": c.Value, "corrected": c.Corrected, "bound": c.Bound, "p": c.P, "p of the effect": c.PEffect} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("%s: %s is %v: %+v", m.Name, name, x, c)
		}
	}
	if c.Reason != "" {
		if c.Value != 0 || c.P != 0 || c.PEffect != 0 {
			t.Fatalf("%s: has both a reason and a value: %+v", m.Name, c)
		}
		return c
	}
	least := 0.0
	if m.floor > 0 {
		least = -1
	}
	if c.Value < least || c.Value > m.Most || c.Corrected < 0 || c.Corrected > math.Max(0, c.Value) || c.Bound < 0 {
		t.Fatalf("%s: outside its range [%v, %v]: %+v", m.Name, least, m.Most, c)
	}
	if c.P < 0 || c.PEffect > 1 || c.PEffect < c.P-1e-12 {
		t.Fatalf("%s: p-values out of order: %+v", m.Name, c)
	}
	if c.Reference == 0 || c.Live < MinRows {
		t.Fatalf("%s: compared too few rows: %+v", m.Name, c)
	}
	return c
}

func TestEveryMeasureIsSound(t *testing.T) {
	random := seeded(t, 40)
	symmetric := []string{"psi", "js", "chi2", "hellinger", "tv", "linf"}
	compared := map[string]int{}
	for range 400 {
		d := draw(t, random)
		for _, m := range Catalog {
			c := sound(t, m, d)
			if c.Reason != "" {
				continue
			}
			compared[m.Name]++
			for _, larger := range []float64{m.Tolerance * 1.5, m.Tolerance * 3} {
				if next := m.Compare(d.layout, d.reference, d.live, larger); next.PEffect < c.PEffect-1e-12 {
					t.Fatalf("%s: tolerating %v instead of %v lowers p from %v to %v", m.Name, larger, m.Tolerance, c.PEffect, next.PEffect)
				}
			}
			if m.floor > 0 {
				continue
			}
			same := m.Compare(d.layout, d.reference, d.reference, m.Tolerance)
			if same.Value > 1e-12 || same.PEffect < .5 {
				t.Fatalf("%s: the reference differs from itself: %+v", m.Name, same)
			}
			if slices.Contains(symmetric, m.Name) {
				near(t, m.Name+", sides swapped", m.Compare(d.layout, d.live, d.reference, m.Tolerance).Value, c.Value, 1e-12)
			}
		}
	}
	for _, m := range Catalog {
		if compared[m.Name] < 50 {
			t.Errorf("%s was compared %d times only", m.Name, compared[m.Name])
		}
	}
}

// The measure of a window is that of the sum of its buckets, to the last bit.
func TestMeasuresOfSums(t *testing.T) {
	random := seeded(t, 41)
	for range 100 {
		d := draw(t, random)
		var window Counts
		rest := d.live
		for range 3 {
			bucket := NewCounts(map[int32]uint64{})
			for i, cell := range rest.Cells {
				bucket.Add(Counts{[]int32{cell}, []uint64{random.Uint64N(rest.N[i] + 1)}})
			}
			var err error
			if rest, err = rest.Less(bucket); err != nil {
				t.Fatal(err)
			}
			window.Add(bucket)
		}
		window.Add(rest)
		for _, m := range Catalog {
			want := m.Compare(d.layout, d.reference, d.live, m.Tolerance)
			if diff := cmp.Diff(want, m.Compare(d.layout, d.reference, window, m.Tolerance)); diff != "" {
				t.Fatalf("%s: %s", m.Name, diff)
			}
		}
	}
}

// Coarser bins can hide a difference, never make one.
func TestMergingBinsLowersDivergences(t *testing.T) {
	random := seeded(t, 42)
	for range 2000 {
		bins := make([]Bin, 2+random.IntN(10))
		for i := range bins {
			bins[i] = Bin{random.Uint64N(90), 1 + random.Uint64N(30)}
		}
		bins[0].Reference++ // some rows
		merged := slices.Clone(bins[1:])
		into := &merged[random.IntN(len(merged))]
		into.Reference += bins[0].Reference
		into.Live += bins[0].Live
		for name, of := range map[string]func([]Bin) float64{
			"js": jensenShannon, "hellinger": squaredHellinger, "tv": totalVariation, "chi2": contingency,
		} {
			if of(merged) > of(bins)+1e-12 {
				t.Fatalf("%s rises from %v to %v when bins merge: %v, %v", name, of(bins), of(merged), bins, merged)
			}
		}
	}
}

// A distance obeys the triangle inequality.
func TestDistancesAreMetrics(t *testing.T) {
	random := seeded(t, 43)
	for range 2000 {
		var counts [3][]uint64
		for i := range counts {
			counts[i] = make([]uint64, 6)
			for j := range counts[i] {
				counts[i][j] = random.Uint64N(40)
			}
			counts[i][0]++
		}
		for name, of := range map[string]func([]Bin) float64{
			"js":        func(b []Bin) float64 { return math.Sqrt(jensenShannon(b)) },
			"hellinger": func(b []Bin) float64 { return math.Sqrt(squaredHellinger(b)) },
			"tv":        totalVariation,
			"linf":      func(b []Bin) float64 { v, _ := largestChange(b); return v },
		} {
			ab, bc, ac := of(pairBins(counts[0], counts[1])), of(pairBins(counts[1], counts[2])), of(pairBins(counts[0], counts[2]))
			if ac > ab+bc+1e-12 {
				t.Fatalf("%s: %v > %v + %v for %v", name, ac, ab, bc, counts)
			}
		}
	}
}

// Whatever the counts and knots, nothing panics and every number is one.
func FuzzCompare(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, uint64(1000), 1.0)
	f.Add([]byte{0, 0, 0, 255, 255}, uint64(1)<<40, 1e300)
	f.Add([]byte{9}, uint64(300), 5e-324)
	f.Add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.Pi)), uint64(7), -1e308)
	f.Fuzz(func(t *testing.T, data []byte, weight uint64, scale float64) {
		weight %= 1 << 41
		byValue, byText := map[float64]uint64{}, map[string]uint64{}
		var numbers []float64
		var texts []string
		var n, m []uint64
		for i, b := range data {
			x := (float64(b) - 100) * scale
			numbers, texts = append(numbers, x), append(texts, string(rune(b%70)))
			n, m = append(n, uint64(b)*weight), append(m, uint64(data[len(data)-1-i]))
			if i%3 != 0 {
				byText[texts[i]] += n[i]
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					byValue[x+0] += n[i]
				}
			}
		}
		var values []float64
		var counts []uint64
		for x := range byValue {
			values = append(values, x)
		}
		slices.Sort(values)
		for _, x := range values {
			counts = append(counts, byValue[x])
		}
		numeric, err := NewNumeric(values, counts)
		if err != nil {
			t.Fatal(err)
		}
		categorical := NewCategorical(byText)
		live := numeric.CountNumbers(numbers, m)
		live.Add(NewCounts(map[int32]uint64{Null: weight % 97, Invalid: weight % 7}))
		for _, d := range []drawn{
			{numeric, numeric.CountNumbers(numbers, n), live},
			{categorical, categorical.CountTexts(texts, n), categorical.CountTexts(texts, m)},
		} {
			for _, measure := range Catalog {
				sound(t, measure, d)
			}
		}
	})
}
