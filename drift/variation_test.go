package drift

import (
	"math"
	"slices"
	"testing"
)

func TestVariationOfLogs(t *testing.T) {
	// By hand: mean 3, squares 4+1+0+1+4 = 10, products at lags 1, 2 and 3:
	// 2+0+0+2 = 4, 0-1+0 = -1, -2-2 = -4. Pairs 1.4 and -0.5: τ = -1 + 2·1.4.
	v := describe([]float64{1, 2, 3, 4, 5})
	near(t, "mean", v.Mean, 3, 1e-15)
	near(t, "sd", v.SD, math.Sqrt(2.5), 1e-15)
	near(t, "r1", v.R1, .8/2.8, 1e-15)
	if v.K != 5 || v.Known() {
		t.Errorf("%+v: want 5 blocks, not enough to know", v)
	}
	if p := v.PNatural(100); p != 0 {
		t.Errorf("unknown variation gives p %v, want 0", p)
	}
	if v := describe([]float64{1, -1, 1, -1}); v.R1 != 0 {
		t.Errorf("alternating blocks: r1 %v, want 0", v.R1)
	}
}

func TestPNatural(t *testing.T) {
	// t = 3.5 with 13 degrees of freedom: scipy 1.17.1 stats.t.sf.
	v := Variation{Mean: -5, SD: .5, K: 14}
	near(t, "p", v.PNatural(math.Exp(-5+3.5*.5*math.Sqrt(15./14))), 0.001957023035520691, 1e-14)
	near(t, "p at the mean", v.PNatural(math.Exp(-5)), .5, 1e-12)
	for _, v := range []Variation{v, {Mean: -5, SD: .5, K: 60, R1: .5}} {
		near(t, "p at what is exceeded with .01", v.PNatural(v.Upper(.01)), .01, 1e-9)
	}
	// Sixty blocks of which three tell the same are worth twenty.
	near(t, "p of dependent blocks", Variation{Mean: -5, SD: .5, K: 60, R1: .5}.PNatural(.1), Variation{Mean: -5, SD: .5, K: 20}.PNatural(.1), 1e-12)
	// What a block reached is no rarer than two in K+1; beyond, the law holds.
	v.Largest = math.Exp(-3)
	near(t, "p of what was seen", v.PNatural(math.Exp(-3)), 2./15, 1e-12)
	near(t, "what is exceeded with .01", v.Upper(.01), math.Exp(-3), 1e-12)
	if p := v.PNatural(math.Exp(-2.99)); p > .01 {
		t.Errorf("beyond what was seen: p %v", p)
	}
	still := Variation{Mean: math.Log(1e-12), K: 10} // blocks that never differed
	if p := still.PNatural(0); p != .5 {
		t.Errorf("no difference, as always: p %v, want .5", p)
	}
	if p := still.PNatural(.01); p != 0 {
		t.Errorf("a first difference: p %v, want 0", p)
	}
}

// How many blocks in a row tell the same: one when they are independent,
// (1+r)/(1-r) of an AR(1), and about a day's worth for hours of days that share
// something beneath each hour's own noise.
func TestPersistence(t *testing.T) {
	random := seeded(t, 45)
	for _, c := range []struct {
		name      string
		ar, noise float64
		run       int // blocks that share a draw
		want      float64
	}{
		{"independent", 0, 0, 1, 1},
		{"AR(1) of .5", .5, 0, 1, 3},
		{"AR(1) of .8", .8, 0, 1, 9},
		// Half of the variance is the day's: 1 + 2·½·Σ (1 - k/24) for k = 1..23.
		{"hours of a day", 0, 1, 24, 12.5},
	} {
		var level float64
		x := make([]float64, 24*400)
		for i := range x {
			if i%c.run == 0 {
				level = c.ar*level + math.Sqrt(1-c.ar*c.ar)*random.NormFloat64()
			}
			x[i] = level + c.noise*random.NormFloat64()
		}
		v := describe(x)
		tau := (1 + v.R1) / (1 - v.R1)
		// 400 days know it to about a tenth; noise of the tail adds to it.
		if tau < .8*c.want || tau > 1.35*c.want {
			t.Errorf("%s: τ %.2f, want %.2f", c.name, tau, c.want)
		}
		near(t, c.name+": independent blocks", v.independent(), float64(v.K)/tau, 1e-6)
	}
	if v := describe([]float64{0, .1, 0, .1, 5, 5, 5, 5, 5}); v.independent() < 2 {
		t.Errorf("%+v are worth %v independent blocks: want at least 2", v, v.independent())
	}
}

