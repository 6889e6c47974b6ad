package evidence

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Why a block was refused. The state is then unchanged.
var (
	ErrRepeated   = errors.New("the block was consumed before")
	ErrOutOfOrder = errors.New("the block begins before the end of the last one")
)

// Span identifies a block: a closed stretch of event time.
type Span struct {
	ID       string    `json:"id"`
	From, To time.Time // [From, To)
}

// State is all that a detector remembers between blocks. The zero State is the
// start. Its JSON form restores it to the last bit.
type State struct {
	LogM   []float64 `json:"log_m,omitempty"` // ln M per point of the grid; none while M is 0
	ID     string    `json:"id,omitempty"`    // of the last block consumed
	To     time.Time `json:"to,omitzero"`     // its end
	Blocks int       `json:"blocks"`          // consumed since the start
	Past   Past      `json:"past,omitzero"`   // what the blocks' means tell about shared causes
}

// lowest is what LogM reports for M = 0, whose logarithm is not a number that
// can be stored: further below 0 than any threshold is above it.
const lowest = -1000

// Evidence returns ln M, the mean over the grid, at least -1000.
func (s State) Evidence() float64 {
	if len(s.LogM) == 0 {
		return lowest
	}
	return math.Max(lowest, logSum(s.LogM)-math.Log(float64(len(s.LogM))))
}

// Reset returns the state after an alarm: M is 0, what is known about blocks
// and which one was last stays.
func (s State) Reset() State {
	s.LogM = nil
	return s
}

// accept says whether a block is the next one.
func (s State) accept(b Span) error {
	switch {
	case b.ID == "":
		return fmt.Errorf("block from %s to %s has no id", b.From.Format(time.RFC3339), b.To.Format(time.RFC3339))
	case !b.From.Before(b.To):
		return fmt.Errorf("block %s: from %s is not before to %s", b.ID, b.From.Format(time.RFC3339), b.To.Format(time.RFC3339))
	case b.ID == s.ID:
		return fmt.Errorf("block %s: %w", b.ID, ErrRepeated)
	case b.From.Before(s.To):
		return fmt.Errorf("block %s from %s, last was %s to %s: %w", b.ID, b.From.Format(time.RFC3339), s.ID, s.To.Format(time.RFC3339), ErrOutOfOrder)
	}
	return nil
}

// after returns the state with one more block, whose log e-values are given
// per point of the grid.
func (s State) after(b Span, logE []float64) State {
	next := make([]float64, len(logE))
	for i, e := range logE {
		next[i] = e // M was 0: (0 + 1)·E
		if len(s.LogM) > 0 {
			next[i] += logAdd(s.LogM[i], 0)
		}
	}
	s.LogM, s.ID, s.To = next, b.ID, b.To
	s.Blocks++
	return s
}

// logAdd returns ln(e^a + e^b).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// logSum returns ln Σ e^x, for at least one x.
func logSum(x []float64) float64 {
	sum := x[0]
	for _, xi := range x[1:] {
		sum = logAdd(sum, xi)
	}
	return sum
}
