package demo_test

import (
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/demo/data"
)

// proof is the demotion of version 2 recomputed from the flights themselves, by
// the text of docs/how-it-works.md and none of driftd's code.
type proof struct {
	labels int
	logM   float64
	at     time.Time // end of the block that crossed
}

// The demo's configuration, and the grid and caps that the documentation gives.
const (
	tolerance    = 0.005
	demotions    = 0.01 // a model-year
	detectors    = 3    // paired accuracy, AUC and Brier
	priorEffect  = 3.0
	priorWeights = 5
)

var bets = []float64{.02, .05, .1, .2, .35, .5, .7, .9}

func threshold() float64 { return math.Log(detectors * 365.25 / demotions) }

// recompute plays the paired Brier detector over the days from September 1.
func recompute(flights *data.Flights) proof {
	day := time.Date(2013, time.September, 1, 0, 0, 0, 0, time.UTC)
	m := make([]float64, len(bets))
	var means, sampling, rows []float64
	var p proof
	for ; p.at.IsZero() && day.Year() == 2013; day = day.AddDate(0, 0, 1) {
		var ds []float64
		for row := range flights.Len() {
			at := flights.Time(row)
			if at.Before(day) || !at.Before(day.AddDate(0, 0, 1)) {
				continue
			}
			arrived, late, known := flights.Outcome(row)
			champion, _ := flights.Score("v1", row)
			challenger, scored := flights.Score("v2", row) // from midnight in New York
			if !known || !scored || arrived.Sub(at) > 24*time.Hour {
				continue
			}
			y := 0.0
			if late {
				y = 1
			}
			ds = append(ds, (challenger-y)*(challenger-y)-(champion-y)*(champion-y))
		}
		f := designEffect(means, sampling, rows, float64(len(ds)))
		total := 0.0
		for i, bet := range bets {
			lambda, sum := bet/(1+tolerance), 0.0
			for _, d := range ds {
				sum += math.Log(1 + lambda*(d-tolerance))
			}
			m[i] = (m[i] + 1) * math.Exp(math.Min(sum/f, threshold()/3))
			total += m[i]
		}
		p.labels += len(ds)
		p.logM = math.Log(total / float64(len(bets)))
		if p.logM >= threshold() {
			p.at = day.AddDate(0, 0, 1)
		}
		mean, variance := moments(ds)
		means, sampling, rows = append(means, mean), append(sampling, variance/float64(len(ds))), append(rows, variance)
	}
	return p
}

// designEffect is how much more the mean of a day of n rows differs than its rows
// explain, as fewer than 21 past days tell, shrunk to 3 as if that were five days.
func designEffect(means, sampling, rows []float64, n float64) float64 {
	t := float64(len(means))
	if t < 2 {
		return priorEffect
	}
	mean, plain := moments(means)
	long := plain * (t - 1)
	for lag := 1; lag <= 2; lag++ {
		for i := lag; i < len(means); i++ {
			long += 2 * (1 - float64(lag)/3) * (means[i] - mean) * (means[i-lag] - mean)
		}
	}
	long = math.Max(long/(t-1), plain/2)
	explained, _ := moments(sampling)
	row, _ := moments(rows)
	effect := 1 + math.Max(0, long-explained)/(row/n)
	return math.Max(1, (priorWeights*priorEffect+t*effect)/(priorWeights+t))
}

// moments returns the mean and the variance with divisor n-1.
func moments(xs []float64) (mean, variance float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		variance += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, variance
}

// explained recomputes ln M from the table that `driftd explain` printed for
// the paired Brier detector: rows, f and the sums are all it may use.
func explained(t *testing.T, text string) (labels int, logM float64) {
	t.Helper()
	_, table, found := strings.Cut(text, "Paired brier against version 1")
	if !found {
		t.Fatalf("explain shows no paired Brier detector:\n%s", text)
	}
	m := make([]float64, len(bets))
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) != 4+len(bets)+2 || !strings.HasPrefix(fields[0], "2013-") {
			continue
		}
		var x []float64
		for _, field := range fields[1 : 4+len(bets)] {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			x = append(x, v)
		}
		labels += int(x[0])
		total := 0.0
		for i, sum := range x[3:] {
			m[i] = (m[i] + 1) * math.Exp(math.Min(sum/x[2], threshold()/3))
			total += m[i]
		}
		logM = math.Log(total / float64(len(bets)))
	}
	return labels, logM
}

// build makes the program that people run.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "driftd")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/driftd/driftd/cmd/driftd").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// explain runs the command on what the demo kept.
func explain(t *testing.T, binary, dir string) string {
	t.Helper()
	out, err := exec.Command(binary, "explain", "flight-delays", "2", "-c", filepath.Join(dir, "driftd.yaml")).Output()
	if err != nil {
		t.Fatalf("driftd explain: %v\n%s", err, out)
	}
	return string(out)
}
