package performance

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

// oracle are the metrics of rows by their definitions, pair by pair and row by row.
func oracle(score []float64, positive, called []bool, y []float64) map[string]float64 {
	n := float64(len(score))
	var rows, tp, fp, fn, tn, brier, logLoss, absolute, square, relative, bias, ap float64
	var mean, spread float64
	for _, v := range y {
		mean += v / n
	}
	for i, s := range score {
		truth := 0.0
		switch {
		case called[i] && positive[i]:
			tp++
		case called[i]:
			fp++
		case positive[i]:
			fn++
		default:
			tn++
		}
		if positive[i] {
			truth, rows = 1, rows+1
			var above, hits float64
			for j := range score {
				if score[j] >= s {
					above++
					if positive[j] {
						hits++
					}
				}
			}
			ap += hits / above
		}
		brier += (s - truth) * (s - truth) / n
		logLoss -= math.Log(math.Max(1e-15, math.Min(1-1e-15, 1-math.Abs(s-truth)))) / n
		e := s - y[i]
		absolute, square, bias, relative = absolute+math.Abs(e)/n, square+e*e/n, bias+e/n, relative+math.Abs(e/y[i])/n
		spread += (y[i] - mean) * (y[i] - mean) / n
	}
	auc, variance := bruteForce(score, positive)
	return map[string]float64{
		"auc": auc, "variance of auc": variance, "average_precision": ap / rows, "brier": brier, "log_loss": logLoss,
		"accuracy": (tp + tn) / n, "precision": tp / (tp + fp), "recall": tp / (tp + fn), "specificity": tn / (tn + fp), "f1": 2 * tp / (2*tp + fp + fn),
		"mae": absolute, "rmse": math.Sqrt(square), "mape": relative, "bias": bias, "r2": 1 - square/spread,
	}
}

// A row that counts for w rows is w rows: every metric from counts is what its
// definition gives of the rows repeated, with ties, and undefined of one class alike.
func TestCountsEqualRepeatedRows(t *testing.T) {
	random := seeded(t, 61)
	compared := map[string]int{}
	for range 300 {
		n, share := 1+random.IntN(40), []float64{0, .1, .5, .9, 1}[random.IntN(5)]
		var score, y []float64
		var positive, called []bool
		var counts ScoreCounts
		var confusion Confusion
		matrix, errors := Matrix{}, Errors{Origin: 3}
		for range n {
			// In the middle of its bin a score is known from it; few of them tie.
			bin := []int32{0, int32(1 + random.IntN(5)), int32(400 + random.IntN(300)), ScoreBins + 1}[random.IntN(4)]
			s, _ := centre(bin)
			isPositive, isCalled, outcome, weight := random.Float64() < share, random.IntN(2) == 0, 1+5*random.Float64(), random.IntN(6)
			one := CountScores([]float64{s}, []bool{isPositive})
			for i := range one.Bins {
				one.Positive[i] *= uint64(weight)
				one.Negative[i] *= uint64(weight)
			}
			counts.Add(one)
			confusion.Count(isCalled, isPositive, weight)
			matrix[Cell{fmt.Sprint(isPositive), fmt.Sprint(isCalled)}] += weight
			errors.Count(outcome, s, float64(weight))
			for range weight {
				score, y, positive, called = append(score, s), append(y, outcome), append(positive, isPositive), append(called, isCalled)
			}
		}
		auc := counts.AUC()
		got := map[string]Estimate{
			"auc": auc, "average_precision": counts.AveragePrecision(), "brier": counts.Brier(), "log_loss": LogLoss(score, positive),
			"accuracy": matrix.Accuracy(), "precision": confusion.Precision(), "recall": confusion.Recall(),
			"specificity": confusion.Specificity(), "f1": confusion.F1(),
			"mae": errors.MAE(), "rmse": errors.RMSE(), "mape": errors.MAPE(), "bias": errors.Bias(), "r2": errors.R2(),
		}
		want := oracle(score, positive, called, y)
		for name, e := range got {
			if e.Undefined != "" {
				// So it is by definition: 0/0, a spread of 0, an AUC without pairs.
				if v := want[name]; len(score) > 0 && !(math.IsNaN(v) || v < -1e6 || name == "auc" && v == 0) {
					t.Errorf("%s: undefined (%s), by definition %v", name, e.Undefined, v)
				}
				compared["undefined"]++
				continue
			}
			compared[name]++
			if e.N != len(score) && !slices.Contains([]string{"precision", "recall", "specificity", "f1"}, name) {
				t.Errorf("%s of %d rows, want %d", name, e.N, len(score))
			}
			near(t, name, e.Value, want[name], 1e-9)
		}
		if auc.Undefined == "" {
			near(t, "variance of auc", auc.SE*auc.SE, want["variance of auc"], 1e-12)
		}
		// The others are sums of the above over classes, or groups of counts.
		repeated := CountScores(score, positive)
		for _, pair := range [][2]Estimate{
			{counts.CalibrationError(), repeated.CalibrationError()},
			{MacroAUC([]ScoreCounts{counts}), MacroAUC([]ScoreCounts{repeated})},
			{WeightedAUC([]ScoreCounts{counts, counts}), WeightedAUC([]ScoreCounts{repeated, repeated})},
			{Brier(score, positive), counts.Brier()},
			{AUC(score, positive), auc},
		} {
			if a, b := pair[0], pair[1]; a.Undefined != b.Undefined || a.N != b.N || math.Abs(a.Value-b.Value) > 1e-9 || math.Abs(a.SE-b.SE) > 1e-9 {
				t.Errorf("%s by weight %+v, of rows %+v", a.Metric, a, b)
			}
		}
		if f1 := (matrix.Of("true").F1().Value + matrix.Of("false").F1().Value) / 2; matrix.MacroF1([]string{"false", "true"}).Undefined == "" {
			near(t, "macro_f1", matrix.MacroF1([]string{"false", "true"}).Value, f1, 1e-12)
			compared["macro_f1"]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(compared)) {
		if compared[name] < 100 {
			t.Errorf("%s was compared %d times", name, compared[name])
		}
	}
}
