package main

import (
	"context"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/internal/model"
)

func contextFor(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

// verdictOf is a verdict with one detector of each kind.
func verdictOf(ref model.Ref, status evaluate.Status, reason string) evaluate.Verdict {
	day := func(n int) time.Time { return time.Date(2026, time.March, n, 0, 0, 0, 0, time.UTC) }
	const page, demote = 7.6, 11.5
	logM, level, since := 0.7*demote, evaluate.Paged, day(19)
	switch status {
	case evaluate.Healthy:
		logM, level, since = 0.1*demote, evaluate.None, time.Time{}
	case evaluate.Critical:
		logM, level, since = 1.02*demote, evaluate.Proven, day(20)
	}
	number := func(x float64) *float64 { return &x }
	of := func(r evaluate.Result) evaluate.Result {
		r.Feature, r.From, r.To, r.Status = "", day(17), day(18), evaluate.Healthy
		return r
	}
	return evaluate.Verdict{
		Results: []evaluate.Result{
			of(evaluate.Result{Check: "coverage", Value: number(0.91), Limit: number(0.8), Rows: 975}),
			of(evaluate.Result{Check: "brier", Value: number(0.12), Lower: number(0.11), Upper: number(0.13), Rows: 888}),
			of(evaluate.Result{Check: "brier", Segment: "region=eu", Value: number(0.21), Lower: number(0.18), Upper: number(0.24), Rows: 300}),
			of(evaluate.Result{Check: "recall", Segment: "region=eu", Value: number(0.5), Lower: number(0.4), Upper: number(0.6), Rows: 120}),
			of(evaluate.Result{Check: "coverage", Segment: "region=eu", Value: number(0.94), Rows: 320}),
			of(evaluate.Result{Check: "coverage", Segment: "region=us", Value: number(0.9), Rows: 655}),
			of(evaluate.Result{Check: "brier", Segment: "region=us", Value: number(0.09), Lower: number(0.08), Upper: number(0.1), Rows: 588}),
			of(evaluate.Result{Check: "recall", Segment: "region=us", Reason: "no_positives"}),
			of(evaluate.Result{Check: "brier", Segment: "plan=pro ∩ region=eu", Value: number(0.2), Lower: number(0.1), Upper: number(0.3), Rows: 80}),
			of(evaluate.Result{Check: "slice_brier", Segment: "region=eu", Value: number(0.2), Lower: number(0.18), Upper: number(0.22), Limit: number(0.14), P: number(0.0003), Rows: 5321, Reason: evaluate.ReasonSlice}),
		},
		Ref: ref, Tick: day(21).Add(15 * time.Minute), Status: status, Reason: reason, Serving: status != evaluate.Healthy, ReferenceID: "4a1f0c22d9b3",
		Drift: evaluate.Standing{Status: evaluate.Healthy}, Live: evaluate.Standing{Status: status, Reason: reason},
		FirstSeen: day(1), CountedTo: day(21), DriftTo: day(21), LabelsTo: day(18),
		Evidence: []evaluate.Evidence{
			{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: "tenure", Voices: voices(), LogM: 1.4, Alert: 5.6, Blocks: 20, Rows: 24000, Started: day(1)},
			{Kind: evaluate.Quality, Check: evaluate.QualityCheck, Feature: "tenure", Voices: missing(), LogM: 1.9, Alert: 7.6, Blocks: 20, Rows: 24000, Started: day(1)},
			{Kind: evaluate.Absolute, Check: "accuracy", Limit: 0.86, LogM: -0.4, Page: page, Blocks: 17, Rows: 20400, Started: day(1), Design: 1.3},
			{
				Kind: evaluate.Paired, Check: "brier", Against: "2", Onset: day(4), Limit: 0.005, LogM: logM, Page: page, Demote: demote,
				Level: level, Since: since, Started: day(3), Blocks: 15, Rows: 13108, Peak: logM, Design: 1.7,
				Last: evidence.Block{Span: evidence.Span{ID: "2026-03-17", From: day(17), To: day(18)}, Rows: 888, Mean: 0.0135, Sums: []float64{0.2, 0.5, 1.1}},
			},
		},
	}
}

// missing is what the last window says of the share of nulls.
func missing() []evaluate.Voice {
	rise, now, before, p := 0.01, 0.03, 0.02, 0.02
	return []evaluate.Voice{{Check: "missing", Limit: 0.01, Value: &rise, P: &p, Now: &now, Before: &before}, {Check: "invalid", Limit: 0.001}}
}

// voices are what PSI and KS said about the last window.
func voices() []evaluate.Voice {
	psi, p := 0.06, 0.4
	return []evaluate.Voice{{Check: "psi", Limit: 0.1, Value: &psi, P: &p}, {Check: "ks", Limit: 0.05}}
}
