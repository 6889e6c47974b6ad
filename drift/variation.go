package drift

import (
	"fmt"
	"math"
	"slices"

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
	R1   float64 `json:"r1"`   // autocorrelation of x_b, [0, 0.98]: see persistence
	K    int     `json:"k"`    // blocks that could be compared

	// Largest measure of any block; 0 when it was not noted.
	Largest float64 `json:"largest,omitempty"`
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
	if v.K > 0 {
		v.Largest = math.Exp(slices.Max(logs))
	}
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
	square := v.lagged(x, 0)
	v.SD = math.Sqrt(square / float64(v.K-1))
	if square > 0 {
		tau := v.persistence(x, square)
		v.R1 = math.Min(maxR1, (tau-1)/(tau+1))
	}
	return v
}

// maxR1 bounds R1: a reference does not show more than a hundred blocks that
// tell the same.
const maxR1 = 0.98

// persistence returns the integrated autocorrelation time of x, 1 + 2 Σ ρ_k: how
// many blocks in a row tell what one independent block would. Sums of two
// neighbouring autocorrelations are added as long as they are positive, none
// larger than the one before (Geyer 1992). The first autocorrelation alone is
// not enough: hours of one day share that day's causes beneath their own noise,
// which hides them from lag 1 and does not make them shorter.
//
// R1 is that of the AR(1) process with the same time, (τ-1)/(τ+1).
func (v Variation) persistence(x []float64, square float64) float64 {
	tau, last := -1.0, math.Inf(1)
	for k := 0; k+1 < len(x); k += 2 {
		pair := (v.lagged(x, k) + v.lagged(x, k+1)) / square
		if pair <= 0 {
			break
		}
		last = math.Min(last, pair)
		tau += 2 * last
	}
	return math.Max(1, tau)
}

// lagged returns Σ (x_i - Mean)(x_{i-lag} - Mean).
func (v Variation) lagged(x []float64, lag int) float64 {
	var sum float64
	for i := lag; i < len(x); i++ {
		sum += (x[i] - v.Mean) * (x[i-lag] - v.Mean)
	}
	return sum
}

// Known says whether there were enough blocks to tell.
func (v Variation) Known() bool { return v.K >= MinBlocks }

// PNatural returns the p-value of "a further block of the reference's kind":
// the upper tail of Student's t with k-1 degrees of freedom at
// (ln measure - Mean)/(SD·√(1+1/k)), k the independent blocks that K are worth.
// A measure that one of the blocks reached is at least as likely as 2/(K+1),
// whatever the law: two of K+1 exchangeable blocks are there. It is 0 when natural variation is not
// known, so that max(PNatural, PEffect) is PEffect alone.
func (v Variation) PNatural(measure float64) float64 {
	if !v.Known() {
		return 0
	}
	d := v.log(measure) - v.Mean
	if d == 0 {
		return 0.5 // also when SD is 0
	}
	p := v.law().Survival(d / v.scale())
	if measure <= v.Largest {
		p = max(p, v.seen())
	}
	return p
}

// seen returns the least p-value of what a block of the reference reached.
func (v Variation) seen() float64 { return 2 / float64(v.K+1) }

// independent returns how many independent blocks the reference's are worth,
// K(1-R1)/(1+R1), at least 2: hours of one day tell of one day.
func (v Variation) independent() float64 {
	return math.Max(2, float64(v.K)*(1-v.R1)/(1+v.R1))
}

// Upper returns the measure that a further block of the reference's kind exceeds
// with probability p: the inverse of [Variation.PNatural]. It is +Inf when
// natural variation is not known.
func (v Variation) Upper(p float64) float64 {
	if !v.Known() {
		return math.Inf(1)
	}
	upper := math.Exp(v.Mean + v.scale()*v.law().Quantile(1-p))
	if p < v.seen() {
		upper = max(upper, v.Largest)
	}
	return upper
}

// law and scale are those of a further block's x_b less Mean: Student's t, with
// the independent blocks of the reference less one as degrees of freedom.
func (v Variation) law() distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: v.independent() - 1}
}

func (v Variation) scale() float64 { return v.SD * math.Sqrt(1+1/v.independent()) }

func (v Variation) log(value float64) float64 {
	return math.Log(max(value, v.Floor, logFloor))
}
