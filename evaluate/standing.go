package evaluate

// Reasons of results and verdicts: constants, for people's sentences and for
// metric labels.
const (
	ReasonNoReference = "no_reference"          // not pinned yet: too little or too young data
	ReasonPinned      = "reference_pinned"      // pinned at this tick
	ReasonAccepted    = "reference_accepted"    // a person accepted another one since the last tick
	ReasonBaseline    = "baseline_unusable"     // its baseline is there and cannot be used: another source is
	ReasonUnread      = "baseline_unread"       // whether it has a baseline cannot be known now
	ReasonNotTrained  = "not_in_baseline"       // the baseline has no such series, or of another kind
	ReasonNoVariation = "variation_unknown"     // the baseline has no blocks, too few, or of another length
	ReasonResembling  = "windows_resemble"      // no window is long enough to be a witness of its own: a longer reference helps
	ReasonNoOther     = "no_reference_of_other" // the version whose reference it takes has none yet
	ReasonMoved       = "moved"                 // differs from an earlier window beyond the tolerance; told to nobody
	ReasonNoWindow    = "no_window_yet"         // a reference is pinned, no window has closed since
	ReasonNoRows      = "no_rows"               // the window is empty
	ReasonShifted     = "drift"                 // a series crossed the drift budget
	ReasonData        = "data_quality"          // a gross break, or a series or the stream crossed the budget of data quality
	ReasonDays        = "earlier_days"          // too few earlier weeks: compared with earlier days
	ReasonPaired      = "paired_regression"     // worse than the fallback on the same requests
	ReasonAbsolute    = "below_baseline"        // below the baseline less the tolerance
	ReasonFloor       = "below_floor"           // below the stated bound
	ReasonCoverage    = "low_label_coverage"
	ReasonAbsent      = "absent_is_negative" // predictions without an outcome count as negative
	ReasonNoLabels    = "labels_not_mature"
	ReasonNoBaseline  = "no_baseline"
	ReasonUnlabelled  = "whatever_the_missing_labels_are" // bounds, not an estimate
	ReasonSelected    = "selected_labels"                 // labelled rows score otherwise than those without a label
	ReasonSlice       = "worse_than_elsewhere"            // a slice in which the version does worse
	ReasonNoSlice     = "no_slice_stands_out"
	ReasonExpected    = "expected_from_scores" // an estimate before any label
)

// worse returns the worse of two standings; the first wins a tie.
func (s Standing) worse(t Standing) Standing {
	if t.Status > s.Status {
		return t
	}
	return s
}

// conclude sets the verdict's status to the worst of its data, its drift and its live
// performance. A half
// that was never judged says so itself.
func (v *Verdict) conclude() {
	if v.Drift.Status == 0 {
		v.Drift = Standing{Inconclusive, ReasonNoReference}
		if v.ReferenceID != "" {
			v.Drift.Reason = ReasonNoWindow
		}
	}
	worst := v.Drift
	if v.Live.Status != 0 {
		worst = v.Live.worse(v.Drift)
	}
	worst = v.Data().worse(worst) // where the data are broken, that is why the others are off
	v.Status, v.Reason = worst.Status, worst.Reason
}

// standing turns what a detector stands for into a status. Only evidence that
// may demote is ever critical.
func (e Evidence) standing() Standing {
	reason := map[Kind]string{Drift: ReasonShifted, Quality: ReasonData, Paired: ReasonPaired, Absolute: ReasonAbsolute, Floor: ReasonFloor}[e.Kind]
	switch {
	case e.Level == Proven:
		return Standing{Critical, reason}
	case e.Level > None:
		return Standing{Warning, reason}
	}
	return Standing{Status: Healthy}
}
