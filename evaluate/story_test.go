package evaluate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

func day(month time.Month, d int) time.Time {
	return time.Date(2013, month, d, 0, 0, 0, 0, time.UTC)
}

// flightsPolicy is the demo's: daily windows and blocks, reference April and May.
func flightsPolicy(m *memory) evaluate.Policy {
	p := evaluate.Policy{
		Model: "flight-delays", Task: model.Binary, Positive: "1",
		Bucket: 24 * time.Hour, Lateness: 5 * time.Minute, Maturity: 24 * time.Hour,
		Source: evaluate.ReferenceSource{From: day(time.April, 1), To: day(time.June, 1), FirstDays: 28},
		Drift: evaluate.DriftPolicy{
			Window: 24 * time.Hour, Measures: []string{"psi", "ks"}, Tolerate: map[string]float64{"psi": 0.1, "ks": 0.05},
		},
		Live: evaluate.LivePolicy{
			Metrics: []string{"accuracy", "auc", "brier"}, Block: 24 * time.Hour, MinLabels: 200, Coverage: 0.8,
			Tolerate: map[string]float64{"accuracy": 0.01, "auc": 0.01, "brier": 0.005},
		},
		Budgets: evaluate.Budgets{Demotions: 0.01, Pages: 0.5, DriftAlerts: 2},
	}
	for _, c := range m.flights.Features() {
		kind := drift.Numeric
		if c.Categories != nil {
			kind = drift.Categorical
		}
		p.Features = append(p.Features, evaluate.Feature{Name: c.Name, Kind: kind})
	}
	return p
}

// replay judges every day of the story. act says what follows a proven
// regression; the slot moves at its word.
func replay(t *testing.T, m *memory, p evaluate.Policy, seen func(evaluate.Verdict)) (demoted map[string]time.Time) {
	t.Helper()
	e := evaluate.New(m, m, m)
	past := evaluate.Past{
		Verdicts: map[string]evaluate.Verdict{}, References: m.pinned, FallbackAlias: "0",
		Demoted: map[string]bool{},
	}
	demoted = map[string]time.Time{}
	serving := "1"
	hold := func(version string, tick time.Time) {
		serving = version
		past.Slots = append(past.Slots, evaluate.Tenure{Version: version, From: tick})
	}
	first := day(time.April, 1).Add(10 * time.Minute)
	hold("1", first)
	for tick := first; tick.Before(day(time.December, 31).AddDate(0, 0, 4)); tick = tick.AddDate(0, 0, 1) {
		if tick.Equal(day(time.September, 1).Add(10 * time.Minute)) {
			hold("2", tick)
		}
		verdicts, err := e.Evaluate(t.Context(), p, serving, past, tick)
		if err != nil {
			t.Fatalf("%s: %v", tick, err)
		}
		past.References = m.pinned
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version] = v
			seen(v)
			if v.Serving && v.Status == evaluate.Critical {
				demoted[v.Ref.Version] = tick
				past.Demoted[v.Ref.Version] = true
				hold(past.Fallback(v.Ref.Version), tick)
			}
		}
	}
	return demoted
}

// levels records when each detector of the serving version changed its level.
func levels(log func(string)) func(evaluate.Verdict) {
	last := map[string]evaluate.Level{}
	return func(v evaluate.Verdict) {
		for _, e := range v.Evidence {
			key := fmt.Sprintf("v%s %s/%s %s %s", v.Ref.Version, e.Kind, e.Check, e.Feature, e.Against)
			if e.Level != last[key] {
				last[key] = e.Level
				log(fmt.Sprintf("%s serving=%v %s: %s log M %.1f blocks %d rows %d design %.1f", v.Tick.Format(time.DateOnly), v.Serving, key, e.Level, e.Peak, e.Blocks, e.Rows, e.Design))
			}
		}
	}
}

