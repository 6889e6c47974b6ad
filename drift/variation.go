package drift

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// MinBlocks is the smallest number of blocks from which natural variation is
// known.
const MinBlocks = 8

// logFloor keeps the logarithm of a measure finite: a block can equal the rest.
const logFloor = 1e-12

// Variation is how much a reference differs from itself from block to block:
// the law of x_b = ln measure(block b, all other blocks), frozen with it. Rows
// of one day share causes, so that ordinary days differ by more than chance.
type Variation struct {
	Mean float64 `json:"mean"` // of x_b
	SD   float64 `json:"sd"`   // of x_b, divisor K-1
	R1   float64 `json:"r1"`   // lag-1 autocorrelation of x_b, clipped to [0, 0.9]
	K    int     `json:"k"`    // blocks that could be compared

	// Floor stands for every smaller value of the measure; 1e-12 when it is 0.
	Floor float64 `json:"floor,omitempty"`
}

// NewVariation measures each block of a reference against the others. Blocks
// are in order of time and as long as the live windows will be. A block that
// cannot be compared (too few rows, all missing) is left out, as it would be
// live; K says how many were not.
func NewVariation(m Measure, l Layout, blocks []Counts) (Variation, error) {
	var all Counts
	for i, block := range blocks {
		if err := l.Check(block); err != nil {
			return Variation{}, fmt.Errorf("natural variation of %s: block %d: %w", m.Name, i, err)
		}
		all.Add(block)
	}
	var logs []float64
	for i, block := range blocks {
		rest, err := all.Less(block)
		if err != nil {
			return Variation{}, fmt.Errorf("natural variation of %s: block %d: %w", m.Name, i, err)
		}
		if c := m.Compare(l, rest, block, 0); c.Reason == "" {
			logs = append(logs, Variation{Floor: m.floor}.log(c.Value))
		}
	}
	v := describe(logs)
	v.Floor = m.floor
	return v, nil
}

func describe(x []float64) Variation {
	v := Variation{K: len(x)}
	if v.K < 2 {
		return v
	}
	for _, xi := range x { // from the first, so that equal ones have no spread at all
		v.Mean += (xi - x[0]) / float64(v.K)
	}
	v.Mean += x[0]
	var square, lagged float64
	for i, xi := range x {
		d := xi - v.Mean
		square += d * d
		if i > 0 {
			lagged += d * (x[i-1] - v.Mean)
		}
	}
	v.SD = math.Sqrt(square / float64(v.K-1))
	if square > 0 {
		v.R1 = math.Min(0.9, math.Max(0, lagged/square))
	}
	return v
}

// Known says whether there were enough blocks to tell.
func (v Variation) Known() bool { return v.K >= MinBlocks }

// PNatural returns the p-value of "a further block of the reference's kind":
// the upper tail of Student's t with K-1 degrees of freedom at
// (ln measure - Mean)/(SD·√(1+1/K)). It is 0 when natural variation is not
// known, so that max(PNatural, PEffect) is PEffect alone.
func (v Variation) PNatural(measure float64) float64 {
	if !v.Known() {
		return 0
	}
	d := v.log(measure) - v.Mean
	if d == 0 {
		return 0.5 // also when SD is 0
	}
	scale := v.SD * math.Sqrt(1+1/float64(v.K))
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(v.K - 1)}.Survival(d / scale)
}

// Upper returns the measure that a further block of the reference's kind exceeds
// with probability p: the inverse of [Variation.PNatural]. It is +Inf when
// natural variation is not known.
func (v Variation) Upper(p float64) float64 {
	if !v.Known() {
		return math.Inf(1)
	}
	scale := v.SD * math.Sqrt(1+1/float64(v.K))
	return math.Exp(v.Mean + scale*distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(v.K - 1)}.Quantile(1-p))
}

func (v Variation) log(value float64) float64 {
	return math.Log(max(value, v.Floor, logFloor))
}
