package drift

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// manyTerms is the noncentrality from which a normal approximation replaces
// the series.
const manyTerms = 2e4

// noncentralSurvival returns P(X ≥ x) for the noncentral chi-square
// distribution with df degrees of freedom and the given noncentrality, in
// [0, 1]. Special cases: 1 for df ≤ 0 (nothing was compared) and for x ≤ 0.
//
// It is a Poisson mixture of central distributions,
// Σ_j Poisson(j; λ/2) P(chi²(df+2j) ≥ x). All terms are positive and each
// follows from the one before by addition, so nothing cancels. Above
// manyTerms it is Sankaran's normal approximation (Biometrika 50, 1963),
// there right to a part in a thousand down to p = 1e-9.
func noncentralSurvival(x, df, noncentrality float64) float64 {
	switch {
	case df <= 0 || x <= 0:
		return 1
	case noncentrality > manyTerms:
		return sankaran(x, df, noncentrality)
	}
	rate := noncentrality / 2
	// Terms further below the Poisson mean than twelve standard deviations
	// weigh less than 1e-30, and the survival in them is smaller too.
	first := math.Max(0, math.Floor(rate-12*math.Sqrt(rate)-12))
	a := df/2 + first
	half := x / 2
	survival := mathext.GammaIncRegComp(a, half)
	step := math.Exp(a*math.Log(half) - half - lgamma(a+1)) // Q(a+1) - Q(a)
	weight := poisson(first, rate)
	var sum float64
	for j := first; ; j++ {
		term := weight * survival
		sum += term
		if j > rate && (term < 1e-17*sum || weight == 0) {
			return math.Min(1, sum)
		}
		survival = math.Min(1, survival+step)
		a++
		step *= half / a
		weight *= rate / (j + 1)
	}
}

// poisson returns the probability of j under the given rate.
func poisson(j, rate float64) float64 {
	if rate == 0 {
		if j == 0 {
			return 1
		}
		return 0
	}
	return math.Exp(j*math.Log(rate) - rate - lgamma(j+1))
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

func sankaran(x, df, l float64) float64 {
	h := 1 - 2*(df+l)*(df+3*l)/(3*(df+2*l)*(df+2*l))
	p := (df + 2*l) / ((df + l) * (df + l))
	m := (h - 1) * (1 - 3*h)
	mean := 1 + h*p*(h-1-0.5*(2-h)*m*p)
	sd := h * math.Sqrt(2*p) * (1 + 0.5*m*p)
	return math.Erfc((math.Pow(x/(df+l), h)-mean)/(sd*math.Sqrt2)) / 2
}
