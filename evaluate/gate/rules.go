package gate

// The rules, named as their metrics validation_… in a run.
const (
	AccuracyThreshold   = "accuracy_threshold"
	AUCThreshold        = "auc_threshold"
	AccuracyImprovement = "accuracy_improvement"
	AUCImprovement      = "auc_improvement"
)

// Rules are what a candidate is held to.
type Rules struct {
	Accuracy, AUC float64 // least values, 0-1
	// How far below production's the candidate's value may be, 0-1.
	TolerateAccuracy, TolerateAUC float64
	// Labels is how many are wanted at least of what still grows, of each
	// version that is measured: with fewer, the decision is pending.
	Labels int
	// Confidence of two-sided intervals, in (0.5, 1): a rule holds only when the
	// whole interval does, fails only when none of it does, and is pending
	// between. 0: the values decide, whatever chance had to do with them.
	Confidence float64
}

// Default are the customary rules: accuracy 0.85 and AUC 0.80 at least, an
// accuracy that is not below production's, and an AUC at most 0.01 below.
func Default() Rules {
	return Rules{Accuracy: 0.85, AUC: 0.80, TolerateAUC: 0.01, Labels: 200}
}

// shownConfidence is that of the intervals that decide nothing.
const shownConfidence = 0.95

// AtLook returns the rules for the nth look (from 1) at rows that grow: the looks'
// shares of the error, 1/(n(n+1)), add up to 1, so that however often one
// looks, a wrong decision is no more likely than the confidence says.
func (r Rules) AtLook(n int) Rules {
	if r.Confidence > 0 {
		r.Confidence = 1 - (1-r.Confidence)/float64(n*(n+1))
	}
	return r
}
