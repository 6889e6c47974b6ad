package performance

// Specificity is the share of negative rows that are called so, the true negative
// rate: TN/(TN+FP), over the negative rows, with Wilson's interval.
func (c Confusion) Specificity() Estimate {
	return share("specificity", c.TN, c.TN+c.FP, c.none(NoNegatives))
}
