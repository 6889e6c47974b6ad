package evidence

import (
	"fmt"
	"math"
)

// Drift accumulates one p-value per closed window of one series. R1 is the
// lag-1 autocorrelation of the measure over the reference's own blocks, in
// [0, 1): windows that follow each other tell partly the same, and the log
// evidence is divided by (1+R1)/(1-R1).
type Drift struct{ R1 float64 }

// Step adds a window whose p-value is valid, that is, at most u with
// probability at most u while nothing drifts.
func (d Drift) Step(s State, window Span, p float64) (State, error) {
	if err := s.accept(window); err != nil {
		return s, fmt.Errorf("drift evidence: %w", err)
	}
	if !(p >= 0 && p <= 1) {
		return s, fmt.Errorf("drift evidence: window %s: p-value %v: want it in [0, 1]", window.ID, p)
	}
	if !(d.R1 >= 0 && d.R1 < 1) {
		return s, fmt.Errorf("drift evidence: autocorrelation %v: want it in [0, 1)", d.R1)
	}
	if len(s.LogM) > 1 {
		return s, fmt.Errorf("drift evidence: the state has a grid of %d: it is another detector's", len(s.LogM))
	}
	return s.after(window, []float64{Calibrate(p) * (1 - d.R1) / (1 + d.R1)}), nil
}

// smallestP stands for p-values that underflowed.
const smallestP = 1e-300

// Calibrate turns a p-value in [0, 1] into the logarithm of an e-value,
//
//	ln[(1 - p + p ln p)/(p ln² p)],
//
// the mixture over k of the calibrators k·p^(k-1). It falls from about 680 at
// p = 0 (taken as 1e-300) to -ln 2 at p = 1 and is 0 near p = 0.18.
func Calibrate(p float64) float64 {
	u := -math.Log(math.Max(p, smallestP)) // the ratio is (e^u - 1 - u)/u²
	switch {
	case u < 0.002: // where e^u - 1 - u would cancel
		return math.Log(0.5 + u/6 + u*u/24 + u*u*u/120)
	case u < 30:
		return math.Log((math.Expm1(u) - u) / (u * u))
	}
	return u - 2*math.Log(u) + math.Log1p(-(1+u)*math.Exp(-u))
}
