package evaluate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

type object = map[string]any

// trained answers what a registry would.
type trained func() (baseline.Baseline, bool, error)

func (f trained) Baseline(context.Context, model.Ref) (baseline.Baseline, bool, error) { return f() }

// young is the flights of a version that came on a day.
type young struct {
	*memory
	born time.Time
}

func (y young) Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	if from.Before(y.born) {
		from = y.born
	}
	return y.memory.Activity(ctx, p, from, to)
}

// tally is a series' counts as the file states them, over the values of its layout.
func tally(name string, l drift.Layout, c drift.Counts) object {
	out := object{"name": name, "null": c.At(drift.Null), "nan": c.At(drift.NaN)}
	n, below := []uint64{}, []uint64{}
	for i := range l.Categories {
		n = append(n, c.At(int32(i)))
	}
	for i := range l.Knots {
		n, below = append(n, c.At(int32(2*i+1))), append(below, c.At(int32(2*i)))
	}
	if out["n"] = n; l.Kind == drift.Categorical {
		delete(out, "nan")
	} else {
		out["below"] = below
	}
	return out
}

// trainedOn writes the baseline file of a job that was trained on the rows of the
// reference, and reads it.
func trainedOn(t *testing.T, m *memory, p evaluate.Policy, ref evaluate.Reference, change func(file object)) baseline.Baseline {
	t.Helper()
	file := object{"format": 1, "rows": ref.Rows, "from": ref.From, "to": ref.To, "window": p.Drift.Window.String()}
	var all, blocks []object
	for _, s := range ref.Series {
		one := tally(s.Name, s.Layout, s.Counts)
		one["kind"], one["values"] = "number", slices.Concat([]float64{}, s.Layout.Knots)
		if s.Layout.Kind == drift.Categorical {
			one["kind"], one["values"] = "category", slices.Concat([]string{}, s.Layout.Categories)
		}
		all = append(all, one)
	}
	windows, err := m.Counts(t.Context(), p, ref, ref.From, ref.To, p.Drift.Window)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range windows {
		var counted []object
		for _, s := range ref.Series {
			counted = append(counted, tally(s.Name, s.Layout, w.Series[s.Name]))
		}
		blocks = append(blocks, object{"from": w.From, "series": counted})
	}
	file["series"], file["blocks"] = all, blocks
	if change != nil {
		change(file)
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := baseline.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// judge evaluates version 1 every day of the stretch and returns the results.
func judge(t *testing.T, e *evaluate.Evaluator, m *memory, p evaluate.Policy, from, to time.Time) (results []evaluate.Result, last evaluate.Verdict) {
	t.Helper()
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: m.outlines()}
	for tick := from.Add(10 * time.Minute); tick.Before(to); tick = tick.AddDate(0, 0, 1) {
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.References = m.outlines()
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version], last = v, v
			results = append(results, v.Results...)
		}
	}
	return results, last
}

