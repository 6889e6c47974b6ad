package evaluate

import (
	"slices"

	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/model"
)

// ExpectedPrefix begins the checks of metrics that are estimated from scores, before
// any label: expected_accuracy and so on.
const ExpectedPrefix = "expected_"

// calibrate learns from the reference's labels what its scores mean, or why that
// cannot be told.
func (ref *Reference) calibrate(p Policy, rows *Matured) {
	at := slices.IndexFunc(ref.Series, func(s ReferenceSeries) bool { return s.Name == ScoreSeries })
	if p.Task != model.Binary || at < 0 {
		return
	}
	labelled := make([]performance.Labelled, 0, len(rows.ID))
	for i, score := range rows.Score {
		if probability(score) {
			labelled = append(labelled, performance.Labelled{
				ID: rows.ID[i], Cell: ref.Series[at].Layout.Cell(score), Score: score,
				Positive: rows.Positive[i], Predicted: rows.Positive[i] == rows.Correct[i],
			})
		}
	}
	calibration, err := performance.Calibrate(labelled)
	if err != nil {
		ref.Uncalibrated = err.Error()
		return
	}
	ref.Calibration = &calibration
}

// expected estimates the metrics of a window from its scores: an early hint while
// labels are still to come. It is never held to a limit and never an input to an
// action, because it assumes what it cannot see.
func (ref Reference) expected(p Policy, live Counts) []Result {
	scores := live.Series[ScoreSeries]
	if ref.Calibration == nil || len(scores.Cells) == 0 {
		return nil
	}
	var results []Result
	for _, e := range ref.Calibration.Expected(scores.Cells, scores.N) {
		if !slices.Contains(p.Live.Metrics, e.Metric) {
			continue
		}
		r := Result{
			Check: ExpectedPrefix + e.Metric, From: live.From, To: live.To, Rows: uint64(e.N),
			Status: Healthy, Reason: ReasonExpected,
		}
		if e.Undefined != "" {
			r.Reason = string(e.Undefined)
		} else {
			r.Value, r.Lower, r.Upper = number(e.Value), number(e.Lower), number(e.Upper)
		}
		results = append(results, r)
	}
	return results
}
