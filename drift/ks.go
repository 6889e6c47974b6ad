package drift

import (
	"math"
	"math/bits"
)

// ks is the Kolmogorov-Smirnov distance D = sup|F - G| of the distribution
// functions of reference and live rows that are numbers or infinite, in [0, 1].
//
// D is taken at and just below every knot, in integers, so equal shares give
// exactly 0. It is exact for values among the knots; between knots, D from
// rows may exceed it by at most Bound. Missing rows are left out.
//
// P is Kolmogorov's limit law at (√N + 0.12 + 0.11/√N)·D, N = nm/(n+m)
// (Stephens 1970); with ties it is too large, never too small. PEffect holds
// for every distribution and sample size: by the inequality of Dvoretzky,
// Kiefer, Wolfowitz and Massart on both samples, a true distance of at most t
// gives D > t + √(ln(4/α)/2)·(1/√n + 1/√m) with probability at most α; PEffect
// is the α at which that is an equality.
var ks = Measure{
	Name:      "ks",
	Tolerance: 0.05,
	Most:      1,
	Default:   true,
	Kinds:     []Kind{Numeric},
	rows:      valued,
	compare:   compareKS,
}

func compareKS(_ Layout, reference, live Counts, tolerance float64) Comparison {
	distance, bound := ksDistance(reference, live)
	n, m := float64(valued(reference)), float64(valued(live))
	size := math.Sqrt(n * m / (n + m))
	return Comparison{
		Value: distance,
		// Without drift E[D] ≈ √(π/2)·ln 2/√N, the mean of Kolmogorov's law.
		Corrected: math.Max(0, distance-math.Sqrt(math.Pi/2)*math.Ln2/size),
		Bound:     bound,
		P:         kolmogorovSurvival((size + 0.12 + 0.11/size) * distance),
		PEffect:   ksEffect(distance, math.Max(0, tolerance), n, m),
	}
}

// ksDistance walks the cells of both sides in order of value. After each one F
// and G are known at a knot, or just below one; within the open interval of a
// cell they may part further by the smaller of both sides' rows there.
func ksDistance(reference, live Counts) (distance, bound float64) {
	n, m := valued(reference), valued(live)
	if n == 0 || m == 0 {
		return 0, 0
	}
	scale := float64(n) * float64(m)
	f, g := reference.At(NegInf), live.At(NegInf)
	largest := difference(f, m, g, n)
	var reach wide // of any point, within cells too
	i, j := firstCell(reference), firstCell(live)
	for i < len(reference.Cells) || j < len(live.Cells) {
		cell := int32(math.MaxInt32)
		if i < len(reference.Cells) {
			cell = reference.Cells[i]
		}
		if j < len(live.Cells) {
			cell = min(cell, live.Cells[j])
		}
		fBefore, gBefore := f, g
		if i < len(reference.Cells) && reference.Cells[i] == cell {
			f += reference.N[i]
			i++
		}
		if j < len(live.Cells) && live.Cells[j] == cell {
			g += live.N[j]
			j++
		}
		largest = largest.max(difference(f, m, g, n))
		if cell%2 == 0 { // an open interval: one side may run ahead within it
			reach = reach.max(difference(f, m, gBefore, n)).max(difference(fBefore, m, g, n))
		}
	}
	distance = largest.float() / scale
	return distance, math.Max(0, reach.float()/scale-distance)
}

// firstCell returns the index of the first cell that is not special.
func firstCell(c Counts) int {
	i := 0
	for i < len(c.Cells) && c.Cells[i] < 0 {
		i++
	}
	return i
}

// wide is an unsigned integer of 128 bits: products of row counts overflow 64.
type wide struct{ hi, lo uint64 }

// difference returns |a·m - b·n|.
func difference(a, m, b, n uint64) wide {
	ahi, alo := bits.Mul64(a, m)
	bhi, blo := bits.Mul64(b, n)
	if ahi < bhi || ahi == bhi && alo < blo {
		ahi, alo, bhi, blo = bhi, blo, ahi, alo
	}
	lo, borrow := bits.Sub64(alo, blo, 0)
	hi, _ := bits.Sub64(ahi, bhi, borrow)
	return wide{hi, lo}
}

func (w wide) max(v wide) wide {
	if w.hi < v.hi || w.hi == v.hi && w.lo < v.lo {
		return v
	}
	return w
}

func (w wide) float() float64 { return math.Ldexp(float64(w.hi), 64) + float64(w.lo) }

// ksEffect solves distance = tolerance + margin(α) for α, at most 1.
func ksEffect(distance, tolerance, n, m float64) float64 {
	excess := distance - tolerance
	if excess <= 0 {
		return 1
	}
	z := excess / (1/math.Sqrt(n) + 1/math.Sqrt(m))
	return math.Min(1, 4*math.Exp(-2*z*z))
}

// kolmogorovSurvival returns P(K ≥ x) of Kolmogorov's limit law, in [0, 1].
func kolmogorovSurvival(x float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x < 1: // the alternating series converges slowly; use its theta transform
		y := math.Exp(-math.Pi * math.Pi / (8 * x * x))
		y8 := math.Pow(y, 8)
		return math.Max(0, 1-math.Sqrt(2*math.Pi)/x*y*(1+y8+math.Pow(y8, 3)))
	}
	var sum float64
	sign := 1.0
	for k := 1.0; k <= 6; k++ { // the seventh term is below e^-98
		sum += sign * math.Exp(-2*k*k*x*x)
		sign = -sign
	}
	return math.Min(1, 2*sum)
}
