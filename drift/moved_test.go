package drift

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

func TestMovedAddsUpToPSI(t *testing.T) {
	random := seeded(t, 12)
	sample, live := make([]float64, 5000), make([]float64, 1000)
	for i := range sample {
		sample[i] = random.NormFloat64()
	}
	for i := range live {
		live[i] = random.NormFloat64() + 1
	}
	l := freeze(t, sample)
	reference, now := l.CountNumbers(sample, nil), l.CountNumbers(live, nil)
	moves := Moved(l, reference, now)
	var sum, before, after float64
	for _, m := range moves {
		sum += m.Contribution
		before += m.Before
		after += m.After
	}
	near(t, "sum of contributions", sum, psi.Compare(l, reference, now, .1).Value, 1e-12)
	near(t, "shares before", before, 1, 1e-12)
	near(t, "shares after", after, 1, 1e-12)
	if last := moves[len(moves)-1]; last.After < last.Before || last.Bin[:1] != ">" {
		t.Errorf("moved up by one, but the uppermost bin is %+v", last)
	}
	if got := Moved(l, reference, Counts{}); got != nil {
		t.Errorf("no live rows: %v", got)
	}
}

func TestQuantile(t *testing.T) {
	sample := linspace(1, 5000, 5000, 0)
	l := freeze(t, sample)
	c := l.CountNumbers(sample, nil)
	for _, q := range []float64{.001, .1, .5, .9, .999, 1} {
		got, ok := l.Quantile(c, q)
		// Knots are five apart.
		if !ok || math.Abs(got-math.Ceil(q*5000)) > 5 {
			t.Errorf("Quantile(%v) = %v, %v", q, got, ok)
		}
	}
	if got, _ := l.Quantile(c, .5); got != 2500 {
		t.Errorf("median %v, want the knot 2500", got)
	}
	// Between the knots 2500 and 2505 ranks are spread evenly.
	between := l.CountNumbers([]float64{2501, 2502, 2503, 2504}, nil)
	for i, want := range []float64{2501, 2502, 2503, 2504} {
		got, _ := l.Quantile(between, float64(i+1)/4)
		near(t, "quantile between knots", got, want, 1e-9)
	}
	beyond := l.CountNumbers([]float64{1e9, math.Inf(1)}, nil)
	if got, ok := l.Quantile(beyond, .5); !ok || got != 5000 {
		t.Errorf("beyond the last knot: %v, %v, want 5000", got, ok)
	}
	for name, c := range map[string]Counts{"no rows": {}, "all null": {Cells: []int32{Null}, N: []uint64{3}}} {
		if _, ok := l.Quantile(c, .5); ok {
			t.Errorf("%s: a quantile", name)
		}
	}
	if _, ok := NewCategorical(nil).Quantile(c, .5); ok {
		t.Error("a quantile of texts")
	}
}

// Against the rows themselves, a shift, a narrower spread and what the reference
// never had.
func TestMovedQuantiles(t *testing.T) {
	random := seeded(t, 48)
	sample := make([]float64, 20000)
	for i := range sample {
		sample[i] = random.NormFloat64()
	}
	l := freeze(t, sample)
	reference := l.CountNumbers(sample, nil)
	quantiles := []float64{.1, .5, .9}
	for name, move := range map[string]func(float64) float64{
		"unchanged":       func(x float64) float64 { return x },
		"shifted":         func(x float64) float64 { return x + 1 },
		"narrower":        func(x float64) float64 { return x / 2 },
		"in another unit": func(x float64) float64 { return 1.8*x + 32 },
		"far below":       func(x float64) float64 { return x - 100 },
		"half of them far above": func(x float64) float64 {
			if x > 0 {
				return x + 100
			}
			return x
		},
	} {
		live := make([]float64, 0, len(sample)+2)
		for _, x := range sample[:7001] {
			live = append(live, move(x))
		}
		moves := MovedQuantiles(l, reference, l.CountNumbers(append(live, math.NaN(), math.Inf(1)), nil), quantiles...)
		if len(moves) != len(quantiles) {
			t.Fatalf("%s: %d quantiles", name, len(moves))
		}
		slices.Sort(live)
		for i, m := range moves {
			rank := func(rows []float64) float64 { return rows[int(math.Ceil(quantiles[i]*float64(len(rows))))-1] }
			x, least, most := rank(live), slices.Min(sample), slices.Max(sample)
			beyond := 0
			if x < least {
				beyond = -1
			} else if x > most {
				beyond = 1
			}
			if m.Beyond != beyond {
				t.Errorf("%s: quantile %v at %v is beyond %d, want %d", name, m.Q, x, m.Beyond, beyond)
			}
			// Neighbouring knots of the middle 80 % are at most .006 apart.
			near(t, name, m.After, min(most, max(least, x)), .006)
			near(t, name+", before", m.Before, rank(slices.Sorted(slices.Values(sample))), .006)
		}
	}
	if got := MovedQuantiles(l, reference, Counts{Cells: []int32{Null}, N: []uint64{9}}, .5); got != nil {
		t.Errorf("nothing but null: %v", got)
	}
	texts := NewCategorical(map[string]uint64{"a": 9})
	if got := MovedQuantiles(texts, texts.CountTexts([]string{"a"}, nil), texts.CountTexts([]string{"a"}, nil), .5); got != nil {
		t.Errorf("quantiles of texts: %v", got)
	}
}

// Null and its like are not values of the series.
func TestMovedTellsSpecialBins(t *testing.T) {
	l := NewCategorical(map[string]uint64{"a": 5, "null": 5})
	reference := l.CountTexts([]string{"a", "null"}, []uint64{5, 5})
	live := NewCounts(map[int32]uint64{l.CellOf("a"): 5, Null: 3, Invalid: 2})
	special := map[string]bool{}
	for _, m := range Moved(l, reference, live) {
		special[fmt.Sprintf("%s %.1f %.1f", m.Bin, m.Before, m.After)] = m.Special
	}
	want := map[string]bool{"a 0.5 0.5": false, "null 0.5 0.0": false, "null 0.0 0.3": true, "wrong type 0.0 0.2": true}
	if !maps.Equal(special, want) {
		t.Errorf("%v, want %v", special, want)
	}
}

// A quantile lies beyond all knots from the first rank on that does.
func TestBeyondByHand(t *testing.T) {
	l := freeze(t, linspace(1, 9, 9, 0))
	for name, c := range map[string]struct {
		live []float64
		q    float64
		want int
	}{
		"last rank below":    {[]float64{0, 0, 1, 1}, .5, -1},
		"first rank within":  {[]float64{0, 0, 1, 1}, .51, 0},
		"last rank within":   {[]float64{9, 9, 10, 10}, .5, 0},
		"first rank above":   {[]float64{9, 9, 10, 10}, .51, 1},
		"infinities":         {[]float64{9, 9, 10, 10, math.Inf(1), math.Inf(1), math.Inf(-1)}, .5, 0},
		"infinities and NaN": {[]float64{9, 9, 10, 10, math.Inf(1), math.Inf(-1), math.NaN()}, .51, 1},
	} {
		if m := MovedQuantiles(l, l.CountNumbers(linspace(1, 9, 9, 0), nil), l.CountNumbers(c.live, nil), c.q); len(m) != 1 || m[0].Beyond != c.want {
			t.Errorf("%s: %+v, want beyond %d", name, m, c.want)
		}
	}
}
