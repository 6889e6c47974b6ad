package evaluate

import (
	"math"

	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/evaluate/performance"
)

// metric is how one live metric is estimated and turned into evidence.
type metric struct {
	name string
	// lowerIsBetter: of losses.
	lowerIsBetter bool
	form          evidence.Form
	estimate      func(*Matured) performance.Estimate
	// xs are the bounded rows of the absolute detector, larger is better; nil
	// for rates, which are counted.
	xs func(*Matured) []float64
	// ds are the rows of the paired detector, positive where the other version
	// did better on the same request.
	ds func(pairs) []float64
}

// metrics are the live metrics of binary models, by name.
var metrics = map[string]metric{
	"accuracy": {
		name: "accuracy", form: evidence.Rate,
		estimate: func(m *Matured) performance.Estimate {
			return performance.Accuracy(m.correct(), len(m.ID))
		},
		ds: func(p pairs) []float64 {
			ds := make([]float64, 0, len(p.id))
			for i := range p.id {
				ds = append(ds, oneIf(p.correctOther[i])-oneIf(p.correctLive[i]))
			}
			return ds
		},
	},
	"auc": {
		name: "auc", form: evidence.Mean,
		estimate: func(m *Matured) performance.Estimate { return performance.AUC(m.Score, m.Positive) },
		xs: func(m *Matured) []float64 {
			xs, _ := evidence.AUCs(m.ID, m.Score, m.Positive)
			return xs
		},
		ds: func(p pairs) []float64 {
			ds, _ := evidence.PairedAUCs(p.id, p.live, p.other, p.positive)
			return ds
		},
	},
	"brier": {
		name: "brier", form: evidence.Mean, lowerIsBetter: true,
		estimate: func(m *Matured) performance.Estimate { return performance.Brier(m.Score, m.Positive) },
		xs: func(m *Matured) []float64 {
			var xs []float64
			for i, score := range m.Score {
				if probability(score) {
					xs = append(xs, 1-loss(score, m.Positive[i]))
				}
			}
			return xs
		},
		ds: func(p pairs) []float64 {
			var ds []float64
			for i := range p.id {
				if probability(p.live[i]) && probability(p.other[i]) {
					ds = append(ds, loss(p.live[i], p.positive[i])-loss(p.other[i], p.positive[i]))
				}
			}
			return ds
		},
	},
}

// limit is what a live metric is held to: the confident bound of its baseline,
// less the tolerance.
func (m metric) limit(baseline performance.Estimate, tolerance float64) float64 {
	if m.lowerIsBetter {
		return math.Min(1, baseline.Baseline+tolerance)
	}
	return math.Max(0, baseline.Baseline-tolerance)
}

// keeps says whether a value is on the right side of the limit.
func (m metric) keeps(value, limit float64) bool {
	if m.lowerIsBetter {
		return value <= limit
	}
	return value >= limit
}

// absolute is the detector that holds the metric to the limit.
func (m metric) absolute(limit, ceiling float64) evidence.Detector {
	if m.lowerIsBetter {
		limit = 1 - limit // its rows are 1 - loss
	}
	return evidence.Detector{Form: m.form, Bound: limit, Cap: ceiling}
}

// testimony makes the block of an absolute detector; false when the rows do
// not say anything about the metric.
func (m metric) testimony(d evidence.Detector, s evidence.Span, rows *Matured) (evidence.Block, bool, error) {
	if m.form == evidence.Rate {
		if len(rows.ID) == 0 {
			return evidence.Block{}, false, nil
		}
		b, err := evidence.Tally(s, uint64(rows.correct()), uint64(len(rows.ID)))
		return b, true, err
	}
	xs := m.xs(rows)
	if len(xs) == 0 {
		return evidence.Block{}, false, nil
	}
	b, err := d.Sum(s, xs)
	return b, true, err
}

func (m *Matured) correct() int {
	var k int
	for _, ok := range m.Correct {
		if ok {
			k++
		}
	}
	return k
}

// coverage is the share of predictions that got a label in time.
func (m *Matured) coverage() float64 {
	if m.Predicted == 0 {
		return 0
	}
	return float64(len(m.ID)) / float64(m.Predicted)
}

// loss is the squared error of a probability.
func loss(score float64, positive bool) float64 {
	d := score - oneIf(positive)
	return d * d
}

func probability(score float64) bool { return score >= 0 && score <= 1 }

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
