package evaluate_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
)

// autoFlights is the demo's model with hourly buckets and a window of its own choice.
func autoFlights(m *memory) evaluate.Policy {
	p := flightsPolicy(m)
	p.Live.Metrics, p.Bucket, p.Drift.Window = nil, time.Hour, evaluate.AutoWindow
	return p
}

// An hour of flights is too few rows to compare, a day is nearly a witness of its
// own: 0.87 of series and measures. What is judged from then on are days.
func TestAutoChoosesTheShortestUsableWindow(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := autoFlights(m)
	results, last := judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 20))
	ref := m.pinned["1"]
	if ref.Window != 24*time.Hour || !ref.Auto || ref.Resembling() || ref.Usable() < 0.8 {
		t.Errorf("chosen %s (auto %v), usable %.2f: want days", ref.Window, ref.Auto, ref.Usable())
	}
	windows := 0
	for _, r := range results {
		if r.P != nil && r.Check == "psi" && r.Feature == "temp" {
			windows++
			if r.To.Sub(r.From) != ref.Window {
				t.Fatalf("judged a window of %s under a reference of %s", r.To.Sub(r.From), ref.Window)
			}
		}
	}
	if windows != 18 || !last.DriftTo.Equal(day(time.June, 19)) {
		t.Errorf("%d windows judged to %s, want the 18 days of June to the 19th", windows, last.DriftTo)
	}
	// The budget is shared by as many windows as there are.
	stated := p
	stated.Drift.Window = 24 * time.Hour
	if got, want := p.Thresholds(ref), stated.Thresholds(ref); got != want {
		t.Errorf("thresholds %v, want those of days %v", got, want)
	}
}

// Six days cannot tell how much days differ, and thirty in which the mean rises
// from one to the next tell only once: it is said, with the longest window of
// which the reference has 8, days where it has 8 of none.
func TestAutoSaysThatALongerReferenceHelps(t *testing.T) {
	for name, c := range map[string]struct {
		days   int
		want   time.Duration
		reason string
	}{
		"fewer than 8 of any": {6, 24 * time.Hour, evaluate.ReasonNoVariation},
		"rising":              {30, 72 * time.Hour, evaluate.ReasonResembling},
	} {
		t.Run(name, func(t *testing.T) {
			w := tide{&memory{pinned: map[string]evaluate.Reference{}}, func(at time.Time) float64 { return at.Sub(day(time.April, 1)).Hours() / 240 }}
			p := tidePolicy(evaluate.AutoWindow)
			p.Bucket = 24 * time.Hour // hours would be enough of them
			p.Source.To = day(time.April, 1).AddDate(0, 0, c.days)
			results, _ := judge(t, evaluate.New(w, w, w), w.memory, p, p.Source.To.AddDate(0, 0, 1), p.Source.To.AddDate(0, 0, 2))
			ref := w.pinned["1"]
			told := slices.ContainsFunc(results, func(r evaluate.Result) bool {
				return r.Check == "reference" && r.Reason == c.reason && r.Status == evaluate.Inconclusive
			})
			if ref.Window != c.want || !ref.Resembling() || !told {
				t.Errorf("windows of %s, resembling %v, told %v: want %s and to be told", ref.Window, ref.Resembling(), told, c.want)
			}
		})
	}
}

// The window is frozen: what the configuration says later holds for references
// from then on, such as one that a person accepts.
func TestAnotherWindowHoldsFromTheNextReferenceOn(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	e := evaluate.New(m, m, m)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	accepted := day(time.July, 20)
	lengths := map[time.Duration]int{}
	for tick := day(time.June, 2).Add(10 * time.Minute); tick.Before(day(time.August, 20)); tick = tick.AddDate(0, 0, 1) {
		if tick.After(day(time.June, 20)) {
			p.Drift.Window = 72 * time.Hour
		}
		if tick.Sub(accepted) == 10*time.Minute {
			from, to := day(time.June, 2), day(time.July, 17) // of three days from the epoch
			if _, err := e.Accept(t.Context(), p, model.Ref{Name: p.Model, Version: "1"}, from, to, tick.Add(-time.Minute), ""); err != nil {
				t.Fatal(err)
			}
		}
		past.References = m.pinned
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		v := verdicts[0]
		past.Verdicts["1"] = v
		for _, r := range v.Results {
			if r.Check != "psi" || r.Feature != "temp" {
				continue
			}
			length := r.To.Sub(r.From)
			lengths[length]++
			if want := map[bool]time.Duration{false: 24 * time.Hour, true: 72 * time.Hour}[tick.After(accepted)]; length != want {
				t.Errorf("%s: a window of %s, want %s", tick.Format(time.DateOnly), length, want)
			}
		}
	}
	if lengths[24*time.Hour] != 48 || lengths[72*time.Hour] < 8 {
		t.Errorf("windows by length %v", lengths)
	}
}