// A version that was trained on April and May and came in June is judged as one
// whose reference are its own predictions of April and May.
func TestABaselineJudgesAsItsRowsWould(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	temp := slices.IndexFunc(p.Features, func(f evaluate.Feature) bool { return f.Name == "temp" })
	p.Features[temp].Age = true
	want, wantLast := judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.July, 10))
	own := m.pinned["1"]

	b := trainedOn(t, m, p, own, nil)
	y := young{newMemory(t, m.scores), day(time.June, 2)}
	e := evaluate.New(y, y, y).WithBaselines(trained(func() (baseline.Baseline, bool, error) { return b, true, nil }))
	got, last := judge(t, e, y.memory, p, day(time.June, 3), day(time.July, 10))

	ref := y.pinned["1"]
	if ref.Source != evaluate.SourceBaseline || ref.Rows != own.Rows || !ref.PinnedAt.Equal(day(time.June, 3).Add(10*time.Minute)) || ref.Unused != "" {
		t.Errorf("pinned from %s with %d rows at %s, want at once from the baseline of %d", ref.Source, ref.Rows, ref.PinnedAt, own.Rows)
	}
	for _, pinned := range []evaluate.Reference{own, ref} {
		for _, s := range pinned.Series {
			if s.Age != (s.Name == "temp") {
				t.Errorf("%s from the %s is an age: %v", s.Name, pinned.Source, s.Age)
			}
		}
	}
	compared, shifted := 0, 0
	for _, w := range want {
		if w.P == nil || w.From.Before(day(time.June, 3)) {
			continue // the first day, on which it came, is not a whole one
		}
		at := slices.IndexFunc(got, func(r evaluate.Result) bool {
			return r.Check == w.Check && r.Feature == w.Feature && r.From.Equal(w.From)
		})
		if at < 0 || got[at].P == nil || *got[at].Value != *w.Value || *got[at].P != *w.P {
			t.Fatalf("%s of %s on %s: %v", w.Check, w.Feature, w.From.Format(time.DateOnly), got[max(0, at)])
		}
		compared++
		if *w.P < 0.001 {
			shifted++
		}
	}
	if compared < 300 || shifted == 0 {
		t.Errorf("%d results compared, %d of them surprising: the test would show nothing", compared, shifted)
	}
	if last.ReferenceID != ref.ID || !last.DriftTo.Equal(wantLast.DriftTo) {
		t.Errorf("last verdict by %s up to %s", last.ReferenceID, last.DriftTo)
	}
}

func TestWhereTheReferenceComesFrom(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	window := m.pinned["1"]
	good := trainedOn(t, m, p, window, nil)
	foreign := trainedOn(t, m, p, window, func(file object) {
		for _, s := range append(file["series"].([]object), flatten(file["blocks"])...) {
			s["name"] = "x" + s["name"].(string)
		}
	})
	half := trainedOn(t, m, p, window, func(file object) {
		file["series"] = slices.DeleteFunc(file["series"].([]object), func(s object) bool { return s["name"] == "temp" })
		delete(file, "blocks")
	})
	other := trainedOn(t, m, p, window, func(file object) {
		for _, s := range file["series"].([]object) {
			if s["name"] == "temp" {
				s["kind"], s["values"], s["n"], s["null"] = "category", []string{"warm"}, []uint64{window.Rows}, 0
				delete(s, "below")
				delete(s, "nan")
			}
		}
		delete(file, "blocks")
	})
	down := errors.New("connection refused")
	bad := fmt.Errorf("%w: rows: 3: want 1000", evaluate.ErrBaseline)
	answer := func(b baseline.Baseline, err error) trained {
		return func() (baseline.Baseline, bool, error) { return b, err == nil, err }
	}
	for name, c := range map[string]struct {
		trained trained
		to      time.Time // the policy's window is over in June
		source  string    // "" for none
		unused  string
		results []string // of the check reference
		drift   evaluate.Standing
	}{
		"baseline before the window": {answer(good, nil), day(time.June, 4), "baseline", "", []string{"reference_pinned"}, evaluate.Standing{}},
		"none":                       {func() (baseline.Baseline, bool, error) { return baseline.Baseline{}, false, nil }, day(time.June, 4), "window", "", []string{"reference_pinned"}, evaluate.Standing{}},
		"broken, the window is used": {answer(good, bad), day(time.June, 4), "window", "the baseline cannot be used: rows: 3: want 1000",
			[]string{"baseline_unusable", "reference_pinned"}, evaluate.Standing{}},
		"broken, the window is not over": {answer(good, bad), day(time.May, 1), "", "",
			[]string{"baseline_unusable"}, evaluate.Standing{Status: evaluate.Warning, Reason: "baseline_unusable"}},
		"of another model": {answer(foreign, nil), day(time.June, 4), "window", "none of its 21 series is one of the model",
			[]string{"baseline_unusable", "reference_pinned"}, evaluate.Standing{}},
		"registry is down": {answer(good, down), day(time.June, 4), "", "",
			[]string{"baseline_unread"}, evaluate.Standing{Status: evaluate.Inconclusive, Reason: "baseline_unread"}},
		"a series is of another kind": {answer(other, nil), day(time.June, 4), "baseline", "",
			[]string{"not_in_baseline temp", "variation_unknown", "reference_pinned"}, evaluate.Standing{}},
		"a series is missing, no blocks": {answer(half, nil), day(time.June, 4), "baseline", "",
			[]string{"not_in_baseline temp", "variation_unknown", "reference_pinned"}, evaluate.Standing{}},
	} {
		t.Run(name, func(t *testing.T) {
			y := young{newMemory(t, m.scores), day(time.April, 20)}
			e := evaluate.New(y, y, y).WithBaselines(c.trained)
			results, last := judge(t, e, y.memory, p, c.to.AddDate(0, 0, -1), c.to)
			var told []string
			for _, r := range results {
				if r.Check == "reference" {
					told = append(told, strings.TrimSpace(r.Reason+" "+r.Feature))
				}
			}
			if !slices.Equal(told, c.results) {
				t.Errorf("results %q, want %q", told, c.results)
			}
			ref := y.pinned["1"]
			if ref.Source != c.source || !strings.Contains(ref.Unused, c.unused) || (c.unused == "") != (ref.Unused == "") {
				t.Errorf("pinned from %q, unused %q, want %q, %q", ref.Source, ref.Unused, c.source, c.unused)
			}
			if c.drift.Status != 0 && last.Drift != c.drift {
				t.Errorf("drift stands at %+v, want %+v", last.Drift, c.drift)
			}
			if c.drift.Status == 0 && last.Drift.Reason == evaluate.ReasonNoReference {
				t.Errorf("drift stands at %+v though a reference is pinned", last.Drift)
			}
			wantMissing := []string(nil)
			if strings.HasPrefix(name, "a series") {
				wantMissing = []string{"temp"}
			}
			if c.source != "" && !slices.Equal(ref.Uncompared(p), wantMissing) {
				t.Errorf("uncompared %v, want %v", ref.Uncompared(p), wantMissing)
			}
		})
	}
}

