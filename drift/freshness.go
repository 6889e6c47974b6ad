package drift

import "math"

// freshness is the number of buckets since the last accepted row: the silence
// at the end of the window, 0 to all of them.
//
// P is that of the volume in the silent stretch, downward, against the same
// stretch of earlier weeks, times the buckets of the window (Bonferroni): where
// the silence begins was not chosen beforehand. A silence that every week has
// is no news. PEffect is P once the silence is longer than tolerated, else 1.
var freshness = StreamCheck{
	Name:      Freshness,
	Tolerance: 1,
	compare: func(weeks []Flow, now Flow, tolerance float64) Comparison {
		silent := 0
		for silent < len(now.Accepted) && now.Accepted[len(now.Accepted)-1-silent] == 0 {
			silent++
		}
		if silent == 0 {
			return Comparison{P: 1, PEffect: 1}
		}
		earlier := make([]uint64, len(weeks))
		for i, week := range weeks {
			earlier[i] = sum(week.Accepted[len(week.Accepted)-silent:])
		}
		d, tail := against(earlier, 0)
		c := Comparison{Value: float64(silent), Corrected: float64(silent), P: math.Min(1, tail(-d)*float64(len(now.Accepted)))}
		c.PEffect = c.P
		if c.Value <= tolerance {
			c.PEffect = 1
		}
		return c
	},
}
