package performance

import "math"

// Wilson returns the score interval of a proportion of k among n at the normal
// quantile z (1.96 for 95 %), in [0, 1]: the rates that a z-test would not
// reject. It has a width at k = 0 and k = n. For n ≤ 0 it is [0, 1].
// See E. B. Wilson, JASA 22 (1927).
func Wilson(k, n int, z float64) (lower, upper float64) {
	return wilson(float64(k), float64(n), z)
}

func wilson(k, n, z float64) (lower, upper float64) {
	if n <= 0 {
		return 0, 1
	}
	p := k / n
	centre := p + z*z/(2*n)
	width := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	lower, upper = math.Max(0, (centre-width)/scale), math.Min(1, (centre+width)/scale)
	// At the ends the sums cancel only to rounding.
	if k == 0 {
		lower = 0
	}
	if k == n {
		upper = 1
	}
	return lower, upper
}
