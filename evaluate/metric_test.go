package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/evaluate/performance"
)

// What the catalog promises of a metric is what there is code for.
func TestEveryMetricHasItsForms(t *testing.T) {
	if len(metrics) != len(performance.Catalog) {
		t.Errorf("%d metrics, the catalog lists %d", len(metrics), len(performance.Catalog))
	}
	for _, known := range performance.Catalog {
		m := metrics[known.Name]
		if m.estimate == nil {
			t.Errorf("%s: cannot be estimated", known.Name)
			continue
		}
		if e := m.estimate(&Matured{}); e.Undefined == "" || e.Metric != known.Name {
			t.Errorf("%s of no rows: %+v", known.Name, e)
		}
		heard := m.tally != nil || m.loss != nil || m.parts != nil || known.Name == "accuracy"
		if heard != (known.Weight != performance.Shown) {
			t.Errorf("%s: weight %d, but evidence %t", known.Name, known.Weight, heard)
		}
		if (m.ds != nil) != (known.Weight == performance.Demotes) {
			t.Errorf("%s: weight %d, but paired %t", known.Name, known.Weight, m.ds != nil)
		}
	}
}

// drawn makes rows of a binary and, in Value and Score, of a regression model; noise
// is what the model adds to what it sees.
func drawn(random *rand.Rand, rows int, noise float64, number bool) *Matured {
	m := &Matured{Version: "1", Predicted: uint64(rows)}
	for i := range rows {
		x := random.NormFloat64()
		seen := x + noise*random.NormFloat64()
		m.ID = append(m.ID, uint64(i))
		if number {
			m.Value, m.Score = append(m.Value, x), append(m.Score, seen+.5*random.NormFloat64())
			continue
		}
		score, positive := 1/(1+math.Exp(-2*seen)), random.Float64() < 1/(1+math.Exp(-2*x))
		m.Score, m.Positive = append(m.Score, score), append(m.Positive, positive)
		m.Called, m.Correct = append(m.Called, score >= .5), append(m.Correct, (score >= .5) == positive)
	}
	return m
}

// Each metric keeps quiet while nothing happens, and tells when the model got worse.
func TestEveryEvidenceHearsAWorseModelAndNoOther(t *testing.T) {
	const seed, years, days, rows = 61, 2, 365, 300
	t.Logf("seed %d", seed)
	span := func(d int) evidence.Span {
		from := time.Unix(0, 0).AddDate(0, 0, d)
		return evidence.Span{ID: fmt.Sprint(d), From: from, To: from.AddDate(0, 0, 1)}
	}
	page := evidence.Threshold(1, 365, .5)
	for _, known := range performance.Catalog {
		m := metrics[known.Name]
		if known.Weight == performance.Shown {
			continue
		}
		random := rand.New(rand.NewPCG(seed, 0))
		number := known.Name == "mae"
		base := m.estimate(drawn(random, 60*rows, 0, number))
		clip := m.clip(base)
		limit := m.limit(base, known.Tolerance)
		hear := func(noise float64, days int) (first int) {
			d := m.absolute(limit, clip, page/witnesses)
			if err := d.Validate(); err != nil {
				t.Fatalf("%s: limit %v of %+v: %v", known.Name, limit, base, err)
			}
			var state evidence.State
			for day := range days {
				b, ok, err := m.testimony(d, span(day), drawn(random, rows, noise, number), clip)
				if err != nil || !ok {
					t.Fatalf("%s: day %d: %v, %t", known.Name, day, err, ok)
				}
				if state, err = d.Step(state, b); err != nil {
					t.Fatal(err)
				}
				if state.Evidence() >= page {
					return day + 1
				}
			}
			return 0
		}
		for range years {
			if day := hear(0, days); day != 0 {
				t.Errorf("%s: nothing happened, paged on day %d", known.Name, day)
			}
		}
		if day := hear(1.5, 60); day == 0 {
			t.Errorf("%s: a model that hardly sees was not told in 60 days (limit %v)", known.Name, limit)
		} else {
			t.Logf("%-12s limit %.4f, clip %.3g: told on day %d", known.Name, limit, clip, day)
		}
	}
}

// A wild row is clipped: it pages nobody, and does not keep a block from being calm.
func TestAWildRowIsOneRow(t *testing.T) {
	random := rand.New(rand.NewPCG(62, 0))
	m := metrics["mae"]
	base := m.estimate(drawn(random, 20000, 0, true))
	rows := drawn(random, 300, 0, true)
	rows.Score[7] = 1e15
	limit := m.limit(base, m.Tolerance)
	d := m.absolute(limit, m.clip(base), 3)
	b, _, err := m.testimony(d, evidence.Span{ID: "1", From: time.Unix(0, 0), To: time.Unix(1, 0)}, rows, m.clip(base))
	e := m.estimate(rows)
	if err != nil || !m.within(d, b, e.Value, limit) {
		t.Errorf("mean %v, bound %v, %v: want the block within", b.Mean, d.Bound, err)
	}
	if !(e.Value > 1e12) {
		t.Errorf("the value hides the row: %v", e.Value)
	}
}

func TestTheBudgetIsSharedByWhatMaySpendIt(t *testing.T) {
	for _, c := range []struct {
		live             LivePolicy
		paging, demoting int
	}{
		{LivePolicy{Metrics: []string{"accuracy", "auc", "brier"}}, 6, 3},
		{LivePolicy{Metrics: []string{"accuracy", "auc"}, Floor: map[string]float64{"auc": .8}, Absolute: true}, 5, 5},
		{LivePolicy{Metrics: []string{"accuracy", "f1", "ece"}, Absolute: true}, 3, 2},
		{LivePolicy{Metrics: []string{"mae", "r2"}, Floor: map[string]float64{"mae": 3}}, 2, 0},
		{LivePolicy{Metrics: []string{"macro_f1"}}, 0, 0},
	} {
		if paging, demoting := c.live.detectors(); paging != c.paging || demoting != c.demoting {
			t.Errorf("%v: %d may page and %d demote, want %d and %d", c.live, paging, demoting, c.paging, c.demoting)
		}
	}
}
