package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/driftd/driftd/evaluate/evidence"
)

// accuracy is held to a bound: the share of correct rows.
type accuracy struct{ bound float64 }

func (a accuracy) detector(ceiling float64) evidence.Detector {
	return evidence.Detector{Form: evidence.Rate, Bound: a.bound, Cap: ceiling}
}

func (a accuracy) block(r *rand.Rand, _ evidence.Detector, day, rows int, mean float64) (evidence.Block, error) {
	return evidence.Tally(span(day), uint64(binomial(r, rows, mean)), uint64(rows))
}

func (a accuracy) spread() float64 { return a.bound * (1 - a.bound) }

// paired is the difference of two versions that judge discordance of the
// requests differently, held to a tolerance. Its mean is how much better the
// fallback is.
type paired struct{ tolerance, discordance float64 }

func (p paired) detector(ceiling float64) evidence.Detector {
	return evidence.Detector{Form: evidence.Paired, Bound: p.tolerance, Cap: ceiling}
}

func (p paired) block(r *rand.Rand, d evidence.Detector, day, rows int, mean float64) (evidence.Block, error) {
	mean = math.Min(p.discordance, math.Max(-p.discordance, mean))
	differ := binomial(r, rows, p.discordance)
	worse := binomial(r, differ, (1+mean/p.discordance)/2)
	better := differ - worse
	// The sums of Detector.Sum, row by row, over the three values there are.
	n := float64(rows)
	b := evidence.Block{Span: span(day), Rows: uint64(rows), Mean: float64(worse-better) / n}
	for _, bet := range d.Grid() {
		b.Sums = append(b.Sums, float64(worse)*math.Log1p(bet*(1-d.Bound))+
			float64(better)*math.Log1p(bet*(-1-d.Bound))+float64(rows-differ)*math.Log1p(-bet*d.Bound))
	}
	b.Variance = (float64(differ) - n*b.Mean*b.Mean) / (n - 1) / n
	return b, nil
}

func (p paired) spread() float64 { return p.discordance }

// auc is held to a bound: scores of the two classes are normal, so far apart
// that their AUC is the mean of the day.
type auc struct{ bound, positive float64 }

func (a auc) detector(ceiling float64) evidence.Detector {
	return evidence.Detector{Form: evidence.Mean, Bound: a.bound, Cap: ceiling}
}

func (a auc) block(r *rand.Rand, d evidence.Detector, day, rows int, mean float64) (evidence.Block, error) {
	apart := math.Sqrt2 * distuv.UnitNormal.Quantile(math.Min(.9999, math.Max(.0001, mean)))
	ids, scores, classes := make([]uint64, rows), make([]float64, rows), make([]bool, rows)
	for i := range rows {
		ids[i], classes[i], scores[i] = r.Uint64(), r.Float64() < a.positive, r.NormFloat64()
		if classes[i] {
			scores[i] += apart
		}
	}
	xs, _ := evidence.AUCs(ids, scores, classes)
	return d.Sum(span(day), xs)
}

// spread is about the variance of an AUC of n rows, times n.
func (a auc) spread() float64 { return a.bound * (1 - a.bound) / (2 * a.positive) }
