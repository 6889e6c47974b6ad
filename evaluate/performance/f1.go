package performance

// F1 is the harmonic mean of precision and recall: 2TP/(2TP+FP+FN).
//
// It is 2q/(1+q) of the share q = TP/(TP+FP+FN) (Jaccard's) and rises with it: the
// interval is Wilson's of q, carried over. N is TP+FP+FN, as true negatives do not
// enter. Rows that are neither called positive nor positive alone leave it undefined.
func (c Confusion) F1() Estimate {
	e := share("f1", c.TP, c.TP+c.FP+c.FN, c.none(NoPositives))
	if e.Undefined != "" {
		return e
	}
	e.SE *= 2 / ((1 + e.Value) * (1 + e.Value)) // the derivative at q
	for _, x := range []*float64{&e.Value, &e.Lower, &e.Upper, &e.Baseline} {
		*x = 2 * *x / (1 + *x)
	}
	return e
}

// F1Share returns the share of TP among TP+FP+FN at which F1 is f, the inverse of
// 2q/(1+q). Holding F1 to f is holding that rate to it: E[W] ≥ 0 for W = 2-2f of a
// true positive, -f of an error, 0 of a true negative.
func F1Share(f float64) float64 { return f / (2 - f) }
