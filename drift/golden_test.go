package drift

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// golden holds what other libraries say, written by testdata/golden.py with
// the versions in it.
type golden struct {
	Versions map[string]string
	Bins     []struct {
		Name                                             string
		Reference, Live                                  []uint64
		PSI, JS, Hellinger, Chi2, Statistic, P, TV, LInf float64
		Pooled                                           bool
		Effects                                          map[string]float64
	}
	Samples []struct {
		Name                          string
		Reference, Live               []float64
		KS, P, Wasserstein, Unclamped float64
	}
	FalseDiscoveries []struct{ P, BH []float64 } `json:"false_discoveries"`
	Rises            []struct {
		X, N, Y, M uint64
		Margin, P  float64
		Score      *float64
	}
	Volumes []struct {
		Weeks                       []uint64
		Now                         uint64
		Tolerance, Value, P, Effect float64
	}
	FeatureEnginePSI float64 `json:"feature_engine_psi"`
}

func readGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	for _, library := range []string{"scipy", "scikit-learn", "statsmodels", "feature-engine"} {
		if g.Versions[library] == "" {
			t.Errorf("golden.json does not say which %s it is of", library)
		}
	}
	if len(g.Bins) < 9 || len(g.Samples) < 6 || len(g.FalseDiscoveries) < 4 || len(g.Rises) < 12 || len(g.Volumes) < 6 {
		t.Fatalf("golden.json holds %d, %d, %d, %d and %d cases: some are missing",
			len(g.Bins), len(g.Samples), len(g.FalseDiscoveries), len(g.Rises), len(g.Volumes))
	}
	return g
}

// agrees compares relatively: both sides are sums of at most a hundred terms.
func agrees(t *testing.T, what string, got, want float64) {
	t.Helper()
	near(t, what, got, want, 1e-9*math.Abs(want)+1e-14)
}

func TestBinnedMeasuresAgree(t *testing.T) {
	for _, c := range readGolden(t).Bins {
		bins := pairBins(c.Reference, c.Live)
		agrees(t, c.Name+": PSI", PSI(bins), c.PSI)
		// Both are the root of a difference of numbers near 1.
		near(t, c.Name+": JS", math.Sqrt(jensenShannon(bins)), c.JS, 1e-8)
		agrees(t, c.Name+": Hellinger", math.Sqrt(squaredHellinger(bins)), c.Hellinger)
		agrees(t, c.Name+": χ²", chiSquare(bins), c.Statistic)
		agrees(t, c.Name+": w", math.Sqrt(contingency(bins)), c.Chi2)
		agrees(t, c.Name+": p of χ²", pearson(bins), c.P)
		agrees(t, c.Name+": TV", totalVariation(bins), c.TV)
		value, _ := largestChange(bins)
		agrees(t, c.Name+": L∞", value, c.LInf)
	}
}

// The whole path, from texts to the p-value of the tolerated effect.
func TestEffectsAgree(t *testing.T) {
	compared := 0
	for _, c := range readGolden(t).Bins {
		if c.Pooled || sum(c.Live) < MinRows || sum(c.Reference) > 1e6 {
			continue // the p-value rests on other bins
		}
		texts, counts := make([]string, len(c.Reference)), map[string]uint64{}
		for i, n := range c.Reference {
			texts[i] = string(rune('a' + i))
			counts[texts[i]] = n
		}
		l := NewCategorical(counts)
		for name, tolerance := range map[string]float64{"psi": .02, "chi2": .1, "js": .05, "hellinger": .05} {
			m, err := Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			got := m.Compare(l, l.CountTexts(texts, c.Reference), l.CountTexts(texts, c.Live), tolerance)
			want := math.Max(c.P, c.Effects[name])
			// Far tails inherit the relative error of D times its logarithm.
			near(t, c.Name+": p of the effect by "+name, got.PEffect, want, 1e-7*want)
			compared++
		}
	}
	if compared < 16 {
		t.Errorf("only %d effects compared", compared)
	}
}

func TestOrderedMeasuresAgree(t *testing.T) {
	exact := 0
	for _, c := range readGolden(t).Samples {
		l := freeze(t, c.Reference)
		reference, live := l.CountNumbers(c.Reference, nil), l.CountNumbers(c.Live, nil)
		d := ks.Compare(l, reference, live, .05)
		agrees(t, c.Name+": D", d.Value, c.KS)
		if c.Name == "shifted" || c.Name == "wider" { // hardly any ties: Stephens' p is good to some percent
			near(t, c.Name+": p of D", d.P, c.P, .1*c.P)
		}
		w := wasserstein.Compare(l, reference, live, .1)
		if w.Reason != "" || math.Abs(w.Value-c.Wasserstein) > w.Bound+1e-12 || w.Bound > .1 {
			t.Errorf("%s: W %v ± %v, %q: want %v", c.Name, w.Value, w.Bound, w.Reason, c.Wasserstein)
		}
		if w.Bound == 0 {
			agrees(t, c.Name+": W", w.Value, c.Wasserstein)
			exact++
		}
	}
	if exact < 2 {
		t.Errorf("W was exact for %d samples only", exact)
	}
}

