package performance

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

func seeded(t testing.TB, seed uint64) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.15g, want %.15g ± %g", what, got, want, tolerance)
	}
}

// scored draws rows whose score is a probability that favours positives.
func scored(random *rand.Rand, rows int, share float64) (score []float64, positive []bool) {
	score, positive = make([]float64, rows), make([]bool, rows)
	for i := range score {
		positive[i] = random.Float64() < share
		x := random.NormFloat64() - 1
		if positive[i] {
			x += 1.5
		}
		score[i] = 1 / (1 + math.Exp(-x))
	}
	return score, positive
}

// Undefined metrics say why, and no number leaks.
func TestUndefinedMetricsHaveReasons(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	broken := ScoreCounts{Bins: []int32{1}, Positive: []uint64{1}}
	for _, c := range []struct {
		name string
		got  Estimate
		want Estimate
	}{
		{"accuracy of nothing", Accuracy(0, 0), Estimate{Metric: "accuracy", Undefined: NoRows}},
		{"accuracy above 1", Accuracy(2, 1), Estimate{Metric: "accuracy", N: 1, Undefined: BadCounts}},
		{"accuracy below 0", Accuracy(-1, 1), Estimate{Metric: "accuracy", N: 1, Undefined: BadCounts}},
		{"AUC of nothing", AUC(nil, nil), Estimate{Metric: "auc", Undefined: NoRows}},
		{"AUC of positives", AUC([]float64{.1, .2}, []bool{true, true}), Estimate{Metric: "auc", N: 2, Undefined: SingleClass}},
		{"AUC of bad scores", AUC([]float64{nan, inf, -.1, 1.1}, make([]bool, 4)), Estimate{Metric: "auc", Excluded: 4, Undefined: NoRows}},
		{"AUC of broken counts", broken.AUC(), Estimate{Metric: "auc", Undefined: BadCounts}},
		{"AUC of no counts", ScoreCounts{}.AUC(), Estimate{Metric: "auc", Undefined: NoRows}},
		{"precision of nothing", Confusion{}.Precision(), Estimate{Metric: "precision", Undefined: NoRows}},
		{"precision without calls", Confusion{FN: 1, TN: 2}.Precision(), Estimate{Metric: "precision", Undefined: NoneCalled}},
		{"recall without positives", Confusion{FP: 1, TN: 2}.Recall(), Estimate{Metric: "recall", Undefined: NoPositives}},
		{"specificity without negatives", Confusion{TP: 1, FN: 2}.Specificity(), Estimate{Metric: "specificity", Undefined: NoNegatives}},
		{"F1 of negatives", Confusion{TN: 9}.F1(), Estimate{Metric: "f1", Undefined: NoPositives}},
		{"F1 of broken counts", Confusion{TP: -1, FP: 2}.F1(), Estimate{Metric: "f1", N: 1, Undefined: BadCounts}},
		{"average precision of nothing", AveragePrecision(nil, nil), Estimate{Metric: "average_precision", Undefined: NoRows}},
		{"average precision of negatives", AveragePrecision([]float64{.1, nan}, make([]bool, 2)), Estimate{Metric: "average_precision", N: 1, Excluded: 1, Undefined: NoPositives}},
		{"average precision of broken counts", broken.AveragePrecision(), Estimate{Metric: "average_precision", Undefined: BadCounts}},
		{"log loss of bad scores", LogLoss([]float64{nan, 2}, make([]bool, 2)), Estimate{Metric: "log_loss", Excluded: 2, Undefined: NoRows}},
		{"calibration error of no counts", ScoreCounts{Excluded: 3}.CalibrationError(), Estimate{Metric: "ece", Excluded: 3, Undefined: NoRows}},
		{"calibration error of broken counts", broken.CalibrationError(), Estimate{Metric: "ece", Undefined: BadCounts}},
		{"macro F1 of nothing", Matrix{}.MacroF1([]string{"a"}), Estimate{Metric: "macro_f1", Undefined: NoRows}},
		{"macro F1 without a class", Matrix{{"a", "b"}: 2}.MacroF1([]string{"a", "b", "c"}), Estimate{Metric: "macro_f1", N: 2, Undefined: ClassAbsent}},
		{"weighted F1 of nothing", Matrix{}.WeightedF1(), Estimate{Metric: "weighted_f1", Undefined: NoRows}},
		{"macro AUC of nothing", MacroAUC(nil), Estimate{Metric: "macro_auc", Undefined: NoRows}},
		{"macro AUC without a class", MacroAUC([]ScoreCounts{CountScores([]float64{.1, .2}, []bool{false, false}), CountScores([]float64{.1, .2}, []bool{true, false})}), Estimate{Metric: "macro_auc", N: 2, Undefined: ClassAbsent}},
		{"weighted AUC of no rows", WeightedAUC([]ScoreCounts{{}, {}}), Estimate{Metric: "weighted_auc", Undefined: NoRows}},
		{"MAE of nothing", Errors{}.MAE(), Estimate{Metric: "mae", Undefined: NoRows}},
		{"MAE of bad rows", MAE([]float64{1, nan}, []float64{inf, 1}), Estimate{Metric: "mae", Excluded: 2, Undefined: NoRows}},
		{"RMSE of bad rows", counted([2]float64{nan, 1}, [2]float64{1, inf}).RMSE(), Estimate{Metric: "rmse", Excluded: 2, Undefined: NoRows}},
		{"MAPE of zeros", counted([2]float64{0, 1}).MAPE(), Estimate{Metric: "mape", Excluded: 1, Undefined: NearZero}},
		{"R² of equal outcomes", counted([2]float64{7, 1}, [2]float64{7, 8}).R2(), Estimate{Metric: "r2", N: 2, Undefined: Constant}},
		{"R² of nothing", Errors{}.R2(), Estimate{Metric: "r2", Undefined: NoRows}},
		{"bias of nothing", Errors{}.Bias(), Estimate{Metric: "bias", Undefined: NoRows}},
		{"Brier of nothing", Brier(nil, nil), Estimate{Metric: "brier", Undefined: NoRows}},
		{"Brier of bad scores", Brier([]float64{nan, inf}, make([]bool, 2)), Estimate{Metric: "brier", Excluded: 2, Undefined: NoRows}},
		{"Brier of broken counts", broken.Brier(), Estimate{Metric: "brier", Undefined: BadCounts}},
		{"Brier of no counts", ScoreCounts{Excluded: 3}.Brier(), Estimate{Metric: "brier", Excluded: 3, Undefined: NoRows}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, c.got, c.want)
		}
	}
}

