package performance

// Bias is the mean error, predicted less outcome, in the unit of the outcome: 0 is
// best, above 0 is too high. The interval is normal.
func (s Errors) Bias() Estimate { return s.mean("bias", s.N, s.Error, s.Square) }
