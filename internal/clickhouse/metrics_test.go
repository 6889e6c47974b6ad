package clickhouse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

const (
	metricDays  = 16 // days with predictions
	metricBreak = 5  // the first on which the model answers at random
	metricRows  = 300
)

// answered is a labelled prediction, as the tests know it.
type answered struct {
	score, value float64
	class, label string
	scores       [3]float64 // of classes a, b and c
}

// worldOf makes predictions and outcomes of a task, corrected and repeated ones among
// them, and what is known of every day at maturity.
func worldOf(task model.Task, rng *rand.Rand) (predictions []prediction, outcomes []outcome, days [metricDays][]answered) {
	classes := []string{"a", "b", "c"}
	var scores [3]float64
	for d := range metricDays {
		for i := range metricRows {
			p := prediction{ID: fmt.Sprintf("%d-%d", d, i), Version: "1", At: at(d, time.Duration(i)*4*time.Minute)}
			var truth outcome
			x := rng.NormFloat64()
			seen := x // what the model makes of it
			if d >= metricBreak {
				seen = rng.NormFloat64()
			}
			switch task {
			case model.Binary:
				truth.Label = fmt.Sprint(map[bool]int{true: 1}[rng.Float64() < 1/(1+math.Exp(-3*x))])
				score := math.Round(1000/(1+math.Exp(-3*seen))) / 1000
				p.Score, p.Class = score, fmt.Sprint(map[bool]int{true: 1}[score >= .5])
			case model.Multiclass:
				truth.Label = classes[min(2, int(math.Abs(x+rng.NormFloat64()/4)))]
				p.Score, p.Class = .5, classes[min(2, int(math.Abs(seen)))]
				p.Scores = nil
				for k := range classes { // in the middle of bins, so that counts tell all of it
					scores[k] = (math.Floor(1000/(1+math.Abs(math.Abs(seen)-.5-float64(k)))) - .5) / 1000
					p.Scores = append(p.Scores, scores[k])
				}
			case model.Regression:
				truth.Value = 100 + 10*x + rng.NormFloat64()
				p.Score = 100 + 10*seen
			}
			predictions = append(predictions, p)
			truth.ID, truth.At = p.ID, p.At.Add(2*time.Hour)
			switch rng.IntN(10) {
			case 0: // never labelled, or too late
				truth.At = p.At.Add(25 * time.Hour)
				outcomes = append(outcomes, truth)
				continue
			case 1: // another one before
				wrong := outcome{ID: p.ID, At: p.At.Add(time.Hour), Label: "b"}
				if task == model.Regression {
					wrong.Label, wrong.Value = "", 1e6
				}
				outcomes = append(outcomes, wrong)
			case 2:
				outcomes = append(outcomes, truth)
			}
			outcomes = append(outcomes, truth)
			value, _ := truth.Value.(float64)
			days[d] = append(days[d], answered{p.Score.(float64), value, p.Class, truth.Label, scores})
		}
	}
	return predictions, outcomes, days
}

