package performance

import "math"

// MacroAUC is the mean of the AUCs of the classes, each against all others: classes[i]
// counts the same rows by the score of class i, positive where the label is that class.
// A class of which no row is labelled leaves it undefined; those of the other classes
// are still to be had from [ScoreCounts.AUC].
//
// The AUCs rest on the same rows: SE is the mean of theirs, which no correlation
// exceeds. Bound is the mean of their bounds.
func MacroAUC(classes []ScoreCounts) Estimate {
	return averageAUC("macro_auc", classes, func(float64, float64) float64 { return 1 })
}

// WeightedAUC is [MacroAUC] with each class weighing as many rows as are labelled so.
func WeightedAUC(classes []ScoreCounts) Estimate {
	return averageAUC("weighted_auc", classes, func(p, _ float64) float64 { return p })
}

func averageAUC(metric string, classCounts []ScoreCounts, weigh func(p, n float64) float64) Estimate {
	e := Estimate{Metric: metric}
	var total, rarest float64
	for i, c := range classCounts {
		one := c.AUC()
		e.Excluded = max(e.Excluded, one.Excluded)
		p, n := classes(c.groups())
		switch {
		case one.Undefined == SingleClass && len(classCounts) > 1:
			one.Undefined = ClassAbsent
			fallthrough
		case one.Undefined != "":
			return Estimate{Metric: metric, N: one.N, Excluded: e.Excluded, Undefined: one.Undefined}
		}
		w := weigh(p, n)
		e.N = max(e.N, one.N)
		e.Value, e.SE, e.Bound = e.Value+w*one.Value, e.SE+w*one.SE, e.Bound+w*one.Bound
		total += w
		if few := math.Min(p, n); i == 0 || few < rarest {
			rarest = few
		}
	}
	if total == 0 {
		e.Undefined = NoRows
		return e
	}
	e.Value, e.SE, e.Bound = math.Min(1, e.Value/total), e.SE/total, e.Bound/total
	if rarest < fewRows || e.SE == 0 || !inside(e.Value) {
		e.conservative(rarest, false)
		return e
	}
	e.normal(false)
	return e
}