// Bins, edges and PSI by feature-engine on rows. It floors shares where driftd
// smooths them, which for 10,000 rows and no empty bin is no difference.
func TestPSIAgreesWithFeatureEngine(t *testing.T) {
	reference, live := make([]float64, 10000), make([]float64, 10000)
	for i := range reference {
		reference[i], live[i] = float64(i), float64(i*i/10000)
	}
	l := freeze(t, reference)
	got := psi.Compare(l, l.CountNumbers(reference, nil), l.CountNumbers(live, nil), .1)
	near(t, "PSI", got.Value, readGolden(t).FeatureEnginePSI, 5e-4)
}

func TestRisesAgree(t *testing.T) {
	for _, c := range readGolden(t).Rises {
		got := riseP(Share{c.X, c.N}, Share{c.Y, c.M}, c.Margin)
		// The golden maximum is found by search, to about 1e-9 in ln p.
		if !(math.Abs(got-c.P) <= 1e-6*c.P) {
			t.Errorf("%+v: p %v", c, got)
		}
	}
}

func TestVolumesAgree(t *testing.T) {
	for _, c := range readGolden(t).Volumes {
		weeks := make([]Flow, len(c.Weeks))
		for i, n := range c.Weeks {
			weeks[i] = Flow{Accepted: []uint64{n / 2, n - n/2}}
		}
		got := volume.Compare(weeks, Flow{Accepted: []uint64{c.Now, 0}}, c.Tolerance)
		agrees(t, "volume", got.Value, c.Value)
		near(t, "p", got.P, c.P, 1e-9)
		near(t, "p of the effect", got.PEffect, c.Effect, 1e-9)
	}
}

func TestFalseDiscoveriesAgree(t *testing.T) {
	for _, c := range readGolden(t).FalseDiscoveries {
		adjusted := BenjaminiHochberg(c.P)
		for i := range c.P {
			agrees(t, "BH", adjusted[i], c.BH[i])
		}
	}
}

// Corrected takes off the expectation without drift, under the root of a
// distance.
func TestCorrectedByHand(t *testing.T) {
	reference, live := []uint64{10000, 10000, 10000, 10000}, []uint64{200, 250, 250, 300}
	bins := pairBins(reference, live)
	letters := []string{"a", "b", "c", "d"}
	l := NewCategorical(map[string]uint64{"a": 1, "b": 1, "c": 1, "d": 1})
	size := 40000 * 1000 / 41000.
	for name, want := range map[string]float64{
		"psi":       PSI(bins) - 3/size,
		"chi2":      math.Sqrt(chiSquare(bins)/size - 3/size),
		"js":        math.Sqrt(jensenShannon(bins) - 3/size/8/math.Ln2),
		"hellinger": math.Sqrt(squaredHellinger(bins) - 3/size/8),
	} {
		m, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		c := m.Compare(l, l.CountTexts(letters, reference), l.CountTexts(letters, live), m.Tolerance)
		agrees(t, name+" corrected", c.Corrected, want)
	}
	c := tv.Compare(l, l.CountTexts(letters, reference), l.CountTexts(letters, live), .01)
	// Two bins lose and gain .05: .05. ½√(3/N) = .0277 of noise, at most.
	agrees(t, "p of the effect by tv", c.PEffect, math.Max(c.P, math.Exp(-2*size*math.Pow(.05-.01-math.Sqrt(3/size)/2, 2))))
	if c.PEffect <= c.P {
		t.Errorf("%+v: McDiarmid's bound was not compared", c)
	}
}

func TestMeanAbsoluteOfALine(t *testing.T) {
	for _, c := range [][2]float64{{1, -1}, {.3, -.1}, {-.2, .5}, {.2, .5}, {-.2, -.1}, {0, .4}, {0, 0}} {
		const steps = 1e5
		var want float64
		for i := range int(steps) {
			want += math.Abs(c[0]+(c[1]-c[0])*(float64(i)+.5)/steps) / steps
		}
		near(t, "mean", meanAbsolute(c[0], c[1]), want, 1e-9)
	}
}

// By hand: a quarter of the rows at 0, half between 0 and 12, a quarter at 12 or
// beyond: 36/4 + 12²/12/2 + 36/4.
func TestSpreadWithinIntervals(t *testing.T) {
	near(t, "variance", spread([]float64{0, 12}, []float64{.1, .25, .75, .9, 1}), 24, 1e-12)
}

// The unit of measurement changes nothing, not even at the ends of floats.
func TestWassersteinHasNoUnit(t *testing.T) {
	sample, live := linspace(-1, 1, 5000, 0), linspace(-.9, .7, 400, 0)
	var want Comparison
	for i, unit := range []float64{1, 1e-300, 1.5e308} {
		l := freeze(t, scaled(sample, unit))
		got := wasserstein.Compare(l, l.CountNumbers(scaled(sample, unit), nil), l.CountNumbers(scaled(live, unit), nil), .1)
		if i == 0 {
			want = got
		}
		near(t, "distance", got.Value, want.Value, 1e-9)
		near(t, "p", got.PEffect, want.PEffect, 1e-9)
	}
	if want.Value < .1 {
		t.Errorf("%+v: want a distance", want)
	}
}
