package drift

import "math"

// wasserstein is the Wasserstein-1 (earth mover's) distance in standard
// deviations of the reference,
//
//	∫ |F(x) - G(x)| dx / sd
//
// for the distribution functions F and G of reference and live rows that are
// numbers or infinite: how far the average row moved. It is in [0, range/sd]
// and does not depend on the unit of the series.
//
// The integral runs from the first knot to the last. What lies beyond counts as
// lying at that knot: Value, the standard deviation too, is that of rows clamped
// to the reference's range, so it falls short of the unclamped distance by what
// rows moved outside, and one absurd row cannot make it. Between two knots rows
// are taken to be spread evenly; Value from clamped rows differs by at most
// Bound. A reference without spread has no unit: see [NoSpread].
//
// P and PEffect rest on the normal limit. Value is at most the true distance t
// plus the integral of |noise|, the norm of a Gaussian process. By the
// inequality of Borell and of Tsirelson, Ibragimov and Sudakov it exceeds its
// mean, √(2/π) ∫ √(F(1-F)/n + G(1-G)/m) dx, by x with probability at most
// 1-Φ(x/σ), σ² the variance of the difference of means, which is the largest
// the integral can have. Both are conservative, without drift very much so.
var wasserstein = Measure{
	Name:      "wasserstein",
	Tolerance: 0.1,
	Most:      math.Inf(1),
	Kinds:     []Kind{Numeric},
	rows:      valued,
	compare:   compareWasserstein,
}

func compareWasserstein(l Layout, reference, live Counts, tolerance float64) Comparison {
	x := l.scaled()
	f, g := l.cumulated(reference), l.cumulated(live)
	variance := spread(x, f)
	if !(variance > 0) {
		return Comparison{Reason: NoSpread}
	}
	n, m := float64(valued(reference)), float64(valued(live))
	var distance, noise, reach float64
	for k := 1; k < len(x); k++ { // the interval from knot k-1 to knot k
		gap := x[k] - x[k-1]
		f0, f1, g0, g1 := f[2*k-1], f[2*k], g[2*k-1], g[2*k]
		distance += gap * meanAbsolute(f0-g0, f1-g1)
		fm, gm := (f0+f1)/2, (g0+g1)/2
		noise += gap * math.Sqrt(fm*(1-fm)/n+gm*(1-gm)/m)
		// A step at either end, instead of a straight line, is half its height off.
		reach += gap * (f1 - f0 + g1 - g0) / 2
	}
	sd := math.Sqrt(variance)
	noise *= math.Sqrt(2/math.Pi) / sd
	sigma := math.Sqrt(variance/n+spread(x, g)/m) / sd
	tail := func(effect float64) float64 {
		return math.Erfc((distance/sd-noise-effect)/sigma/math.Sqrt2) / 2
	}
	return Comparison{
		Value:     distance / sd,
		Corrected: math.Max(0, distance/sd-noise),
		Bound:     reach / sd,
		P:         tail(0),
		PEffect:   tail(math.Max(0, tolerance)),
	}
}

// scaled returns the knots in units of the largest, so that no difference or
// square overflows.
func (l Layout) scaled() []float64 {
	x := make([]float64, len(l.Knots))
	if len(x) == 0 {
		return x
	}
	unit := math.Max(math.Abs(l.Knots[0]), math.Abs(l.Knots[len(x)-1]))
	for k, r := range l.Knots {
		if unit > 0 {
			x[k] = r / unit
		}
	}
	return x
}

// cumulated returns the share of rows in each cell or below, of the rows that
// are numbers or infinite.
func (l Layout) cumulated(c Counts) []float64 {
	rows := make([]uint64, l.Cells())
	for i := firstCell(c); i < len(c.Cells); i++ {
		rows[c.Cells[i]] = c.N[i]
	}
	shares := make([]float64, len(rows))
	sum, all := c.At(NegInf), float64(valued(c))
	for i, n := range rows {
		sum += n
		shares[i] = float64(sum) / all
	}
	return shares
}

// spread returns the variance of clamped rows with knots at x: those between
// two knots are spread evenly.
func spread(x, cumulated []float64) float64 {
	var mean, square float64
	if len(x) == 0 {
		return 0
	}
	low := cumulated[0] // beyond either end a row is at it
	for pass := range 2 {
		moment := func(at, share, within float64) {
			if pass == 0 {
				mean += share * at
			} else {
				square += share * ((at-mean)*(at-mean) + within)
			}
		}
		moment(x[0], low, 0)
		for k := range x {
			moment(x[k], cumulated[2*k+1]-cumulated[2*k], 0)
			if k > 0 {
				gap := x[k] - x[k-1]
				moment((x[k]+x[k-1])/2, cumulated[2*k]-cumulated[2*k-1], gap*gap/12)
			}
		}
		moment(x[len(x)-1], 1-cumulated[2*len(x)-1], 0)
	}
	return square
}

// meanAbsolute returns ∫ |a + (b-a)u| du for u from 0 to 1.
func meanAbsolute(a, b float64) float64 {
	if a*b >= 0 {
		return math.Abs(a+b) / 2
	}
	return (a*a + b*b) / (2 * math.Abs(b-a))
}
