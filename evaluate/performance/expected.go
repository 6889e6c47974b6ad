package performance

import "math"

// Expected estimates the metrics that the rows of a window will have once they are
// labelled, from their scores alone: cells[i] holds n[i] rows, cells below 0 have no
// score and are excluded. It assumes that the label depends on the score as in the
// reference, so that a world that changed in just that goes unnoticed. Accuracy takes
// the class that the model gave such scores in the reference.
//
// The intervals, 95 %, are those of labels drawn from the expected probabilities:
// chance, not the assumption.
func (c Calibration) Expected(cells []int32, n []uint64) []Estimate {
	rows := make([]float64, len(c.Groups))
	var total float64
	excluded := 0
	for i, cell := range cells {
		if cell < 0 {
			excluded += int(n[i])
			continue
		}
		rows[groupOf(c.Groups, cell)] += float64(n[i])
		total += float64(n[i])
	}
	all := []Estimate{{Metric: "accuracy", Undefined: NoRows}, {Metric: "auc", Undefined: NoRows}, {Metric: "brier", Undefined: NoRows}}
	if total > 0 {
		all = []Estimate{c.accuracy(rows, total), c.auc(rows), c.brier(rows, total)}
	}
	for i := range all {
		all[i].N, all[i].Excluded = int(total), excluded
	}
	return all
}

// accuracy is Σ n (π p + (1-π)(1-p)) / Σ n, π being the share called positive.
func (c Calibration) accuracy(rows []float64, total float64) Estimate {
	e := Estimate{Metric: "accuracy"}
	var variance float64
	for i, g := range c.Groups {
		right := g.Predicted*g.Positive + (1-g.Predicted)*(1-g.Positive)
		e.Value += rows[i] * right / total
		variance += rows[i] * right * (1 - right) / total / total
	}
	e.within(variance)
	return e
}

// brier is the mean of p(1-s)² + (1-p)s² = p - 2ps + s².
func (c Calibration) brier(rows []float64, total float64) Estimate {
	e := Estimate{Metric: "brier"}
	var variance float64
	for i, g := range c.Groups {
		e.Value += rows[i] * (g.Positive - 2*g.Positive*g.Score + g.Square) / total
		// The loss is (1-s)² or s², which differ by 1-2s.
		gap := 1 - 2*g.Score
		variance += rows[i] * g.Positive * (1 - g.Positive) * gap * gap / total / total
	}
	e.within(variance)
	return e
}

// auc is that of np positive and n(1-p) negative rows in every group, those of one
// group being tied.
func (c Calibration) auc(rows []float64) Estimate {
	e := Estimate{Metric: "auc"}
	groups := func(yield func(positive, negative float64) bool) {
		for i, g := range c.Groups {
			if !yield(rows[i]*g.Positive, rows[i]*(1-g.Positive)) {
				return
			}
		}
	}
	var p, n float64
	for positive, negative := range groups {
		p, n = p+positive, n+negative
	}
	if p == 0 || n == 0 {
		e.Undefined = SingleClass
		return e
	}
	r := rank(groups, p, n)
	e.Value = r.auc
	e.within(r.s10/p/p + r.s01/n/n) // expected rows are no sample: no divisors P-1 and N-1
	return e
}

// within fills the interval of an expected metric, clipped to [0, 1].
func (e *Estimate) within(variance float64) {
	e.Value = math.Min(1, e.Value) // sums of shares may round beyond
	e.SE = math.Sqrt(math.Max(0, variance))
	e.Lower, e.Upper = math.Max(0, e.Value-z95*e.SE), math.Min(1, e.Value+z95*e.SE)
}
