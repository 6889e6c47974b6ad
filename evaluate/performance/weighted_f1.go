package performance

// WeightedF1 is the mean F1 of the window's classes, each weighing as many rows as are
// labelled so. The interval is as that of [Matrix.MacroF1].
func (m Matrix) WeightedF1() Estimate {
	return m.averageF1("weighted_f1", m.Classes(), func(labels int) float64 { return float64(labels) / float64(m.Rows()) }, true)
}
