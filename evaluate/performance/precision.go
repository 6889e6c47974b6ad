package performance

// Precision is the share of rows called positive that are: TP/(TP+FP), over the rows
// called positive, with Wilson's interval.
func (c Confusion) Precision() Estimate {
	return share("precision", c.TP, c.TP+c.FP, c.none(NoneCalled))
}