func mean(rows []answered, of func(answered) float64) float64 {
	var sum float64
	for _, r := range rows {
		sum += of(r)
	}
	return sum / float64(len(rows))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// among is the share of rows that hold, of those that are meant.
func among(rows []answered, meant, holds func(answered) bool) float64 {
	return mean(rows, func(r answered) float64 { return truth(meant(r) && holds(r)) }) / mean(rows, func(r answered) float64 { return truth(meant(r)) })
}

// ranked is the share of pairs of a positive and another row that the score orders, ties
// counting half.
func ranked(rows []answered, positive func(answered) bool, score func(answered) float64) float64 {
	var wins, pairs float64
	for _, r := range rows {
		if !positive(r) {
			continue
		}
		for _, o := range rows {
			if !positive(o) {
				pairs++
				wins += truth(score(o) < score(r)) + truth(score(o) == score(r))/2
			}
		}
	}
	return wins / pairs
}

// byHand computes every metric of a task as its definition says, row by row or pair by pair.
func byHand(task model.Task, rows []answered) map[string]float64 {
	called := func(class string) func(answered) bool { return func(r answered) bool { return r.class == class } }
	labelled := func(class string) func(answered) bool { return func(r answered) bool { return r.label == class } }
	right := func(r answered) bool { return r.class == r.label }
	harmonic := func(class string) float64 {
		precision, recall := among(rows, called(class), labelled(class)), among(rows, labelled(class), called(class))
		return 2 / (1/precision + 1/recall)
	}
	accuracy := mean(rows, func(r answered) float64 { return truth(right(r)) })
	switch task {
	case model.Multiclass:
		out := map[string]float64{"accuracy": accuracy}
		for k, class := range []string{"a", "b", "c"} {
			out["macro_f1"] += harmonic(class) / 3
			share := mean(rows, func(r answered) float64 { return truth(r.label == class) })
			out["weighted_f1"] += harmonic(class) * share
			auc := ranked(rows, func(r answered) bool { return r.label == class }, func(r answered) float64 { return r.scores[k] })
			out["macro_auc"] += auc / 3
			out["weighted_auc"] += auc * share
			out["macro_auc (label)="+class], out["weighted_auc (label)="+class] = auc, auc
		}
		return out
	case model.Regression:
		off := func(r answered) float64 { return r.score - r.value }
		middle := mean(rows, func(r answered) float64 { return r.value })
		square := mean(rows, func(r answered) float64 { return off(r) * off(r) })
		return map[string]float64{
			"bias": mean(rows, off), "mae": mean(rows, func(r answered) float64 { return math.Abs(off(r)) }), "rmse": math.Sqrt(square),
			"mape": mean(rows, func(r answered) float64 { return math.Abs(off(r) / r.value) }),
			"r2":   1 - square/mean(rows, func(r answered) float64 { return (r.value - middle) * (r.value - middle) }),
		}
	}
	var average, positives float64
	for _, r := range rows {
		if r.label != "1" {
			continue
		}
		positives++
		above := func(o answered) bool { return o.score >= r.score }
		average += among(rows, above, labelled("1"))
	}
	return map[string]float64{
		"accuracy": accuracy, "auc": ranked(rows, labelled("1"), func(r answered) float64 { return r.score }), "average_precision": average / positives, "f1": harmonic("1"),
		"precision": among(rows, called("1"), labelled("1")), "recall": among(rows, labelled("1"), called("1")), "specificity": among(rows, labelled("0"), called("0")),
		"brier":    mean(rows, func(r answered) float64 { return math.Pow(r.score-truth(r.label == "1"), 2) }),
		"log_loss": mean(rows, func(r answered) float64 { return -math.Log(max(1e-15, 1-math.Abs(r.score-truth(r.label == "1")))) }),
	}
}

// From events to results, every metric of every task is what the rows say, and a model
// that begins to guess is told by each that has evidence, and by no other.
func TestLiveMetricsOfEveryTask(t *testing.T) {
	for _, task := range []model.Task{model.Binary, model.Multiclass, model.Regression} {
		t.Run(task.String(), func(t *testing.T) {
			m := ingest.Model{Name: task.String(), Task: task}
			if task == model.Multiclass {
				m.Classes = []string{"a", "b", "c"}
			}
			s := migrated(t, m)
			predictions, outcomes, days := worldOf(task, seeded(t, 620))
			insert(t, s, batch(m, 0, predictions, outcomes...))
			p := policy(m)
			p.Scored = m.Classes
			if task != model.Binary {
				p.Positive = ""
			}
			p.Bucket, p.Lateness, p.Maturity = time.Hour, 5*time.Minute, 24*time.Hour
			p.Source = evaluate.ReferenceSource{FirstDays: metricBreak}
			p.Live = evaluate.LivePolicy{Block: 24 * time.Hour, MinLabels: 1, Coverage: .1, Tolerate: map[string]float64{}}
			for _, metric := range performance.Of(task.String()) {
				p.Live.Metrics = append(p.Live.Metrics, metric.Name)
				p.Live.Tolerate[metric.Name] = metric.Tolerance
			}
			p.Budgets = evaluate.Budgets{Demotions: 1, Pages: 10, DriftAlerts: 2, DataAlerts: 2}
			e := evaluate.New(s, s, s)
			paged := map[string]int{}
			for d := range metricDays + 2 {
				tick := at(d+1, 10*time.Minute)
				past, err := s.LoadPast(t.Context(), m.Name, tick)
				if err != nil {
					t.Fatal(err)
				}
				verdicts, err := e.Evaluate(t.Context(), p, "1", past.Evaluate, tick)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
					t.Fatal(err)
				}
				for _, v := range verdicts {
					for _, detector := range v.Evidence {
						if detector.Kind == evaluate.Absolute && detector.Level >= evaluate.Paged && paged[detector.Check] == 0 {
							paged[detector.Check] = d
						}
						if detector.Kind.Live() && detector.Demote != 0 {
							t.Errorf("%s may demote at %v without a comparison", detector.Check, detector.Demote)
						}
					}
				}
			}
			said, err := s.Published(t.Context(), p, at(0, 0), at(metricDays+1, 0), forever)
			if err != nil {
				t.Fatal(err)
			}
			compared := map[string]int{}
			for _, r := range said {
				d := int(r.From.Sub(at(0, 0)) / (24 * time.Hour))
				want, known := byHand(task, days[d])[strings.TrimSpace(r.Check+" "+r.Segment)]
				switch {
				case r.Check == "coverage" || r.Check == "ece": // its groups: see the package's own tests
					continue
				case !known || r.Value == nil:
					t.Errorf("day %d: %s says %v (%s)", d, r.Check, r.Value, r.Reason)
				case math.Abs(*r.Value-want) > 1e-9*max(1, math.Abs(want)) || r.Rows == 0:
					t.Errorf("day %d: %s of %d rows is %v, by hand %v", d, r.Check, r.Rows, *r.Value, want)
				case !(*r.Lower < *r.Value && *r.Value < *r.Upper):
					t.Errorf("day %d: %s: interval %v to %v around %v", d, r.Check, *r.Lower, *r.Upper, *r.Value)
				}
				compared[strings.TrimSpace(r.Check+" "+r.Segment)]++
			}
			for _, metric := range performance.Of(task.String()) {
				if n := compared[metric.Name]; n < metricDays-1 && metric.Name != "ece" {
					t.Errorf("%s was compared on %d days", metric.Name, n)
				}
				if told := paged[metric.Name] > metricBreak; told != (metric.Weight != performance.Shown) {
					t.Errorf("%s paged on day %d, weight %d", metric.Name, paged[metric.Name], metric.Weight)
				}
			}
			for _, class := range m.Classes {
				if n := compared["macro_auc (label)="+class]; n < metricDays-1 {
					t.Errorf("the AUC of class %s was compared on %d days", class, n)
				}
			}
			t.Logf("paged on %v", paged)
		})
	}
}
