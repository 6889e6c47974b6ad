package evidence

import (
	"fmt"
	"math"
)

// Form says what a detector's rows are and what it holds them to.
type Form int

// The forms. The zero Form is invalid.
const (
	_ Form = iota
	// Rate: rows are 0 or 1; the hypothesis is that the mean is at least Bound.
	Rate
	// Mean: numbers in [0, 1], larger is better; the hypothesis is that the
	// mean is at least Bound.
	Mean
	// Paired: differences in [-1, 1] of two versions on the same row, positive
	// where the other one did better; the hypothesis is that the mean is at
	// most Bound, the tolerance.
	Paired
)

// Detector is one performance detector: a metric held to a bound.
type Detector struct {
	Form  Form
	Bound float64 // Rate and Mean: in (0, 1); Paired: in [0, 1)
	// Cap is the largest log evidence of a single block, in nats; 0 is no cap.
	// A third of the demotion threshold makes three blocks the least.
	Cap float64
	// Prior is the design effect assumed before blocks were seen, at least 1;
	// 0 is DefaultPrior.
	Prior float64
}

// Steps below the bound (Rate) and fractions of the largest admissible bet
// (Mean, Paired) that a detector mixes over: one of them is near the best for
// any size of drop.
var (
	drops = []float64{.005, .01, .02, .04, .08, .16, .32}
	bets  = []float64{.02, .05, .1, .2, .35, .5, .7, .9}
)

// Grid returns the points over which the detector mixes: alternative rates q
// below the bound (Rate; those at 0 or below are left out), or bets λ.
func (d Detector) Grid() []float64 {
	var grid []float64
	switch d.Form {
	case Rate:
		for _, drop := range drops {
			if q := d.Bound - drop; q > 0 {
				grid = append(grid, q)
			}
		}
	case Mean:
		for _, bet := range bets {
			grid = append(grid, bet/(1-d.Bound))
		}
	case Paired:
		for _, bet := range bets {
			grid = append(grid, bet/(1+d.Bound))
		}
	}
	return grid
}

// Validate says why the detector cannot be used.
func (d Detector) Validate() error {
	switch {
	case d.Form != Rate && d.Form != Mean && d.Form != Paired:
		return fmt.Errorf("detector form %d: want Rate, Mean or Paired", int(d.Form))
	case d.Form == Paired && !(d.Bound >= 0 && d.Bound < 1):
		return fmt.Errorf("paired tolerance %v: want it in [0, 1)", d.Bound)
	case d.Form != Paired && !(d.Bound > 0 && d.Bound < 1):
		return fmt.Errorf("bound %v: want it between 0 and 1; with a baseline so low (or perfect) and this tolerance there is nothing to detect", d.Bound)
	case len(d.Grid()) == 0:
		return fmt.Errorf("bound %v: want it above %v, the smallest drop that is looked for", d.Bound, drops[0])
	case !(d.Cap >= 0):
		return fmt.Errorf("cap %v: want it at least 0", d.Cap)
	case d.Prior != 0 && !(d.Prior >= 1):
		return fmt.Errorf("prior design effect %v: want it at least 1", d.Prior)
	}
	return nil
}

// Step consumes one block. It returns the state unchanged and an error when
// the block is not the next one ([ErrRepeated], [ErrOutOfOrder]) or is not of
// this detector's form.
//
// Per point of the grid the log evidence is divided by the design effect of
// the blocks before this one, which keeps its expectation at most 1 whatever
// the divisor (Jensen's inequality), and then cut at Cap.
func (d Detector) Step(s State, b Block) (State, error) {
	if err := d.Validate(); err != nil {
		return s, err
	}
	if err := s.accept(b.Span); err != nil {
		return s, err
	}
	grid := d.Grid()
	if len(s.LogM) != 0 && len(s.LogM) != len(grid) {
		return s, fmt.Errorf("block %s: the state has a grid of %d, the detector of %d: start a new state when the bound changes form", b.ID, len(s.LogM), len(grid))
	}
	logE, err := d.logE(grid, b)
	if err != nil {
		return s, fmt.Errorf("block %s: %w", b.ID, err)
	}
	temper := d.Design(s, b.Rows)
	for i := range logE {
		logE[i] /= temper
		if d.Cap > 0 {
			logE[i] = math.Min(logE[i], d.Cap)
		}
	}
	next := s.after(b.Span, logE)
	next.Past = s.Past.with(b.Mean, b.Variance, b.Rows)
	return next, nil
}

// logE returns the block's log e-value per point of the grid, untempered.
func (d Detector) logE(grid []float64, b Block) ([]float64, error) {
	if d.Form != Rate {
		if len(b.Sums) != len(grid) {
			return nil, fmt.Errorf("%d sums for a grid of %d: build the block with this detector's Sum", len(b.Sums), len(grid))
		}
		return append([]float64(nil), b.Sums...), nil
	}
	if b.Successes > b.Rows || b.Rows == 0 {
		return nil, fmt.Errorf("%d of %d rows succeeded: want rows, and no more successes than rows", b.Successes, b.Rows)
	}
	k, n := float64(b.Successes), float64(b.Rows)
	logE := make([]float64, len(grid))
	for i, q := range grid {
		logE[i] = k*math.Log(q/d.Bound) + (n-k)*math.Log((1-q)/(1-d.Bound))
	}
	return logE, nil
}

// Design returns the design effect by which the evidence of the next block, of so
// many rows, is divided, at least 1: of the past blocks' means where there are some,
// shrunk to the prior as if that were five blocks.
func (d Detector) Design(s State, rows uint64) float64 {
	prior := d.Prior
	if prior == 0 {
		prior = DefaultPrior
	}
	return s.Past.design(prior, rows)
}
