package evaluate_test

import (
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// Where labels are missing of rows with other scores, that is marked, and accuracy is
// bounded whatever the missing labels are.
func TestSelectedLabelsAreMarked(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Maturity = 5 * time.Hour // half of the labels come later, those of late flights more often
	e := evaluate.New(m, m, m)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	marked, looked := 0, 0
	for tick := day(time.June, 2).Add(6 * time.Hour); tick.Before(day(time.July, 2)); tick = tick.AddDate(0, 0, 1) {
		past.References = m.pinned
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.Verdicts["1"] = verdicts[0]
		var accuracy, coverage, low, high *float64
		for _, r := range verdicts[0].Results {
			switch {
			case r.Check == evaluate.SelectedCheck:
				looked++
				if r.Reason == evaluate.ReasonSelected {
					marked++
				}
			case r.Check == evaluate.BoundsCheck && r.From.After(day(time.June, 1)):
				low, high = r.Lower, r.Upper
			case r.Check == "accuracy" && r.Against == "":
				accuracy = r.Value
			case r.Check == "coverage":
				coverage = r.Value
			}
		}
		if accuracy != nil && low != nil {
			want := *accuracy * *coverage
			if d := *low - want; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: lower bound %v, want accuracy × coverage %v", tick, *low, want)
			}
			if d := *high - *low - (1 - *coverage); d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: the bounds are %v apart, want what is not labelled, %v", tick, *high-*low, 1-*coverage)
			}
		}
	}
	t.Logf("marked %d of %d days", marked, looked)
	if looked < 20 || marked < 3 || marked == looked {
		t.Errorf("marked %d of %d days: want the unusual ones", marked, looked)
	}
}
