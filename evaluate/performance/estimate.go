package performance

import "math"

// Reason says why a metric is undefined. The empty Reason means it is defined.
type Reason string

// The reasons, constant because they are stored and counted.
const (
	NoRows      Reason = "no_rows"      // no labelled row with a usable score
	SingleClass Reason = "single_class" // only positives or only negatives
	BadCounts   Reason = "bad_counts"   // more successes than rows
	NoneCalled  Reason = "none_called"  // no row was called positive
	NoPositives Reason = "no_positives" // no row to be found, or none found
	NoNegatives Reason = "no_negatives" // no negative row
	ClassAbsent Reason = "class_absent" // a class of the reference has no row
	Constant    Reason = "constant"     // all outcomes are equal
	NearZero    Reason = "near_zero"    // every outcome is too near 0 to divide by
)

// Standard normal quantiles.
const (
	z95  = 1.959963984540054  // two-sided 95 % intervals
	z999 = 3.0902323061678132 // one-sided 99.9 % bounds
)

// fewRows is the number of rows (of each class, for the AUC) below which the
// normal approximation is not used.
const fewRows = 30

// Estimate is one metric measured on the rows at hand. When Undefined is not
// empty, only Metric, N and Excluded hold.
type Estimate struct {
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
	Lower  float64 `json:"lower"` // 95 % interval, within the metric's range
	Upper  float64 `json:"upper"`
	// SE is the standard error. It can be 0 (all rows agree), where the
	// interval still has a width.
	SE float64 `json:"se"`
	// Baseline is the one-sided 99.9 % confidence bound on the bad side: the
	// lower one of a metric where more is better, the upper one of a loss. With
	// Clip it is that of the clipped loss. 0 for metrics without evidence.
	Baseline float64 `json:"baseline"`
	// Clip is the 99.9 % quantile of a loss without an end, which evidence takes
	// for any larger one: frozen with a reference, of other rows it is not used.
	Clip      float64 `json:"clip,omitempty"`
	N         int     `json:"n"`               // rows that entered
	Excluded  int     `json:"excluded"`        // rows left out: no usable score, class or number
	Bound     float64 `json:"bound,omitempty"` // the value from rows is at most this far from Value
	Undefined Reason  `json:"undefined,omitempty"`
}

// normal fills the interval from Value and SE, both inside (0, 1), by normal
// approximation on the logit scale. On the plain scale a 99.9 % bound on the
// AUC of 150 rows misses the truth ten times as often as it says, because SE
// is smaller where Value is too good.
func (e *Estimate) normal(loss bool) {
	logit := math.Log(e.Value / (1 - e.Value))
	spread := e.SE / (e.Value * (1 - e.Value))
	e.Lower, e.Upper = expit(logit-z95*spread), expit(logit+z95*spread)
	e.Baseline = expit(logit - z999*spread)
	if loss {
		e.Baseline = expit(logit + z999*spread)
	}
}

func expit(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// conservative fills the interval of a mean of values in [0, 1] over n rows
// for which normal approximation of their spread cannot be trusted. Their
// variance is at most that of 0 and 1 with the same mean, so the interval is
// Wilson's.
func (e *Estimate) conservative(n float64, loss bool) {
	e.Lower, e.Upper = wilson(e.Value*n, n, z95)
	low, high := wilson(e.Value*n, n, z999)
	e.Baseline = low
	if loss {
		e.Baseline = high
	}
}