// flatten returns the series of all blocks.
func flatten(blocks any) (all []object) {
	for _, b := range blocks.([]object) {
		all = append(all, b["series"].([]object)...)
	}
	return all
}

// A registry that was down delays the reference, and nothing more.
func TestBaselineIsPinnedOnceTheRegistryAnswers(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	b := trainedOn(t, m, p, m.pinned["1"], nil)
	y := young{newMemory(t, m.scores), day(time.June, 2)}
	asked := 0
	e := evaluate.New(y, y, y).WithBaselines(trained(func() (baseline.Baseline, bool, error) {
		if asked++; asked <= 5 {
			return baseline.Baseline{}, false, errors.New("connection refused")
		}
		return b, true, nil
	}))
	results, last := judge(t, e, y.memory, p, day(time.June, 3), day(time.June, 20))
	if ref := y.pinned["1"]; asked != 6 || ref.Source != evaluate.SourceBaseline || !ref.PinnedAt.Equal(day(time.June, 8).Add(10*time.Minute)) {
		t.Errorf("asked %d times, pinned %s at %s, want the sixth day", asked, ref.Source, ref.PinnedAt)
	}
	first := slices.IndexFunc(results, func(r evaluate.Result) bool { return r.Check == "psi" })
	if first < 0 || !results[first].From.Equal(day(time.June, 3)) || !last.DriftTo.Equal(day(time.June, 19)) {
		t.Errorf("judged up to %s: want every window from the first whole one on", last.DriftTo)
	}
}

