package evaluate

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/drift"
)

// Checks of what is not labelled.
const (
	// SelectedCheck is the PSI between the scores of labelled and of unlabelled rows.
	SelectedCheck = "selected_labels"
	// BoundsCheck bounds accuracy, whatever the missing labels are.
	BoundsCheck = "accuracy_bounds"
)

// selectedPSI is the PSI above which labels are marked as selected.
const selectedPSI = 0.1

// selectedP is the p-value that it must have beside: chance alone marks one block in
// a thousand.
const selectedP = 0.001

// missing says what the labels that are missing could hide: the bounds of accuracy,
// and whether the labelled rows are a chance selection by their scores. Both are told;
// what follows from a low coverage is decided by the coverage alone.
func (e *Evaluator) missing(ctx context.Context, past Past, b block, v *Verdict) error {
	rows := b.of(v.Ref.Version)
	if rows == nil || rows.Predicted == 0 {
		return nil
	}
	unlabelled := rows.unlabelled()
	if tolerance, ok := b.policy.Live.Tolerate["accuracy"]; ok && unlabelled > tolerance && len(rows.ID) > 0 {
		right := float64(rows.correct()) / float64(rows.Predicted)
		v.Results = append(v.Results, b.result(Result{
			Check: BoundsCheck, Rows: rows.Predicted, Lower: number(right), Upper: number(right + unlabelled), Status: Healthy, Reason: ReasonUnlabelled,
		}))
	}
	ref, pinned := past.References[v.Ref.Version]
	if !pinned || unlabelled == 0 || b.from.Before(ref.since()) || b.to.After(v.CountedTo) {
		return nil
	}
	ref, err := e.profiler.Whole(ctx, ref)
	if err != nil {
		return err
	}
	scores, known := ref.series(ScoreSeries, "")
	if !known {
		return nil
	}
	counts, err := e.buckets.Counts(ctx, b.policy, ref, b.from, b.to, b.to.Sub(b.from))
	if err != nil {
		return fmt.Errorf("count the scores of %s to %s: %w", b.from.Format(time.RFC3339), b.to.Format(time.RFC3339), err)
	}
	var all drift.Counts
	for _, c := range counts { // a block need not lie on the grid of its own length
		all.Add(c.Series[ScoreSeries])
	}
	labelled := scores.Layout.CountNumbers(rows.Score, nil)
	rest, err := all.Less(labelled)
	if err != nil {
		return nil // predictions that were made twice, or came late: not the same rows
	}
	psi, err := drift.Lookup("psi")
	if err != nil {
		return err
	}
	c := psi.Compare(scores.Layout, labelled, rest, selectedPSI)
	if c.Reason != "" {
		return nil // too few to tell
	}
	r := b.result(Result{Check: SelectedCheck, Rows: rest.Total(), Value: number(c.Value), Limit: number(selectedPSI), Status: Healthy})
	if c.Value > selectedPSI && c.PEffect <= selectedP {
		r.Status, r.Reason = Inconclusive, ReasonSelected
	}
	v.Results = append(v.Results, r)
	return nil
}