// Geyer's initial monotone sequence, straight from its definition.
func TestPersistenceIsItsDefinition(t *testing.T) {
	random := seeded(t, 48)
	for range 1000 {
		x := make([]float64, 6+random.IntN(15))
		for i := range x {
			x[i] = random.NormFloat64()
			if i >= 3 {
				x[i] += .7 * x[i-3] // what came three blocks ago comes again
			}
		}
		var mean, square float64
		for _, xi := range x {
			mean += xi / float64(len(x))
		}
		for _, xi := range x {
			square += (xi - mean) * (xi - mean)
		}
		correlation := func(lag int) (sum float64) {
			for i := range len(x) - lag {
				sum += (x[i] - mean) * (x[i+lag] - mean) / square
			}
			return sum
		}
		var pairs []float64
		for m := 0; 2*m+1 < len(x) && correlation(2*m)+correlation(2*m+1) > 0; m++ {
			pairs = append(pairs, correlation(2*m)+correlation(2*m+1))
		}
		tau := -1.0
		for m := range pairs {
			tau += 2 * slices.Min(pairs[:m+1])
		}
		tau = math.Max(1, tau)
		near(t, "r1", describe(x).R1, math.Min(maxR1, (tau-1)/(tau+1)), 1e-12)
	}
}

// A single odd row in some days of the reference is no variation: half of all
// rows missing is unlike every one of them, at once.
func TestRareGapsAreNoVariation(t *testing.T) {
	l := freeze(t, []float64{1, 2, 3})
	blocks := make([]Counts, 20)
	for i := range blocks {
		blocks[i] = l.CountNumbers([]float64{1, 2, 3}, []uint64{1000, 1000, 1000})
		if i%3 == 0 {
			blocks[i].Add(NewCounts(map[int32]uint64{Null: 1}))
		}
	}
	v, err := NewVariation(missing, l, blocks)
	if err != nil {
		t.Fatal(err)
	}
	if p := v.PNatural(.5); p > 1e-9 {
		t.Errorf("half missing has p %v after %+v", p, v)
	}
	if p := v.PNatural(.0005); p < .1 {
		t.Errorf("a row or two missing has p %v after %+v", p, v)
	}
}

// Days that reach further than all others, and categories that come on one day
// only, are known from the reference's own days.
func TestOrdinaryNewcomersAreVariation(t *testing.T) {
	random := seeded(t, 49)
	var all []float64
	days := make([][]float64, 30)
	texts, total := make([][]string, len(days)), map[string]uint64{}
	for i := range days {
		level := 3 * random.NormFloat64() // weather: a hot day is hot all day
		for j := range 300 {
			days[i] = append(days[i], level+.3*random.NormFloat64())
			text := "usual"
			if j < i { // the event of the day
				text = string(rune('ぁ' + i))
			}
			texts[i] = append(texts[i], text)
			total[text]++
		}
		all = append(all, days[i]...)
	}
	numbers, categories := freeze(t, all), NewCategorical(total)
	counted, named := make([]Counts, len(days)), make([]Counts, len(days))
	for i := range days {
		counted[i], named[i] = numbers.CountNumbers(days[i], nil), categories.CountTexts(texts[i], nil)
	}
	for _, c := range []struct {
		measure Measure
		layout  Layout
		blocks  []Counts
		rise    float64
	}{{beyond, numbers, counted, .5}, {unseen, categories, named, .05}} {
		v, err := NewVariation(c.measure, c.layout, c.blocks)
		if err != nil {
			t.Fatal(err)
		}
		if v.K != len(days) || v.SD == 0 {
			t.Errorf("%s: %+v: want the days to differ", c.measure.Name, v)
		}
		if p := v.PNatural(c.rise); p < .01 {
			t.Errorf("%s: a rise of %v has p %v after %+v", c.measure.Name, c.rise, p, v)
		}
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