func TestLeakyVersionIsProvenWorseAndNobodyElse(t *testing.T) {
	m := newMemory(t, map[string]string{"0": "v0", "1": "v1", "2": "v2"})
	m.until["0"] = day(time.September, 1)
	told := levels(func(s string) { t.Log(s) })
	onsets := map[evaluate.Level]time.Time{}
	warm := map[time.Time]time.Time{} // onset of each alert on temperature
	demoted := replay(t, m, flightsPolicy(m), func(v evaluate.Verdict) {
		told(v)
		for _, e := range v.Evidence {
			if v.Ref.Version == "2" && v.Serving && e.Kind == evaluate.Paired && e.Check == "brier" && e.Level >= evaluate.Paged {
				onsets[e.Level] = e.Onset
			}
			if v.Ref.Version == "1" && e.Kind == evaluate.Drift && e.Feature == "temp" && e.Level == evaluate.Alerted {
				warm[e.Since] = e.Onset
			}
		}
	})
	// It did worse from its first day on, whichever level has been reached since.
	if want := day(time.September, 1); !onsets[evaluate.Paged].Equal(want) || !onsets[evaluate.Proven].Equal(want) {
		t.Errorf("onset by level %v, want %s", onsets, want.Format(time.DateOnly))
	}
	// A shift that came back has a beginning of its own.
	for since, onset := range warm {
		if since.After(day(time.August, 10)) && onset.Before(day(time.August, 6)) {
			t.Errorf("temperature moved by %s since %s, which is the shift before", since.Format(time.DateOnly), onset.Format(time.DateOnly))
		}
	}
	at, ok := demoted["2"]
	if !ok || len(demoted) != 1 {
		t.Fatalf("demoted %v, want version 2 alone", demoted)
	}
	if at.Before(day(time.September, 10)) || at.After(day(time.September, 22)) {
		t.Errorf("version 2 demoted on %s, want about two weeks after September 1", at.Format(time.DateOnly))
	}
}

func TestHonestRetrainIsNeverProvenWorse(t *testing.T) {
	m := newMemory(t, map[string]string{"0": "v0", "1": "v1", "2": "v2_fair"})
	m.until["0"] = day(time.September, 1)
	if demoted := replay(t, m, flightsPolicy(m), levels(func(s string) { t.Log(s) })); len(demoted) != 0 {
		t.Errorf("demoted %v, want nobody", demoted)
	}
}

// Before any label, accuracy and Brier score are expected from scores: near to what
// the labels say of an honest version, and never an input to anything.
func TestPerformanceIsExpectedFromScores(t *testing.T) {
	m := newMemory(t, map[string]string{"0": "v0", "1": "v1", "2": "v2_fair"})
	m.until["0"] = day(time.September, 1)
	type key struct {
		metric string
		from   time.Time
	}
	expected, realized := map[key]float64{}, map[key]float64{}
	replay(t, m, flightsPolicy(m), func(v evaluate.Verdict) {
		if v.Ref.Version != "1" {
			return
		}
		for _, r := range v.Results {
			metric, estimate := strings.CutPrefix(r.Check, evaluate.ExpectedPrefix)
			switch {
			case r.Value == nil || r.Feature != "" || r.Against != "" || r.To.Sub(r.From) != 24*time.Hour:
			case estimate:
				if r.Status != evaluate.Healthy || r.Limit != nil || r.P != nil || *r.Value < *r.Lower || *r.Value > *r.Upper {
					t.Errorf("%+v", r)
				}
				expected[key{metric, r.From}] = *r.Value
			default:
				realized[key{metric, r.From}] = *r.Value
			}
		}
	})
	for _, metric := range []string{"accuracy", "auc", "brier"} {
		var n, bias, product, a2, b2, meanA, meanB float64
		for k, e := range expected {
			if r, both := realized[k]; both && k.metric == metric {
				n, meanA, meanB = n+1, meanA+e, meanB+r
			}
		}
		meanA, meanB = meanA/n, meanB/n
		for k, e := range expected {
			if r, both := realized[k]; both && k.metric == metric {
				product, a2, b2 = product+(e-meanA)*(r-meanB), a2+(e-meanA)*(e-meanA), b2+(r-meanB)*(r-meanB)
			}
		}
		bias = meanA - meanB
		r := product / math.Sqrt(a2*b2)
		t.Logf("%s: %.0f days, expected %.4f, realized %.4f, correlation of days %.2f", metric, n, meanA, meanB, r)
		if n < 150 || math.Abs(bias) > .05 {
			t.Errorf("%s: %.0f days, expected %.4f but realized %.4f", metric, n, meanA, meanB)
		}
	}
}
