package drift

import "math"

// Share is how many of some rows have a property. Shares of separate rows add
// up field by field.
type Share struct{ Of, Rows uint64 }

// Add adds other rows.
func (s *Share) Add(other Share) {
	s.Of += other.Of
	s.Rows += other.Rows
}

// shareFloor is the rise below which the windows of a reference do not differ:
// a tenth of the default margin. Without it, the logarithms of windows with and
// without a single odd row would lie so far apart that nothing is unnatural.
const shareFloor = 0.001

// compareShares holds the rise of a share to a margin. Value is the difference
// live less reference, in [-1, 1], so that a fall is negative; both sides have
// rows.
func compareShares(reference, live Share, margin float64) Comparison {
	value := ratio(live) - ratio(reference)
	return Comparison{
		Value:     value,
		Corrected: math.Max(0, value),
		P:         riseP(reference, live, 0),
		PEffect:   riseP(reference, live, math.Max(0, margin)),
		Reference: reference.Rows,
		Live:      live.Rows,
	}
}

func ratio(s Share) float64 { return float64(s.Of) / float64(s.Rows) }

// riseP returns the one-sided p-value of "the live share is at most margin
// above the reference's": the upper normal tail of the signed root of the
// likelihood ratio, at the shares most likely under q = p + margin, with half a
// live row taken off for continuity. Unlike the difference over its standard
// error it stays right in the far tail and for shares next to 0, where alarms
// and most faults are. It is 1 when the margin reaches a share of 1.
func riseP(reference, live Share, margin float64) float64 {
	if margin >= 1 {
		return 1
	}
	n, m := float64(reference.Rows), float64(live.Rows)
	x, y := float64(reference.Of), math.Max(0, float64(live.Of)-0.5)
	p := constrained(x, n, y, m, margin)
	deviance := 2 * (entropy(x, n, p) + entropy(y, m, p+margin))
	root := math.Sqrt(math.Max(0, deviance))
	if y/m < x/n+margin {
		root = -root
	}
	return math.Erfc(root/math.Sqrt2) / 2
}

// constrained returns the p that makes x of n rows at p, and y of m at
// p + margin, most likely. The log likelihood is concave, so its slope is
// searched for 0.
func constrained(x, n, y, m, margin float64) float64 {
	low, high := 0.0, 1-margin
	for range 100 {
		p := (low + high) / 2
		q := p + margin
		if x/p-(n-x)/(1-p)+y/q-(m-y)/(1-q) > 0 {
			low = p
		} else {
			high = p
		}
	}
	return (low + high) / 2
}

// entropy returns how much likelier, in nats, x of n rows are at their own
// share than at p.
func entropy(x, n, p float64) float64 {
	var sum float64
	if x > 0 {
		sum += x * math.Log(x/n/p)
	}
	if x < n {
		sum += (n - x) * math.Log((n-x)/n/(1-p))
	}
	return sum
}
