package evidence

import (
	"fmt"
	"math"
)

// Block is what a detector needs of the rows of one closed stretch; the rows
// themselves need not be kept. [Tally] and [Detector.Sum] make one.
type Block struct {
	Span
	Rows      uint64
	Successes uint64    // Rate
	Sums      []float64 // Mean and Paired: Σ_j of log factors, per point of the grid
	Mean      float64   // of the rows
	Variance  float64   // sampling variance of Mean; 0 when one row does not tell
}

// Tally makes the block of a [Rate] detector: successes among rows.
func Tally(span Span, successes, rows uint64) (Block, error) {
	if successes > rows || rows == 0 {
		return Block{}, fmt.Errorf("block %s: %d of %d rows succeeded: want rows, and no more successes than rows", span.ID, successes, rows)
	}
	n := float64(rows)
	// Smoothed, because a block without failures is not one without variance.
	p := (float64(successes) + 0.5) / (n + 1)
	return Block{
		Span: span, Rows: rows, Successes: successes,
		Mean: float64(successes) / n, Variance: p * (1 - p) / n,
	}, nil
}

// Sum makes the block of a [Mean] or [Paired] detector. With the bound m, a
// row x of form Mean has the factor 1 + λ(m - x), one of form Paired
// 1 + λ(x - m); both are positive for every λ of the grid.
func (d Detector) Sum(span Span, x []float64) (Block, error) {
	if err := d.Validate(); err != nil {
		return Block{}, err
	}
	lowest, sign := 0.0, -1.0
	switch d.Form {
	case Rate:
		return Block{}, fmt.Errorf("block %s: a detector of rates takes counts: use Tally", span.ID)
	case Paired:
		lowest, sign = -1, 1
	}
	if len(x) == 0 {
		return Block{}, fmt.Errorf("block %s has no rows", span.ID)
	}
	b := Block{Span: span, Rows: uint64(len(x))}
	for j, xj := range x {
		if !(xj >= lowest && xj <= 1) {
			return Block{}, fmt.Errorf("block %s: row %d is %v: want it in [%v, 1]", span.ID, j, xj, lowest)
		}
		b.Mean += xj / float64(len(x))
	}
	for _, bet := range d.Grid() {
		var sum float64
		for _, xj := range x {
			sum += math.Log1p(bet * sign * (xj - d.Bound))
		}
		b.Sums = append(b.Sums, sum)
	}
	if n := float64(len(x)); n > 1 {
		for _, xj := range x {
			b.Variance += (xj - b.Mean) * (xj - b.Mean) / (n - 1) / n
		}
	}
	return b, nil
}
