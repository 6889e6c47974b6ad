package gate

import (
	"slices"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/performance"
)

// Rows are what is decided on.
type Rows struct {
	Candidate  evaluate.Matured
	Production *evaluate.Matured // nil: nothing to compare with
	// Absent says why Production is nil; Wanted that it should not be, which
	// leaves the comparisons pending instead of not applicable.
	Absent string
	Wanted bool
	// Growing says that more labels may come, so that too few are no verdict.
	Growing bool
}

// Why a rule is pending: sentences without numbers, see [Decision.Summary].
const (
	tooFewLabels = "too few labels"
	oneClass     = "labels of one class only"
	noScores     = "no row has a score in 0 to 1"
	straddles    = "the interval holds the limit"
)

// rounding is less than any difference that rows can make: 0.81 - 0.8 is not to
// exceed 0.01.
const rounding = 1e-12

// Decide holds the candidate to the rules. Both versions are measured on the
// requests that both scored if those are enough, else each on its own rows.
func Decide(rules Rules, rows Rows) Decision {
	g := gate{Rules: rules, z: performance.Quantile(shownConfidence)}
	d := Decision{Confidence: shownConfidence}
	if rules.Confidence > 0 {
		d.Confidence, g.z = rules.Confidence, performance.Quantile(rules.Confidence)
	}
	if rows.Growing {
		g.least = rules.Labels
	}
	candidate := rows.Candidate
	if rows.Production != nil {
		production := *rows.Production
		if a, b := evaluate.Common(candidate, production); len(a.ID) >= max(g.least, 1) {
			d.Paired, candidate, production = true, a, b
		}
		measured := g.measure(production)
		d.Production, rows.Production = &measured, &production
	}
	d.Candidate = g.measure(candidate)
	d.Rules = []Result{
		g.rule(AccuracyThreshold, d.Candidate.Accuracy, rules.Accuracy),
		g.rule(AUCThreshold, d.Candidate.AUC, rules.AUC),
	}
	for _, r := range g.compare(d, candidate, rows.Production) {
		if d.Production == nil {
			r.Status, r.Reason = NotApplicable, rows.Absent
			if rows.Wanted {
				r.Status = Pending
			}
		}
		d.Rules = append(d.Rules, r)
	}
	d.Status = overall(d.Rules)
	return d
}

// overall is failed if a rule failed, else pending if one is.
func overall(rules []Result) Status {
	for _, s := range []Status{Failed, Pending} {
		if slices.ContainsFunc(rules, func(r Result) bool { return r.Status == s }) {
			return s
		}
	}
	return Passed
}

type gate struct {
	Rules
	least int     // labels
	z     float64 // quantile of the intervals
}

func (g gate) measure(m evaluate.Matured) Measured {
	k := count(m.Correct, true)
	out := Measured{
		Version: m.Version, Predicted: m.Predicted, Labels: len(m.ID),
		Accuracy: performance.Accuracy(k, len(m.ID)), AUC: performance.AUCAt(m.Score, m.Positive, g.z),
	}
	out.Accuracy.Lower, out.Accuracy.Upper = performance.Wilson(k, len(m.ID), g.z)
	return out
}

// compare holds the candidate to production, if there is one.
func (g gate) compare(d Decision, candidate evaluate.Matured, production *evaluate.Matured) []Result {
	accuracy := performance.Estimate{Undefined: performance.NoRows}
	auc := accuracy
	switch {
	case production == nil:
	case d.Paired:
		accuracy = performance.AccuracyDifference(candidate.Correct, production.Correct, g.z)
		auc = performance.AUCDifference(candidate.Score, production.Score, candidate.Positive, g.z)
	default:
		a, b := d.Candidate, *d.Production
		accuracy = performance.RateDifference(count(candidate.Correct, true), a.Labels, count(production.Correct, true), b.Labels, g.z)
		auc = performance.AUCApart(a.AUC, b.AUC, min(rarer(candidate), rarer(*production)), g.z)
	}
	return []Result{
		g.rule(AccuracyImprovement, accuracy, 0-g.TolerateAccuracy),
		g.rule(AUCImprovement, auc, 0-g.TolerateAUC),
	}
}

// rule holds one estimate to its limit.
func (g gate) rule(name string, e performance.Estimate, limit float64) Result {
	r := Result{Rule: name, Limit: limit, Labels: e.N, Status: Pending}
	switch {
	case e.Undefined == performance.SingleClass:
		r.Reason = oneClass
		return r
	case e.Undefined != "" && e.Excluded > 0:
		r.Reason = noScores
		return r
	case e.Undefined != "":
		r.Reason = tooFewLabels
		return r
	}
	r.Value, r.Lower, r.Upper = &e.Value, &e.Lower, &e.Upper
	low, high := e.Value, e.Value
	if g.Confidence > 0 {
		low, high = e.Lower, e.Upper
	}
	switch {
	case e.N < g.least:
		r.Reason = tooFewLabels
	case low >= limit-rounding:
		r.Status = Passed
	case high < limit-rounding:
		r.Status = Failed
	default:
		r.Reason = straddles
	}
	return r
}

func count(truths []bool, wanted bool) int {
	n := 0
	for _, t := range truths {
		if t == wanted {
			n++
		}
	}
	return n
}

func rarer(m evaluate.Matured) int { return min(count(m.Positive, true), count(m.Positive, false)) }