// Intervals contain the value, stay in range and are never of no width; the
// baseline lies on the bad side, further out than the interval's end.
func TestIntervalsAreSound(t *testing.T) {
	random := seeded(t, 41)
	for range 3000 {
		score, positive := scored(random, 2+random.IntN(120), random.Float64())
		if random.IntN(4) == 0 { // few distinct scores, up to all agreeing
			for i := range score {
				score[i] = math.Round(score[i])
				if random.IntN(8) > 0 {
					score[i] = map[bool]float64{true: 1}[positive[i]]
				}
			}
		}
		correct := 0
		var confusion Confusion
		matrix := Matrix{}
		for i := range score {
			if score[i] > .5 == positive[i] {
				correct++
			}
			confusion.Count(score[i] > .5, positive[i], 1)
			matrix.Add(Matrix{{strconv.FormatBool(positive[i]), strconv.Itoa(int(score[i] * 3))}: 1})
		}
		counts := CountScores(score, positive)
		for _, e := range []Estimate{
			Accuracy(correct, len(score)), AUC(score, positive), Brier(score, positive), counts.AUC(), counts.Brier(),
			confusion.Precision(), confusion.Recall(), confusion.Specificity(), confusion.F1(),
			AveragePrecision(score, positive), counts.AveragePrecision(), MacroAUC([]ScoreCounts{counts}), WeightedAUC([]ScoreCounts{counts}),
			matrix.MacroF1(matrix.Classes()), matrix.WeightedF1(),
		} {
			if e.Undefined != "" {
				continue
			}
			good := e.Lower <= e.Value && e.Value <= e.Upper && e.Lower >= 0 && e.Upper <= 1 && e.Lower < e.Upper && e.SE >= 0
			if e.Metric == "brier" {
				good = good && e.Baseline >= e.Upper && e.Baseline <= 1
			} else {
				good = good && e.Baseline <= e.Value && e.Baseline >= 0
			}
			if !good {
				t.Fatalf("%+v", e)
			}
		}
	}
}

// Intervals and baselines hold the truth as often as they say. For the AUC of
// unit normals 1.5 apart it is Φ(1.5/√2).
func TestCoverage(t *testing.T) {
	random := seeded(t, 42)
	runs := 4000
	if os.Getenv("DRIFTD_SIMULATE") == "1" {
		runs = 40000
	}
	auc := math.Erfc(-1.5/2) / 2
	brier := Brier(scored(random, 4_000_000, .3)).Value // to four digits
	for _, rows := range []int{150, 400} {
		var inside, beyond [2]float64
		for range runs {
			score, positive := scored(random, rows, .3)
			a, b := AUC(score, positive), Brier(score, positive)
			for i, held := range []bool{a.Lower <= auc && auc <= a.Upper, b.Lower <= brier && brier <= b.Upper} {
				if held {
					inside[i] += 1 / float64(runs)
				}
			}
			for i, outside := range []bool{a.Baseline > auc, b.Baseline < brier} {
				if outside {
					beyond[i] += 1 / float64(runs)
				}
			}
		}
		for i, metric := range []string{"auc", "brier"} {
			t.Logf("%s, %d rows: interval holds %.4f, baseline misses %.5f (%d runs)", metric, rows, inside[i], beyond[i], runs)
			// Three standard errors, and half a per cent for the approximation.
			near(t, metric+" coverage", inside[i], .95, .005+3*math.Sqrt(.95*.05/float64(runs)))
			nominal := .001 * float64(1+i) // twice for the Brier score, as documented
			if limit := nominal + 3*math.Sqrt(nominal/float64(runs)); beyond[i] > limit {
				t.Errorf("%s, %d rows: baseline misses in %.5f of runs, want at most %.5f", metric, rows, beyond[i], limit)
			}
		}
	}
}

// counted are the errors of rows (y, predicted).
func counted(rows ...[2]float64) Errors {
	var s Errors
	for _, r := range rows {
		s.Count(r[0], r[1], 1)
	}
	return s
}
