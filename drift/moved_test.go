package drift

import (
	"math"
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
	for i, m := range moves {
		sum += m.Contribution
		before += m.Before
		after += m.After
		if i > 0 && m.Contribution > moves[i-1].Contribution {
			t.Errorf("%q contributes more than the bin before it", m.Bin)
		}
	}
	near(t, "sum of contributions", sum, psi.Compare(l, reference, now, .1).Value, 1e-12)
	near(t, "shares before", before, 1, 1e-12)
	near(t, "shares after", after, 1, 1e-12)
	if moves[0].After < moves[0].Before || moves[0].Bin[:1] != ">" {
		t.Errorf("moved up by one, but the first move is %+v", moves[0])
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

// A shift moves every quantile by as much, a wider spread the ends apart.
func TestMovedQuantiles(t *testing.T) {
	sample := linspace(-3, 3, 5001, 0)
	l := freeze(t, sample)
	reference := l.CountNumbers(sample, nil)
	for name, c := range map[string]struct {
		live []float64
		move func(before float64) float64
	}{
		"unchanged": {sample, func(x float64) float64 { return x }},
		"shifted":   {linspace(-2, 4, 5001, 0), func(x float64) float64 { return min(3, x+1) }}, // the last knot is 3
		"narrower":  {linspace(-1.5, 1.5, 5001, 0), func(x float64) float64 { return x / 2 }},
	} {
		moves := MovedQuantiles(l, reference, l.CountNumbers(c.live, nil))
		if len(moves) != 7 {
			t.Fatalf("%s: %d quantiles", name, len(moves))
		}
		for _, m := range moves {
			near(t, name, m.After, c.move(m.Before), .007) // knots are .006 apart
		}
	}
	if got := MovedQuantiles(l, reference, Counts{Cells: []int32{Null}, N: []uint64{9}}); got != nil {
		t.Errorf("nothing but null: %v", got)
	}
	texts := NewCategorical(map[string]uint64{"a": 9})
	if got := MovedQuantiles(texts, texts.CountTexts([]string{"a"}, nil), texts.CountTexts([]string{"a"}, nil)); got != nil {
		t.Errorf("quantiles of texts: %v", got)
	}
}
