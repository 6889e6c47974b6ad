package performance

import "math"

// calibrationGroups is how many groups of about equally many rows are compared.
const calibrationGroups = 10

// CalibrationError is the expected calibration error: the mean distance, over ten
// groups of rows in order of their score, of the mean score and the share of positives,
// d, corrected for c = Σ w √(2p(1-p)/(πn)), which chance alone makes of perfect
// probabilities: d - c²/d, at least 0. As d grows, less of it is chance. Bins are not
// split, so that groups are only about equally large, and scores are taken at the
// middle of their bin, which changes d by Bound at most.
//
// The interval is normal and rests on the sampling of labels; rows of one label are no
// exception.
func (c ScoreCounts) CalibrationError() Estimate {
	e := Estimate{Metric: "ece", Excluded: int(c.Excluded)}
	if c.Check() != nil {
		return Estimate{Metric: e.Metric, Undefined: BadCounts}
	}
	p, n := classes(c.groups())
	rows := p + n
	if e.N = int(rows); rows == 0 {
		e.Undefined = NoRows
		return e
	}
	var variance, chance, done float64 // done: rows of earlier groups
	var in struct{ rows, score, positive, half float64 }
	for i, bin := range c.Bins {
		middle, half := centre(bin)
		gp, gn := float64(c.Positive[i]), float64(c.Negative[i])
		in.rows += gp + gn
		in.score += middle * (gp + gn)
		in.positive += gp
		in.half += half * (gp + gn)
		if i < len(c.Bins)-1 && (done+in.rows)*calibrationGroups < rows*(1+math.Floor(done*calibrationGroups/rows)) {
			continue
		}
		w, score, share := in.rows/rows, in.score/in.rows, in.positive/in.rows
		e.Value += w * math.Abs(score-share)
		e.Bound += in.half / rows
		spread := score * (1 - score) / in.rows // of a share whose probability is the score
		chance += w * math.Sqrt(2/math.Pi*spread)
		variance += w * w * math.Max(spread, share*(1-share)/in.rows)
		done += in.rows
		in.rows, in.score, in.positive, in.half = 0, 0, 0, 0
	}
	if e.Value > 0 {
		e.Value = math.Max(0, e.Value-chance*chance/e.Value)
	}
	e.within(variance)
	return e
}
