package evidence

import (
	"fmt"
	"math"
)

// Drift accumulates one p-value per closed window of one series. R1 is the
// autocorrelation of the measure over the reference's own blocks, in
// [0, 1): windows that follow each other tell partly the same, and the log
// evidence is divided by (1+R1)/(1-R1).
type Drift struct {
	R1  float64
	Cap float64 // largest log evidence of one window, in nats; 0 is no cap. It can only remove alarms.
}

// Step adds a window whose p-value is valid, that is, at most u with
// probability at most u while nothing drifts.
func (d Drift) Step(s State, window Span, p float64) (State, error) {
	if math.IsNaN(p) {
		return s, fmt.Errorf("drift evidence: window %s: p-value %v: want it in [0, 1]", window.ID, p)
	}
	return Joint{d}.Step(s, window, []float64{p})
}

// Joint hears several measures of one series. Each keeps its own M, and the
// evidence is their mean, for which the guarantee of one detector holds however
// the measures depend on each other: a series is one detector, whichever way it
// moves, and several measures cost the logarithm of their number once.
type Joint []Drift

// Step adds a window with the p-value of each measure; NaN where a measure has
// nothing to say of the window, which leaves its M as it is.
func (j Joint) Step(s State, window Span, p []float64) (State, error) {
	if err := s.accept(window); err != nil {
		return s, fmt.Errorf("drift evidence: %w", err)
	}
	if len(p) != len(j) || len(s.LogM) > 0 && len(s.LogM) != len(j) {
		return s, fmt.Errorf("drift evidence: window %s: %d p-values of %d measures, the state has %d: start a new state when the measures change", window.ID, len(p), len(j), len(s.LogM))
	}
	next := make([]float64, len(j))
	for k, d := range j {
		before := float64(lowest)
		if len(s.LogM) > 0 {
			before = s.LogM[k]
		}
		switch {
		case math.IsNaN(p[k]):
			next[k] = before
			continue
		case !(p[k] >= 0 && p[k] <= 1):
			return s, fmt.Errorf("drift evidence: window %s: p-value %v: want it in [0, 1]", window.ID, p[k])
		case !(d.R1 >= 0 && d.R1 < 1):
			return s, fmt.Errorf("drift evidence: autocorrelation %v: want it in [0, 1)", d.R1)
		}
		logE := Calibrate(p[k]) * (1 - d.R1) / (1 + d.R1)
		if d.Cap > 0 {
			logE = math.Min(logE, d.Cap)
		}
		next[k] = logAdd(before, 0) + logE
	}
	s.LogM, s.ID, s.To = next, window.ID, window.To
	s.Blocks++
	return s, nil
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
