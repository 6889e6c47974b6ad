package performance

// Recall is the share of positive rows that are called so, the true positive rate or
// sensitivity: TP/(TP+FN), over the positive rows, with Wilson's interval.
func (c Confusion) Recall() Estimate {
	return share("recall", c.TP, c.TP+c.FN, c.none(NoPositives))
}
