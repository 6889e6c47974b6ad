package drift

import "slices"

// Quality says whether the measure is of the quality of data: a share of rows
// that are bad, such as missing ones. The others are of the distribution.
func (m Measure) Quality() bool { return m.bad != nil }

// Bad returns how many of the rows that a measure of quality is about are bad;
// none for other measures.
func (m Measure) Bad(l Layout, c Counts) Share {
	if !m.Quality() || l.Check(c) != nil {
		return Share{}
	}
	return m.bad(l, c)
}

// Ratio returns the share, in [0, 1]; 0 of no rows.
func (s Share) Ratio() float64 {
	if s.Rows == 0 {
		return 0
	}
	return ratio(s)
}

func missingRows(_ Layout, c Counts) Share { return Share{c.Missing(), c.Total()} }

func invalidRows(_ Layout, c Counts) Share { return Share{c.At(Invalid), c.Total()} }

func unseenRows(l Layout, c Counts) Share { return Share{l.Unseen(c), valued(c)} }

// beyondRows are those below the first knot and above the last, which are the
// reference's smallest and largest value.
func beyondRows(l Layout, c Counts) Share {
	return Share{c.At(NegInf) + c.At(PosInf) + c.At(0) + c.At(int32(2*len(l.Knots)))*min(1, uint64(len(l.Knots))), valued(c)}
}

// usualShare bounds how much less than half of the earlier windows a stream may
// have had before a window counts as an outage.
const usualShare = 0.1

// Usual leaves out earlier windows in which the stream was broken: with less
// than a tenth of the rows that half of the windows have. What was an outage
// once is not what these hours usually have. Where more than a quarter are like
// that, it is a habit, and all are kept.
func Usual(earlier []Flow) []Flow {
	totals := make([]uint64, len(earlier))
	for i, flow := range earlier {
		totals[i] = sum(flow.Accepted)
	}
	slices.Sort(totals)
	var usual []Flow
	for _, flow := range earlier {
		if float64(sum(flow.Accepted)) >= usualShare*float64(totals[len(totals)/2]) {
			usual = append(usual, flow)
		}
	}
	if 4*(len(earlier)-len(usual)) > len(earlier) {
		return earlier
	}
	return usual
}

// Broken says whether a stretch of a stream shows what chance does not bring,
// as the check that saw it; "" when it does not.
//
// Silence: nothing was accepted, though in each of the earlier windows at
// least MinRows were: a Poisson count of that mean is 0 with probability e^-200.
// Rejects: more than half of at least MinRows rows were, and less than a quarter
// of the earlier ones: at one bad row in four, 101 of 200 have p < 1e-12.
func Broken(intake, traffic Flow, earlierIntake, earlierTraffic []Flow) string {
	var before Share
	for _, f := range earlierIntake {
		before.Add(Share{sum(f.Rejected), f.total()})
	}
	if now := (Share{sum(intake.Rejected), intake.total()}); now.Rows >= MinRows && now.Ratio() > 0.5 && before.Ratio() < 0.25 {
		return Rejects
	}
	if sum(traffic.Accepted) > 0 || len(earlierTraffic) < MinWeeks {
		return ""
	}
	for _, f := range earlierTraffic {
		if sum(f.Accepted) < MinRows {
			return ""
		}
	}
	return Freshness
}