// Live performance is held to what the baseline states, from the first block on.
func TestABaselineStatesWhatPerformanceIsHeldTo(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	stated := trainedOn(t, m, p, m.pinned["1"], func(file object) {
		file["metrics"] = object{"auc": object{"value": 0.7, "lower": 0.69, "upper": 0.71, "n": 9000}}
	})
	y := young{newMemory(t, m.scores), day(time.June, 2)}
	e := evaluate.New(y, y, y).WithBaselines(trained(func() (baseline.Baseline, bool, error) { return stated, true, nil }))
	held := func(past evaluate.Past) map[string]float64 {
		t.Helper()
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, day(time.June, 12).Add(10*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		limits := map[string]float64{}
		for _, r := range verdicts[0].Results {
			if r.Limit != nil {
				limits[r.Check] = *r.Limit
			} else if r.Check == "accuracy" && r.Reason != evaluate.ReasonNoBaseline {
				t.Errorf("accuracy, which is not stated: %+v", r)
			}
		}
		return limits
	}
	want := stated.Metrics["auc"].Baseline - p.Live.Tolerate["auc"]
	got := held(evaluate.Past{})
	if got["auc"] != want || want < 0.67 || want > 0.68 {
		t.Errorf("auc is held to %v, want %v", got["auc"], want)
	}
	if _, ok := got["accuracy"]; ok {
		t.Error("accuracy is held to a limit that nobody stated")
	}

	// It replaced a version: what it does not state is that one's.
	before := evaluate.Reference{Baselines: map[string]performance.Estimate{
		"auc": performance.Stated("auc", 0.9, 0.89, 0.91, 9000, false), "accuracy": performance.Accuracy(700, 1000),
	}}
	got = held(evaluate.Past{References: map[string]evaluate.Reference{"0": before}, Slots: []evaluate.Tenure{{Version: "0"}, {Version: "1"}}})
	if accuracy := before.Baselines["accuracy"].Baseline - p.Live.Tolerate["accuracy"]; got["auc"] != want || got["accuracy"] != accuracy {
		t.Errorf("held to %v, want auc %v and accuracy %v", got, want, accuracy)
	}
}

// Pinned on the day it came, a version has no window of its own yet, and its
// standing does not say that it has no reference.
func TestABaselineIsPinnedBeforeAWindowHasClosed(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	b := trainedOn(t, m, p, m.pinned["1"], nil)
	y := young{newMemory(t, m.scores), day(time.June, 2)}
	down := errors.New("connection refused")
	e := evaluate.New(y, y, y).WithBaselines(trained(func() (baseline.Baseline, bool, error) { return b, down == nil, down }))
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	for _, want := range []string{evaluate.ReasonUnread, evaluate.ReasonNoWindow} {
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, day(time.June, 3).Add(10*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if got := verdicts[0]; got.Status != evaluate.Inconclusive || got.Reason != want {
			t.Errorf("%s because of %s, want %s", got.Status, got.Reason, want)
		}
		past.Verdicts["1"], down = verdicts[0], nil
	}
}

// One prediction with a wrong date does not make two decades of empty windows.
func TestABaselineJudgesFromTheTrafficOn(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	judge(t, evaluate.New(m, m, m), m, p, day(time.June, 3), day(time.June, 4))
	b := trainedOn(t, m, p, m.pinned["1"], nil)
	s := &stray{memory: newMemory(t, m.scores), at: time.Date(1990, time.March, 2, 10, 0, 0, 0, time.UTC)}
	e := evaluate.New(s, s, s).WithBaselines(trained(func() (baseline.Baseline, bool, error) { return b, true, nil }))
	results, _ := judge(t, e, s.memory, p, day(time.April, 10), day(time.April, 11))
	if since := s.pinned["1"].Since; since.Before(day(time.April, 1)) || since.After(day(time.April, 2)) || len(results) > 500 {
		t.Errorf("judged from %s with %d results, want the first day of traffic", since, len(results))
	}
}
