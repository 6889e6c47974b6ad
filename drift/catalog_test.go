package drift

import (
	"math"
	"slices"
	"testing"
)

func TestEdgeCasesHaveReasons(t *testing.T) {
	constant := freeze(t, []float64{7})
	sevens := func(n uint64) Counts { return constant.CountNumbers([]float64{7}, []uint64{n}) }
	nulls := Counts{Cells: []int32{Null}, N: []uint64{1000}}
	nans := Counts{Cells: []int32{NaN}, N: []uint64{1000}}
	texts := NewCategorical(map[string]uint64{"a": 1})
	for _, c := range []struct {
		name            string
		measure         Measure
		layout          Layout
		reference, live Counts
		want            Reason
	}{
		{"no live rows", psi, constant, sevens(1000), Counts{}, NoData},
		{"live all null", psi, constant, sevens(1000), nulls, NoData},
		{"live all NaN", ks, constant, sevens(1000), nans, NoData},
		{"reference all null", psi, constant, nulls, sevens(1000), NoReference},
		{"no reference rows", ks, constant, Counts{}, sevens(1000), NoReference},
		{"199 live rows", psi, constant, sevens(1000), sevens(199), TooFewRows},
		{"199 reference rows", ks, constant, sevens(199), sevens(1000), TooFewRows},
		{"KS of texts", ks, texts, Counts{}, Counts{}, NotApplicable},
		{"constant", psi, constant, sevens(1000), sevens(200), ""},
	} {
		got := c.measure.Compare(c.layout, c.reference, c.live, c.measure.Tolerance)
		if got.Reason != c.want {
			t.Errorf("%s: reason %q, want %q", c.name, got.Reason, c.want)
		}
		if got.Value != 0 || c.want != "" && got.PEffect != 0 {
			t.Errorf("%s: %+v: want no value", c.name, got)
		}
	}
	if got := psi.Compare(constant, sevens(1000), sevens(200), .1); got.P != 1 || got.PEffect != 1 {
		t.Errorf("constant and unchanged: %+v: want p-values of 1", got)
	}
	if got := ks.Compare(constant, sevens(1000), constant.CountNumbers([]float64{8}, []uint64{300}), .05); got.Value != 1 || got.PEffect > 1e-6 {
		t.Errorf("constant that changed: %+v: want D 1", got)
	}
}

// distributions returns the measures that compare distributions of such a series.
func distributions(kind Kind) []Measure {
	return slices.DeleteFunc(slices.Clone(Catalog), func(m Measure) bool { return m.floor > 0 || !m.Applies(kind) })
}

// Every measure must stay quiet when nothing changed and speak when much did.
func TestMeasuresAgreeOnTheObvious(t *testing.T) {
	random := seeded(t, 8)
	draw := func(rows int, shift float64) []float64 {
		sample := make([]float64, rows)
		for i := range sample {
			sample[i] = math.Exp(random.NormFloat64() + shift)
		}
		return sample
	}
	base := draw(20000, 0)
	l := freeze(t, base)
	reference := l.CountNumbers(base, nil)
	for _, m := range distributions(Numeric) {
		same := m.Compare(l, reference, l.CountNumbers(draw(2000, 0), nil), m.Tolerance)
		if same.Reason != "" || same.PEffect < .5 || same.PEffect < same.P-1e-12 || same.P < 1e-4 || same.Corrected > m.Tolerance {
			t.Errorf("%s, nothing changed: %+v", m.Name, same)
		}
		moved := m.Compare(l, reference, l.CountNumbers(draw(2000, .8), nil), m.Tolerance)
		if moved.Reason != "" || moved.PEffect > 1e-9 || moved.P > 1e-9 || moved.Value < 2*m.Tolerance {
			t.Errorf("%s, moved by 0.8 sd: %+v", m.Name, moved)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, m := range Catalog {
		if got, err := Lookup(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("Lookup(%q) = %q, %v", m.Name, got.Name, err)
		}
	}
	if _, err := Lookup("chi"); err == nil {
		t.Error("Lookup(\"chi\"): no error")
	}
}

func BenchmarkCompare(b *testing.B) {
	random := seeded(b, 9)
	sample := make([]float64, 100000)
	for i := range sample {
		sample[i] = random.NormFloat64()
	}
	l := freeze(b, sample)
	reference, live := l.CountNumbers(sample, nil), l.CountNumbers(sample[:10000], nil)
	for _, m := range Catalog {
		b.Run(m.Name, func(b *testing.B) {
			for b.Loop() {
				m.Compare(l, reference, live, m.Tolerance)
			}
		})
	}
}
