package evidence

import (
	"math"
	"slices"
)

// DefaultPrior is the design effect that is assumed before blocks were seen,
// and priorBlocks how many blocks it is worth. A run is a week of days: weekdays
// cancel. What changes between runs counts from leastRuns of them on.
const (
	DefaultPrior = 3.0
	priorBlocks  = 5
	run          = 7
	leastRuns    = 3
)

// Past holds the moments of past block means from which their design effect
// follows: how much larger their long-run variance is than their rows explain.
// Means are taken relative to the first one, so that nothing cancels.
type Past struct {
	Blocks   int        `json:"blocks"`   // with a known sampling variance
	First    float64    `json:"first"`    // mean of the first block
	Early    [2]float64 `json:"early"`    // first two relative means
	Late     [2]float64 `json:"late"`     // last two relative means, the latest first
	Sum      float64    `json:"sum"`      // Σ x_t
	Products [3]float64 `json:"products"` // Σ x_t·x_{t-j} for lags j = 0, 1, 2
	Sampling float64    `json:"sampling"` // Σ of sampling variances
	Spread   float64    `json:"spread"`   // Σ of variances of a single row; 0 in states of before it was kept
	Recent   []float64  `json:"recent"`   // the last relative means, at most two runs less one, the latest last
	Pairs    int        `json:"pairs"`    // runs with one right before them, one ending with each block
	Changes  float64    `json:"changes"`  // Σ over them of (sum of the run - sum of the one before)²
}

// with adds a block of so many rows. One without a sampling variance tells nothing about the
// ratio and is left out.
func (p Past) with(mean, sampling float64, rows uint64) Past {
	if !(sampling > 0) {
		return p
	}
	if p.Blocks == 0 {
		p.First = mean
	}
	x := mean - p.First
	if p.Blocks < len(p.Early) {
		p.Early[p.Blocks] = x
	}
	p.Sum += x
	p.Products[0] += x * x
	for lag := 1; lag <= 2 && lag <= p.Blocks; lag++ {
		p.Products[lag] += x * p.Late[lag-1]
	}
	p.Late = [2]float64{x, p.Late[0]}
	both := append(slices.Clone(p.Recent), x)
	if len(both) == 2*run {
		change := 0.0
		for i := range run {
			change += both[run+i] - both[i]
		}
		p.Changes += change * change
		p.Pairs++
		both = both[1:]
	}
	p.Recent = both
	p.Sampling += sampling
	p.Spread += sampling * float64(rows)
	p.Blocks++
	return p
}

// design returns max(1, (5·prior + t·d)/(5 + t)) for t past blocks, where
// d = 1 + τ²/s is the design effect of a block of so many rows. τ² is what the
// long-run variance of the past means (Bartlett weights at lags 1 and 2, at
// least half the plain variance) exceeds their mean sampling variance by: what
// rows of a block share does not shrink with their number. s is the sampling
// variance that so many rows have. Being of variances about the mean, a lasting
// drop does not raise it for long; of the block that comes only the number of rows
// enters, so that the divisor is known before what it divides.
//
// Few blocks whose shocks last vary less about their own mean than many do. So τ² is
// at least what the variance of the change from one run to the next, by the blocks of
// both, exceeds the sampling variance by, which needs no mean and which a lasting drop
// enters once; and a standard error, √(2·run/t) of it, more.
func (p Past) design(prior float64, rows uint64) float64 {
	t := float64(p.Blocks)
	if p.Blocks < 2 {
		return math.Max(1, prior)
	}
	mean := p.Sum / t
	plain := math.Max(0, p.Products[0]-t*mean*mean)
	long := plain
	for lag := 1; lag <= 2 && lag < p.Blocks; lag++ {
		// Σ (x_t - mean)(x_{t-lag} - mean), from the moments: x_t runs over
		// all but the first lag blocks, x_{t-lag} over all but the last.
		head, tail := p.Sum, p.Sum
		for i := range lag {
			head -= p.Early[i]
			tail -= p.Late[i]
		}
		product := p.Products[lag] - mean*(head+tail) + (t-float64(lag))*mean*mean
		long += 2 * (1 - float64(lag)/3) * product
	}
	long = math.Max(long, plain/2)
	sampling := p.Sampling / t
	shared := math.Max(0, long/(t-1)-sampling)
	if p.Pairs > (leastRuns-2)*run {
		lasting := p.Changes/float64(p.Pairs)/(2*run) - sampling
		shared = math.Max(shared, lasting*(1+math.Sqrt(2*run/t)))
	}
	if p.Spread > 0 && rows > 0 {
		sampling = p.Spread / t / float64(rows)
	}
	return math.Max(1, (priorBlocks*prior+t*(1+shared/sampling))/(priorBlocks+t))
}
