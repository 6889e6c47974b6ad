package evidence

import "math"

// Threshold returns ln c for which detectors that share a budget of rate false
// alarms a year raise no more: c = detectors·blocksPerYear/rate. A rate of 0, or no
// detectors, give +Inf, an alarm that is never raised.
func Threshold(detectors int, blocksPerYear, rate float64) float64 {
	if detectors == 0 {
		return math.Inf(1)
	}
	return math.Log(float64(detectors) * blocksPerYear / rate)
}

// Share returns how far the evidence logM has come on the way to the threshold
// logC, both ln: 0 while M ≤ 1, 1 at the alarm, more beyond.
func Share(logM, logC float64) float64 {
	if !(logC > 0) || !(logM > 0) {
		return 0
	}
	return logM / logC
}

// ExpectedLabels returns about how many labels it takes until a [Rate] detector held to
// bound notices that the rate is now mean: design·logC/KL(mean‖bound), to which
// comes the block in which that happens. It is +Inf for a mean that is not
// below the bound.
func ExpectedLabels(logC, bound, mean, design float64) float64 {
	if !(mean < bound) {
		return math.Inf(1)
	}
	return design * logC / divergence(mean, bound)
}

// divergence returns the Kullback-Leibler divergence in nats of one rate from
// another: p ln(p/q) + (1-p) ln((1-p)/(1-q)).
func divergence(p, q float64) float64 {
	var kl float64
	if p > 0 {
		kl += p * math.Log(p/q)
	}
	if p < 1 {
		kl += (1 - p) * math.Log((1-p)/(1-q))
	}
	return kl
}
