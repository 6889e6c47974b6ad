package evidence

import (
	"math"
	"testing"
)

// naiveDesign is the definition, from all means at once.
func naiveDesign(means, sampling []float64, prior float64) float64 {
	t := float64(len(means))
	var mean, rows float64
	for i := range means {
		mean += means[i] / t
		rows += sampling[i] / t
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
	return math.Max(1, (5*prior+t*long/rows)/(5+t))
}

func TestDesignEqualsItsDefinition(t *testing.T) {
	random := seeded(t, 22)
	for range 300 {
		var p Past
		var means, sampling []float64
		level := 1e3 * random.Float64() // far from 0: moments must not cancel
		for i := range 40 {
			level += .1 * random.NormFloat64()
			means = append(means, level)
			sampling = append(sampling, .001+.01*random.Float64())
			p = p.with(means[i], sampling[i])
			if i == 0 {
				if got := p.design(3); got != 3 {
					t.Fatalf("one block: %v, want the prior 3", got)
				}
				continue
			}
			if got, want := p.design(3), naiveDesign(means, sampling, 3); math.Abs(got/want-1) > 1e-8 {
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
			p = p.with(.9+math.Sqrt(effect*row)*random.NormFloat64(), row)
		}
		// 2,000 blocks know a long-run variance (five lags' worth) to about 6 %.
		if got := p.design(3); math.Abs(got/effect-1) > .2 {
			t.Errorf("true design effect %v: %v", effect, got)
		}
	}
	if got := (Past{}).design(3); got != 3 {
		t.Errorf("no blocks: %v, want the prior", got)
	}
	if got := (Past{}).with(.9, 0); got.Blocks != 0 {
		t.Errorf("a block without sampling variance was counted: %+v", got)
	}
}