// The week in which a version fell silent is judged, though by now the
// configuration says days, after which it would be forgotten.
func TestAVersionIsJudgedUntilItsOwnWindowCloses(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics, p.Drift.Window = nil, 7*24*time.Hour
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	m.until["1"] = day(time.June, 8)
	p.Drift.Window = 24 * time.Hour
	results, _ := judge(t, evaluate.New(m, m, m), m, p, day(time.June, 7), day(time.June, 20))
	week := func(r evaluate.Result) bool {
		return r.P != nil && r.From.Equal(day(time.June, 6)) && r.To.Equal(day(time.June, 13))
	}
	if !slices.ContainsFunc(results, week) {
		t.Error("the week of June 6 was not judged")
	}
}

// A baseline has blocks of days; those of weeks are sums of them.
func TestAutoChoosesFromTheBlocksOfABaseline(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	b := trainedOn(t, m, p, m.pinned["1"], nil)
	y := young{newMemory(t, m.scores), day(time.June, 2).Add(time.Hour)}
	judge(t, evaluate.New(y, y, y).WithBaselines(trained(func() (baseline.Baseline, bool, error) { return b, true, nil })), y.memory, autoFlights(m), day(time.June, 3), day(time.June, 4))
	if ref := y.pinned["1"]; ref.Source != evaluate.SourceBaseline || ref.Window != 24*time.Hour || ref.Resembling() || !ref.Since.Equal(day(time.June, 3)) {
		t.Errorf("from %s windows of %s since %s", ref.Source, ref.Window, ref.Since)
	}
}

func TestABaselineIsPassedOverWhenTold(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics, p.Source.IgnoreBaseline = nil, true
	asked := false
	e := evaluate.New(m, m, m).WithBaselines(trained(func() (baseline.Baseline, bool, error) { asked = true; return baseline.Baseline{}, true, nil }))
	judge(t, e, m, p, day(time.June, 3), day(time.June, 4))
	if ref := m.pinned["1"]; asked || ref.Source != evaluate.SourceWindow || ref.Unused != "" {
		t.Errorf("asked for the baseline: %v; pinned from %q, unused %q", asked, ref.Source, ref.Unused)
	}
}

// A challenger is compared with what the champion is compared with.
func TestAReferenceIsTakenFromAnotherVersion(t *testing.T) {
	for name, c := range map[string]struct {
		other, of, reason string
	}{
		"stated":              {"1", "1", evaluate.ReasonPinned},
		"serving":             {evaluate.ServingVersion, "1", evaluate.ReasonPinned},
		"stated, but unknown": {"7", "", evaluate.ReasonNoOther},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory(t, map[string]string{"1": "v1", "2": "v0"})
			p := flightsPolicy(m)
			judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
			champion := m.pinned["1"]
			delete(m.pinned, "2")
			p.Source.Version = c.other
			results, last := judge(t, evaluate.New(m, m, m), m, p, day(time.June, 4), day(time.June, 20))
			var told []string
			for _, r := range results {
				if r.Check == "reference" {
					told = append(told, r.Reason)
				}
			}
			if !slices.Contains(told, c.reason) {
				t.Errorf("told %s, want %s", strings.Join(told, " "), c.reason)
			}
			ref, pinned := m.pinned["2"]
			if pinned != (c.of != "") {
				t.Fatalf("pinned %v from %s", pinned, ref.Source)
			}
			if !pinned {
				if want := (evaluate.Standing{Status: evaluate.Inconclusive, Reason: c.reason}); last.Drift != want {
					t.Errorf("stands %v, want %v", last.Drift, want)
				}
				return
			}
			if ref.Source != evaluate.SourceVersion || ref.Of != c.of || ref.ID == champion.ID || ref.Rows != champion.Rows || len(champion.Diff(ref)) == 0 {
				t.Errorf("took %d rows of %q (%s) as %s, want the %d of 1", ref.Rows, ref.Of, ref.Source, ref.ID, champion.Rows)
			}
			if !reflect.DeepEqual(champion.Series, ref.Series) {
				t.Error("its series are not the champion's, with cells, counts and natural variation")
			}
			for _, d := range champion.Diff(ref) {
				if d.Measures["psi"] != 0 {
					t.Errorf("%s differs from the champion's by PSI %g", d.Series, d.Measures["psi"])
				}
			}
		})
	}
}
