package evaluate

import (
	"math"

	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/evaluate/performance"
)

// metric is how one live metric is estimated and turned into evidence.
type metric struct {
	performance.Metric
	estimate func(*Matured) performance.Estimate

	// One of these is what the absolute detector hears; none of metrics that are
	// only shown.
	tally func(performance.Confusion) (k, n int) // of a rate: the rows it is of, and how many are right
	loss  func(m *Matured, i int) float64        // of a mean loss: row i's, NaN when it has none
	parts func(*Matured) []float64               // of another mean: numbers in [0, 1], larger is better

	// rate is the rate that holds where the metric is at its limit; nil where the
	// limit is that rate.
	rate func(limit float64) float64
	// ds are the rows of the paired detector, positive where the other version
	// did better on the same request; nil of metrics that may not demote.
	ds func(live, other *Matured) []float64
}

// metrics are the live metrics of [performance.Catalog], by name.
var metrics = func() map[string]metric {
	all := map[string]metric{
		"accuracy": {
			estimate: func(m *Matured) performance.Estimate { return performance.Accuracy(m.correct(), len(m.ID)) },
			ds: func(live, other *Matured) []float64 {
				ds := make([]float64, 0, len(live.ID))
				for i := range live.ID {
					ds = append(ds, oneIf(other.Correct[i])-oneIf(live.Correct[i]))
				}
				return ds
			},
		},
		"auc": {
			estimate: func(m *Matured) performance.Estimate { return performance.AUC(m.Score, m.Positive) },
			parts: func(m *Matured) []float64 {
				xs, _ := evidence.AUCs(m.ID, m.Score, m.Positive)
				return xs
			},
			ds: func(live, other *Matured) []float64 {
				ds, _ := evidence.PairedAUCs(live.ID, live.Score, other.Score, live.Positive)
				return ds
			},
		},
		"brier": {
			estimate: func(m *Matured) performance.Estimate { return performance.Brier(m.Score, m.Positive) },
			loss:     squaredError,
			ds: func(live, other *Matured) []float64 {
				var ds []float64
				for i := range live.ID {
					if d := squaredError(live, i) - squaredError(other, i); !math.IsNaN(d) {
						ds = append(ds, d)
					}
				}
				return ds
			},
		},
		"precision": {
			estimate: func(m *Matured) performance.Estimate { return m.confusion().Precision() },
			tally:    func(c performance.Confusion) (k, n int) { return c.TP, c.TP + c.FP },
		},
		"recall": {
			estimate: func(m *Matured) performance.Estimate { return m.confusion().Recall() },
			tally:    func(c performance.Confusion) (k, n int) { return c.TP, c.TP + c.FN },
		},
		"specificity": {
			estimate: func(m *Matured) performance.Estimate { return m.confusion().Specificity() },
			tally:    func(c performance.Confusion) (k, n int) { return c.TN, c.TN + c.FP },
		},
		"f1": {
			estimate: func(m *Matured) performance.Estimate { return m.confusion().F1() },
			tally:    func(c performance.Confusion) (k, n int) { return c.TP, c.TP + c.FP + c.FN },
			rate:     performance.F1Share,
		},
		"log_loss": {
			estimate: func(m *Matured) performance.Estimate { return performance.LogLoss(m.Score, m.Positive) },
			loss: func(m *Matured, i int) float64 {
				if !probability(m.Score[i]) {
					return math.NaN()
				}
				return performance.RowLogLoss(m.Score[i], m.Positive[i])
			},
		},
		"average_precision": {
			estimate: func(m *Matured) performance.Estimate { return performance.AveragePrecision(m.Score, m.Positive) },
		},
		"ece": {
			estimate: func(m *Matured) performance.Estimate {
				return performance.CountScores(m.Score, m.Positive).CalibrationError()
			},
		},
		"macro_f1": {
			estimate: func(m *Matured) performance.Estimate {
				matrix := m.matrix()
				if m.Classes == nil {
					return matrix.MacroF1(matrix.Classes())
				}
				return matrix.MacroF1(m.Classes)
			},
		},
		"weighted_f1": {
			estimate: func(m *Matured) performance.Estimate { return m.matrix().WeightedF1() },
		},
		"macro_auc": {
			estimate: func(m *Matured) performance.Estimate { return performance.MacroAUC(m.oneVsRest()) },
		},
		"weighted_auc": {
			estimate: func(m *Matured) performance.Estimate { return performance.WeightedAUC(m.oneVsRest()) },
		},
		"mae": {
			estimate: func(m *Matured) performance.Estimate { return performance.MAE(m.Value, m.Score) },
			loss: func(m *Matured, i int) float64 {
				if e := math.Abs(m.Score[i] - m.Value[i]); !math.IsInf(e, 0) {
					return e
				}
				return math.NaN()
			},
		},
		"rmse": {estimate: func(m *Matured) performance.Estimate { return m.errors().RMSE() }},
		"mape": {estimate: func(m *Matured) performance.Estimate { return m.errors().MAPE() }},
		"r2":   {estimate: func(m *Matured) performance.Estimate { return m.errors().R2() }},
		"bias": {estimate: func(m *Matured) performance.Estimate { return m.errors().Bias() }},
	}
	for _, known := range performance.Catalog {
		m := all[known.Name]
		m.Metric = known
		all[known.Name] = m
	}
	return all
}()

