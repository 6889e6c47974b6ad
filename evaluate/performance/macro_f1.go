package performance

// MacroF1 is the mean F1 of the classes, each against all others. Which classes there
// are is fixed by the reference: without it those of the window, and an absent one
// would go unseen. A class of which no row is labelled or predicted leaves it
// undefined.
//
// The interval is normal on the logit scale (delta method over the cells; Takahashi et
// al., Applied Intelligence 52, 2022), Wilson's with as many rows as the rarest label
// has where that has fewer than thirty.
func (m Matrix) MacroF1(classes []string) Estimate {
	return m.averageF1("macro_f1", classes, func(int) float64 { return 1 / float64(len(classes)) }, false)
}
