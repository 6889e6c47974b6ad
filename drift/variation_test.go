package drift

import (
	"math"
	"testing"
)

func TestVariationOfLogs(t *testing.T) {
	// By hand: mean 3, squares 4+1+0+1+4, lagged products 2+0+0+2.
	v := describe([]float64{1, 2, 3, 4, 5})
	near(t, "mean", v.Mean, 3, 1e-15)
	near(t, "sd", v.SD, math.Sqrt(2.5), 1e-15)
	near(t, "r1", v.R1, .4, 1e-15)
	if v.K != 5 || v.Known() {
		t.Errorf("%+v: want 5 blocks, not enough to know", v)
	}
	if p := v.PNatural(100); p != 0 {
		t.Errorf("unknown variation gives p %v, want 0", p)
	}
	if v := describe([]float64{1, -1, 1, -1}); v.R1 != 0 {
		t.Errorf("alternating blocks: r1 %v, want it clipped to 0", v.R1)
	}
}

func TestPNatural(t *testing.T) {
	// t = 3.5 with 13 degrees of freedom: scipy 1.17.1 stats.t.sf.
	v := Variation{Mean: -5, SD: .5, K: 14}
	near(t, "p", v.PNatural(math.Exp(-5+3.5*.5*math.Sqrt(15./14))), 0.001957023035520691, 1e-14)
	near(t, "p at the mean", v.PNatural(math.Exp(-5)), .5, 1e-12)
	still := Variation{Mean: math.Log(1e-12), K: 10} // blocks that never differed
	if p := still.PNatural(0); p != .5 {
		t.Errorf("no difference, as always: p %v, want .5", p)
	}
	if p := still.PNatural(.01); p != 0 {
		t.Errorf("a first difference: p %v, want 0", p)
	}
}

// Days that shift together are natural variation: a further such day is no
// news, though rows alone would call every one drifted.
func TestVariationCoversDayEffects(t *testing.T) {
	random := seeded(t, 10)
	day := func(shift float64) []float64 {
		sample := make([]float64, 1000)
		for i := range sample {
			sample[i] = random.NormFloat64() + shift
		}
		return sample
	}
	var all []float64
	var days [][]float64
	for range 60 {
		days = append(days, day(.3*random.NormFloat64()))
		all = append(all, days[len(days)-1]...)
	}
	l := freeze(t, all)
	blocks := make([]Counts, len(days))
	for i := range days {
		blocks[i] = l.CountNumbers(days[i], nil)
	}
	for _, m := range distributions(Numeric) {
		v, err := NewVariation(m, l, blocks)
		if err != nil {
			t.Fatal(err)
		}
		if v.K != 60 || !v.Known() {
			t.Fatalf("%s: %+v: want 60 blocks", m.Name, v)
		}
		reference := l.CountNumbers(all, nil)
		var naive, natural, runs float64
		for range 400 {
			c := m.Compare(l, reference, l.CountNumbers(day(.3*random.NormFloat64()), nil), 0)
			runs++
			if c.P < .01 {
				naive++
			}
			if v.PNatural(c.Value) < .01 {
				natural++
			}
		}
		t.Logf("%s: %.3f of ordinary days have a sampling p below .01, %.3f a natural p", m.Name, naive/runs, natural/runs)
		// 400 days at .01: three standard errors above is .025.
		if naive/runs < .5 || natural/runs > .025 {
			t.Errorf("%s: natural variation does not cover ordinary days", m.Name)
		}
		if p := v.PNatural(m.Compare(l, reference, l.CountNumbers(day(3), nil), 0).Value); p > .01 {
			t.Errorf("%s: a shift of ten day effects has p %v", m.Name, p)
		}
	}
}

func TestVariationRefusesForeignCounts(t *testing.T) {
	l := freeze(t, []float64{1})
	if _, err := NewVariation(psi, l, []Counts{{Cells: []int32{99}, N: []uint64{1}}}); err == nil {
		t.Error("no error")
	}
	if v, err := NewVariation(psi, l, nil); err != nil || v.Known() {
		t.Errorf("no blocks: %+v, %v", v, err)
	}
}
