package main

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/simulate/runs"
	"github.com/driftd/driftd/internal/model"
)

// budget is the false drift alerts a model-year that driftd is allowed.
const budget = 2

// rules are what is compared: driftd first, then fixed rules on one window of
// one series.
var rules = [...]string{"driftd", "PSI > 0.1", "PSI > 0.25", "p < 0.05"}

// alarm is a rule that fires in a window. It is an alert when it is fresh: the
// rule was quiet of the series in the window before.
type alarm struct {
	rule, series, window int
	fresh                bool
}

// watch lets the evaluator and the rules judge live windows of a stream and
// calls hear for every alarm, until hear returns false.
func watch(ctx context.Context, w World, seed, run uint64, change Change, windows int, hear func(alarm) bool) error {
	st := newStore(newStream(w, runs.Generator(seed, run), change))
	firing := map[string]bool{}
	return st.follow(ctx, windows, func(window int, evidence []evaluate.Evidence) bool {
		for f := range st.ref.Series {
			for _, now := range judge(st, f, evidence) {
				if now.fires && !hear(alarm{now.rule, f, window, !firing[now.key]}) {
					return false
				}
				firing[now.key] = now.fires
			}
		}
		return true
	})
}

// follow lets the evaluator judge live windows, one tick each, and hands on the
// evidence after each until see returns false.
func (st *store) follow(ctx context.Context, windows int, see func(window int, evidence []evaluate.Evidence) bool) error {
	p := st.policy()
	evaluator := evaluate.New(st, st, st)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: map[string]evaluate.Reference{}}
	for window := range windows {
		end := st.advance()
		verdicts, err := evaluator.Evaluate(ctx, p, "1", past, end.Add(10*time.Minute))
		if err != nil {
			return err
		}
		if len(verdicts) != 1 || !verdicts[0].DriftTo.Equal(end) {
			return fmt.Errorf("window %d of %s: not judged", window, st.stream.Name)
		}
		past.Verdicts["1"], past.References["1"] = verdicts[0], st.ref
		if !see(window, verdicts[0].Evidence) {
			return nil
		}
	}
	return nil
}

func (st *store) policy() evaluate.Policy {
	w := st.stream.World
	p := evaluate.Policy{
		Model: "simulated", Task: model.Binary, Bucket: min(w.Window, day), Lateness: 5 * time.Minute,
		Source:  evaluate.ReferenceSource{From: st.origin, To: st.referenceEnd(), FirstDays: 14},
		Drift:   evaluate.DriftPolicy{Window: w.Window, Tolerate: map[string]float64{}},
		Budgets: evaluate.Budgets{DriftAlerts: budget},
	}
	for _, m := range drift.Catalog {
		if m.Default && !m.Quality() {
			p.Drift.Measures = append(p.Drift.Measures, m.Name)
			p.Drift.Tolerate[m.Name] = m.Tolerance
		}
	}
	return p
}

// judgement is what a rule says of a series.
type judgement struct {
	key   string // what may alert once while it lasts
	rule  int
	fires bool
}

// judge lets every rule judge a series in the last window.
func judge(st *store, f int, evidence []evaluate.Evidence) []judgement {
	s := st.ref.Series[f]
	var now []judgement
	for _, e := range evidence {
		if e.Feature == s.Name {
			now = append(now, judgement{s.Name + " " + e.Check, 0, e.Level == evaluate.Alerted})
		}
	}
	psi := compare("psi", s, st.last[s.Name])
	p := psi.P // of chi-square
	if s.Layout.Kind == drift.Numeric {
		p = compare("ks", s, st.last[s.Name]).P
	}
	for i, fires := range []bool{psi.Value > .1, psi.Value > .25, p < .05} {
		now = append(now, judgement{s.Name + " " + rules[i+1], i + 1, fires})
	}
	return now
}

func compare(name string, s evaluate.ReferenceSeries, live drift.Counts) drift.Comparison {
	m, err := drift.Lookup(name)
	if err != nil {
		panic(err) // the two defaults
	}
	return m.Compare(s.Layout, s.Counts, live, m.Tolerance)
}
