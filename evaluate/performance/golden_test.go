package performance

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// golden holds what other libraries say, written by testdata/golden.py with the
// versions in it. null is what they leave undefined, and so do we.
type golden struct {
	Versions map[string]string
	Binary   []struct {
		Name                                         string
		Label, Called, Weight                        []int
		Score                                        []float64
		Accuracy, Precision, Recall, Specificity, F1 *float64
		AUC, DeLong, Brier                           *float64
		AveragePrecision                             *float64 `json:"average_precision"`
		LogLoss                                      *float64 `json:"log_loss"`
		F1SE                                         *float64 `json:"f1_se"`
		LogLossSE                                    *float64 `json:"log_loss_se"`
	}
	Calibration []struct {
		Name  string
		Label []int
		Score []float64
		ECE   float64
	}
	Multiclass []struct {
		Name                   string
		Label, Called, Classes []string
		Weight                 []int
		Scores                 [][]float64
		Accuracy               float64
		MacroF1                float64 `json:"macro_f1"`
		MacroF1SE              float64 `json:"macro_f1_se"`
		WeightedF1             float64 `json:"weighted_f1"`
		WeightedF1SE           float64 `json:"weighted_f1_se"`
		MacroAUC               float64 `json:"macro_auc"`
		WeightedAUC            float64 `json:"weighted_auc"`
	}
	Regression []struct {
		Name                      string
		Y, Predicted              []float64
		Weight                    []int
		MAE, RMSE, MAPE, R2, Bias float64
		MAESE                     float64 `json:"mae_se"`
		RMSESE                    float64 `json:"rmse_se"`
		R2SE                      float64 `json:"r2_se"`
		BiasSE                    float64 `json:"bias_se"`
		MAPERows                  int     `json:"mape_rows"`
	}
	Differences []struct {
		A, N, B, M   int
		Lower, Upper float64
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	for _, library := range []string{"scipy", "scikit-learn", "statsmodels"} {
		if g.Versions[library] == "" {
			t.Errorf("golden.json does not say which %s it is of", library)
		}
	}
	if len(g.Binary) < 14 || len(g.Calibration) < 2 || len(g.Multiclass) < 2 || len(g.Regression) < 5 || len(g.Differences) < 5 {
		t.Fatalf("golden.json holds %d, %d, %d, %d and %d cases: some are missing",
			len(g.Binary), len(g.Calibration), len(g.Multiclass), len(g.Regression), len(g.Differences))
	}
	return g
}

// says holds an estimate to a golden value, undefined where that is nil.
func says(t *testing.T, name string, e Estimate, want *float64) {
	t.Helper()
	switch {
	case want == nil && e.Undefined == "":
		t.Errorf("%s: %s is %v, want it undefined", name, e.Metric, e.Value)
	case want != nil && e.Undefined != "":
		t.Errorf("%s: %s is %s, want %v", name, e.Metric, e.Undefined, *want)
	case want != nil:
		near(t, name+": "+e.Metric, e.Value, *want, 1e-12*math.Max(1, math.Abs(*want)))
	}
}

func TestBinaryIsAsOthersSay(t *testing.T) {
	for _, c := range readGolden(t).Binary {
		var confusion Confusion
		var score []float64
		var positive []bool
		extreme := false // they clip log losses elsewhere
		for i, n := range c.Weight {
			confusion.Count(c.Called[i] == 1, c.Label[i] == 1, n)
			score = append(score, slices.Repeat(c.Score[i:i+1], n)...)
			positive = append(positive, slices.Repeat([]bool{c.Label[i] == 1}, n)...)
			extreme = extreme || c.Score[i] == 0 || c.Score[i] == 1
		}
		says(t, c.Name, Accuracy(confusion.TP+confusion.TN, confusion.Rows()), c.Accuracy)
		says(t, c.Name, confusion.Precision(), c.Precision)
		says(t, c.Name, confusion.Recall(), c.Recall)
		says(t, c.Name, confusion.Specificity(), c.Specificity)
		says(t, c.Name, confusion.F1(), c.F1)
		says(t, c.Name, AUC(score, positive), c.AUC)
		says(t, c.Name, Brier(score, positive), c.Brier)
		says(t, c.Name, AveragePrecision(score, positive), c.AveragePrecision)
		loss := LogLoss(score, positive)
		if !extreme {
			says(t, c.Name, loss, c.LogLoss)
			near(t, c.Name+": SE of the log loss", loss.SE, *c.LogLossSE, 1e-12)
		}
		if c.DeLong != nil {
			near(t, c.Name+": DeLong's variance", math.Pow(AUC(score, positive).SE, 2), *c.DeLong, 1e-12)
		}
		if c.F1SE != nil { // a derivative by differences
			near(t, c.Name+": SE of F1", confusion.F1().SE, *c.F1SE, 1e-6)
		}
	}
}

func TestCalibrationErrorIsAsOthersSay(t *testing.T) {
	for _, c := range readGolden(t).Calibration {
		positive := make([]bool, len(c.Label))
		for i := range positive {
			positive[i] = c.Label[i] == 1
		}
		e := CountScores(c.Score, positive).CalibrationError()
		says(t, c.Name, e, &c.ECE)
	}
}

func TestMulticlassIsAsOthersSay(t *testing.T) {
	for _, c := range readGolden(t).Multiclass {
		m := Matrix{}
		counts := make([]ScoreCounts, len(c.Classes))
		for i, n := range c.Weight {
			m.Add(Matrix{{c.Label[i], c.Called[i]}: n})
			for j, class := range c.Classes {
				for range n {
					counts[j].Add(CountScores(c.Scores[i][j:j+1], []bool{c.Label[i] == class}))
				}
			}
		}
		says(t, c.Name, m.Accuracy(), &c.Accuracy)
		says(t, c.Name, m.MacroF1(c.Classes), &c.MacroF1)
		says(t, c.Name, m.WeightedF1(), &c.WeightedF1)
		near(t, c.Name+": SE of macro F1", m.MacroF1(c.Classes).SE, c.MacroF1SE, 1e-6)
		near(t, c.Name+": SE of weighted F1", m.WeightedF1().SE, c.WeightedF1SE, 1e-6)
		macro, weighted := MacroAUC(counts), WeightedAUC(counts)
		near(t, c.Name+": macro AUC", macro.Value, c.MacroAUC, macro.Bound)
		near(t, c.Name+": weighted AUC", weighted.Value, c.WeightedAUC, weighted.Bound)
		if macro.Bound > .01 {
			t.Errorf("%s: a bound of %v says nothing", c.Name, macro.Bound)
		}
	}
}

func TestRegressionIsAsOthersSay(t *testing.T) {
	for _, c := range readGolden(t).Regression {
		sums, parts := Errors{Origin: c.Y[0]}, [2]Errors{{Origin: c.Y[0]}, {Origin: c.Y[0]}}
		var y, predicted []float64
		for i, n := range c.Weight {
			sums.Count(c.Y[i], c.Predicted[i], float64(n))
			parts[i%2].Count(c.Y[i], c.Predicted[i], float64(n))
			y = append(y, slices.Repeat(c.Y[i:i+1], n)...)
			predicted = append(predicted, slices.Repeat(c.Predicted[i:i+1], n)...)
		}
		n := sums.N
		relative := func(what string, got, want, tolerance float64) {
			t.Helper()
			near(t, c.Name+": "+what, got, want, tolerance*math.Max(1, math.Abs(want)))
		}
		says(t, c.Name, sums.MAE(), &c.MAE)
		says(t, c.Name, MAE(y, predicted), &c.MAE)
		says(t, c.Name, sums.RMSE(), &c.RMSE)
		says(t, c.Name, sums.MAPE(), &c.MAPE)
		says(t, c.Name, sums.Bias(), &c.Bias)
		relative("R²", sums.R2().Value, c.R2, 1e-9)
		relative("SE of MAE", sums.MAE().SE, c.MAESE, 1e-12)
		relative("SE of MAE from rows", MAE(y, predicted).SE, c.MAESE, 1e-12)
		relative("SE of bias", sums.Bias().SE, c.BiasSE, 1e-12)
		// Derivatives by differences, of a variance with divisor n.
		relative("SE of RMSE", sums.RMSE().SE*math.Sqrt((n-1)/n), c.RMSESE, 1e-6)
		relative("SE of R²", sums.R2().SE, c.R2SE, 1e-5)
		if got := sums.MAPE(); got.N != c.MAPERows || got.Excluded != int(n)-c.MAPERows {
			t.Errorf("%s: MAPE of %d rows, %d excluded, want %d of %v", c.Name, got.N, got.Excluded, c.MAPERows, n)
		}
		parts[0].Add(parts[1])
		relative("MAE of added sums", parts[0].MAE().Value, c.MAE, 1e-12)
		relative("R² of added sums", parts[0].R2().Value, c.R2, 1e-9)
		relative("SE of R² of added sums", parts[0].R2().SE, c.R2SE, 1e-5)
		relative("MAPE of added sums", parts[0].MAPE().Value, c.MAPE, 1e-12)
	}
}

func TestDifferenceIsAsOthersSay(t *testing.T) {
	for _, c := range readGolden(t).Differences {
		e := RateDifference(c.A, c.N, c.B, c.M, z95)
		near(t, "lower", e.Lower, c.Lower, 1e-12)
		near(t, "upper", e.Upper, c.Upper, 1e-12)
	}
}
