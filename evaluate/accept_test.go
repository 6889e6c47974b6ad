package evaluate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Summer has come and stays: a person accepts the first half of July. What was
// heard about drift starts anew, no window goes unjudged, and warm days are
// ordinary ones from then on.
func TestAcceptedReferenceIsTheNewNormal(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	e := evaluate.New(m, m, m)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	var shifted []string // days on which temp stood as shifted
	judged := 0          // windows of temp by PSI
	accepted := day(time.July, 20)
	for tick := day(time.June, 2).Add(10 * time.Minute); tick.Before(day(time.August, 15)); tick = tick.AddDate(0, 0, 1) {
		past.References = maps.Clone(m.pinned)
		if tick.Sub(accepted) == 10*time.Minute {
			ref, err := e.Accept(t.Context(), p, model.Ref{Name: p.Model, Version: "1"}, day(time.July, 1), day(time.July, 16), tick.Add(-time.Minute), "summer")
			if err != nil {
				t.Fatal(err)
			}
			if ref.ID == past.References["1"].ID || ref.Source != evaluate.SourceAccepted || ref.Rows < 10_000 {
				t.Fatalf("accepted %s from %s with %d rows, pinned was %s", ref.ID, ref.Source, ref.Rows, past.References["1"].ID)
			}
			past.References = maps.Clone(m.pinned)
		}
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		v := verdicts[0]
		past.Verdicts["1"] = v
		for _, r := range v.Results {
			if r.Feature == "temp" && r.Check == "psi" {
				judged++
			}
		}
		told := slices.ContainsFunc(v.Results, func(r evaluate.Result) bool { return r.Reason == evaluate.ReasonAccepted })
		if want := tick.Sub(accepted) == 10*time.Minute; told != want {
			t.Errorf("%s: told that a reference was accepted: %t", tick.Format(time.DateOnly), told)
		}
		for _, ev := range v.Evidence {
			if ev.Kind == evaluate.Drift && ev.Feature == "temp" && ev.Level == evaluate.Alerted {
				shifted = append(shifted, tick.Format(time.DateOnly))
			}
		}
	}
	if len(shifted) == 0 || shifted[0] > "2013-07-19" || shifted[len(shifted)-1] >= "2013-07-20" {
		t.Errorf("temp stood as shifted on %v: want days of July before the 20th, and none after", shifted)
	}
	if want := int(day(time.August, 14).Sub(day(time.June, 1)).Hours() / 24); judged != want {
		t.Errorf("%d windows were judged, want each of %d", judged, want)
	}
}

func TestOnlyAStretchThatCanBeOneIsAccepted(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p, now := flightsPolicy(m), day(time.July, 10)
	e := evaluate.New(m, m, m)
	for name, test := range map[string]struct {
		from, to time.Time
		want     string
	}{
		"within a window": {day(time.June, 1).Add(time.Hour), day(time.July, 1), "within a drift window of 24h0m0s: begin and end at a whole one, such as 2013-06-01"},
		"backwards":       {day(time.July, 1), day(time.June, 1), "want a stretch that ends before 2013-07-08"},
		"not over":        {day(time.July, 1), day(time.July, 10), "want a stretch that ends before 2013-07-08"},
		"too few rows":    {day(time.February, 1), day(time.February, 3), "predicted 0 times"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.Accept(t.Context(), p, model.Ref{Name: p.Model, Version: "1"}, test.from, test.to, now, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if len(m.pinned) != 0 {
		t.Error("a refused reference was pinned")
	}
}