// limit is what a live metric is held to: the confident bound of its baseline,
// less the tolerance.
func (m metric) limit(baseline performance.Estimate, tolerance float64) float64 {
	switch {
	case m.Endless():
		return baseline.Baseline + tolerance*baseline.Value
	case m.Better == performance.Lower:
		return math.Min(m.Most, baseline.Baseline+tolerance)
	}
	return math.Max(m.Least, baseline.Baseline-tolerance)
}

// keeps says whether a value is on the right side of the limit.
func (m metric) keeps(value, limit float64) bool {
	if m.Better == performance.Lower {
		return value <= limit
	}
	return value >= limit
}

// clip is the loss that stands for any larger one: the end of the metric's range, or
// what the reference says. 0 where there is none, and no evidence.
func (m metric) clip(baseline performance.Estimate) float64 {
	if m.Endless() {
		return baseline.Clip
	}
	return m.Most
}

// absolute is the detector that holds the metric to the limit.
func (m metric) absolute(limit, clip, ceiling float64) evidence.Detector {
	d := evidence.Detector{Form: evidence.Rate, Bound: limit, Cap: ceiling}
	switch {
	case m.rate != nil:
		d.Bound = m.rate(limit)
	case m.loss != nil:
		d.Form, d.Bound = evidence.Mean, 1-limit/clip // its rows are 1 - loss/clip
	case m.parts != nil:
		d.Form = evidence.Mean
	}
	return d
}

// testimony makes the block of an absolute detector; false when the rows do
// not say anything about the metric.
func (m metric) testimony(d evidence.Detector, s evidence.Span, rows *Matured, clip float64) (evidence.Block, bool, error) {
	if d.Form == evidence.Rate {
		k, n := rows.correct(), len(rows.ID)
		if m.tally != nil {
			k, n = m.tally(rows.confusion())
		}
		if n == 0 {
			return evidence.Block{}, false, nil
		}
		b, err := evidence.Tally(s, uint64(k), uint64(n))
		return b, true, err
	}
	xs := m.xs(rows, clip)
	if len(xs) == 0 {
		return evidence.Block{}, false, nil
	}
	b, err := d.Sum(s, xs)
	return b, true, err
}

// within says whether a block keeps the limit: by its value, or where that has no end by
// the clipped rows, as a wild one does not make the block a bad one.
func (m metric) within(d evidence.Detector, b evidence.Block, value, limit float64) bool {
	if m.Endless() {
		return b.Mean >= d.Bound
	}
	return m.keeps(value, limit)
}

// xs are the rows of a mean, in [0, 1], larger is better.
func (m metric) xs(rows *Matured, clip float64) []float64 {
	if m.parts != nil {
		return m.parts(rows)
	}
	var xs []float64
	for i := range rows.ID {
		if loss := m.loss(rows, i); !math.IsNaN(loss) {
			xs = append(xs, 1-math.Min(loss, clip)/clip)
		}
	}
	return xs
}

// squaredError is the loss of the Brier score.
func squaredError(m *Matured, i int) float64 {
	if !probability(m.Score[i]) {
		return math.NaN()
	}
	d := m.Score[i] - oneIf(m.Positive[i])
	return d * d
}

func probability(score float64) bool { return score >= 0 && score <= 1 }

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
