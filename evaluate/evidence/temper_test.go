package evidence

import (
	"math"
	"testing"
)

// naiveDesign is the definition, from all means at once.
func naiveDesign(means, sampling []float64, rows []uint64, next uint64, prior float64) float64 {
	t := float64(len(means))
	var mean, ordinary, row float64
	for i := range means {
		mean += means[i] / t
		ordinary += sampling[i] / t
		row += sampling[i] * float64(rows[i]) / t
	}
	covariance := func(lag int) float64 {
		var sum float64
		for i := lag; i < len(means); i++ {
			sum += (means[i] - mean) * (means[i-lag] - mean)
		}
		return sum / (t - 1)
	}
	long := covariance(0) + 2*(2./3*covariance(1)+1./3*covariance(2))
	long = math.Max(long, covariance(0)/2)
	shared := math.Max(0, long-ordinary)
	if len(means) >= 21 { // three weeks of days: sums of seven and of the seven before
		var changes float64
		for end := 14; end <= len(means); end++ {
			var change float64
			for i, x := range means[end-14 : end] {
				if i < 7 {
					x = -x
				}
				change += x
			}
			changes += change * change / float64(len(means)-13)
		}
		shared = math.Max(shared, (changes/14-ordinary)*(1+math.Sqrt(14/t)))
	}
	return math.Max(1, (5*prior+t*(1+shared/(row/float64(next))))/(5+t))
}

func TestDesignEqualsItsDefinition(t *testing.T) {
	random := seeded(t, 22)
	for range 300 {
		var p Past
		var means, sampling []float64
		var rows []uint64
		level := 1e3 * random.Float64() // far from 0: moments must not cancel
		for i := range 40 {
			level += .1 * random.NormFloat64()
			means = append(means, level)
			sampling = append(sampling, .001+.01*random.Float64())
			rows = append(rows, 100+random.Uint64N(2000))
			p = p.with(means[i], sampling[i], rows[i])
			next := 100 + random.Uint64N(2000)
			if i == 0 {
				if got := p.design(3, next); got != 3 {
					t.Fatalf("one block: %v, want the prior 3", got)
				}
				continue
			}
			if got, want := p.design(3, next), naiveDesign(means, sampling, rows, next, 3); math.Abs(got/want-1) > 1e-8 {
				t.Fatalf("%d blocks: %v, want %v", i+1, got, want)
			}
		}
	}
}

func TestDesignFindsSharedShocks(t *testing.T) {
	random := seeded(t, 23)
	const rows = 960
	for _, effect := range []float64{1, 3, 13} {
		var p Past
		row := .1 / rows
		for range 2000 {
			p = p.with(.9+math.Sqrt(effect*row)*random.NormFloat64(), row, rows)
		}
		// 2,000 blocks know a long-run variance (five lags' worth) to about 6 %.
		if got := p.design(3, rows); math.Abs(got/effect-1) > .2 {
			t.Errorf("true design effect %v: %v", effect, got)
		}
	}
	if got := (Past{}).design(3, rows); got != 3 {
		t.Errorf("no blocks: %v, want the prior", got)
	}
	if got := (Past{}).with(.9, 0, rows); got.Blocks != 0 {
		t.Errorf("a block without sampling variance was counted: %+v", got)
	}
}

// What the rows of a day share stays when there are more of them, what each has of
// its own averages out: ten times the rows have nearly ten times the design effect.
func TestDesignFollowsTheVolume(t *testing.T) {
	random := seeded(t, 24)
	const few, many, effect = 500, 5000, 7.0
	var p Past
	shared := math.Sqrt((effect - 1) * .1 / few)
	for i := range 2000 {
		rows := uint64(few)
		if i%7 >= 5 {
			rows = few / 3
		}
		row := .1 / float64(rows)
		p = p.with(.9+shared*random.NormFloat64()+math.Sqrt(row)*random.NormFloat64(), row, rows)
	}
	for rows, want := range map[uint64]float64{few: effect, many: 1 + 10*(effect-1), few / 10: 1 + (effect-1)/10} {
		// Runs are known to a tenth, and taken to be a standard error more.
		if got := p.design(1, rows); math.Abs(got/want-1) > .25 {
			t.Errorf("%d rows: %v, want about %v", rows, got, want)
		}
	}
	// A state from before the variance of a row was kept goes on as it did.
	p.Spread = 0
	if a, b := p.design(1, few), p.design(1, many); a != b {
		t.Errorf("without a variance of rows: %v and %v", a, b)
	}
}

// Forty blocks whose shocks last, of which the next day keeps half, vary less about
// their own mean than many do: runs, with their standard error, make up for most of
// that, and take a lasting drop for such shocks by a third only.
func TestDesignFindsShocksThatLast(t *testing.T) {
	random := seeded(t, 26)
	const histories, blocks, rows, effect, keeps, row = 400, 40, 960, 7.0, .5, .1 / 960
	design := func(next func() float64) (byRuns, byLags float64) {
		for range histories {
			var p Past
			for range blocks {
				p = p.with(next()+math.Sqrt(row)*random.NormFloat64(), row, rows)
			}
			byRuns += p.design(1, rows) / histories
			p.Pairs = 0 // as a state of before runs were kept
			byLags += p.design(1, rows) / histories
		}
		return byRuns, byLags
	}
	shock, day := 0.0, 0
	byRuns, byLags := design(func() float64 {
		shock = keeps*shock + math.Sqrt((1-keeps*keeps)*(effect-1)*row)*random.NormFloat64()
		return .9 + shock
	})
	t.Logf("shocks that last, truly 19: %.1f by runs, %.1f by lags", byRuns, byLags)
	if byRuns < 14 || byLags > 10 {
		t.Error("runs see no more of shocks that last")
	}
	byRuns, byLags = design(func() float64 {
		day++
		if day%blocks < blocks/2 {
			return .9
		}
		return .87
	})
	t.Logf("a drop of 3 points: %.1f by runs, %.1f by lags", byRuns, byLags)
	if byRuns > 1.5*byLags {
		t.Error("a drop looks like shocks that last")
	}
}
