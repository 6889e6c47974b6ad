package main

import (
	"context"
	"math"
	"slices"

	"github.com/driftd/driftd/evaluate/simulate/runs"
)

// rate is alerts per model-year with the standard error of the mean over years,
// and the share of series and windows in which the rule fires.
type rate struct{ mean, error, firing float64 }

// null counts the alerts of model-years in which nothing changes.
func null(ctx context.Context, w World, seed uint64, years int) ([len(rules)]rate, error) {
	counts, firing := make([][len(rules)]float64, years), make([]map[alarm]bool, years)
	windows := int(365 * day / w.Window)
	err := runs.Parallel(years, func(i int) error {
		firing[i] = map[alarm]bool{}
		return watch(ctx, w, seed, uint64(i), Change{}, windows, func(a alarm) bool {
			if a.fresh {
				counts[i][a.rule]++
			}
			a.fresh = false
			firing[i][a] = true
			return true
		})
	})
	var rates [len(rules)]rate
	for _, alarms := range firing {
		for a := range alarms {
			rates[a.rule].firing += 1 / float64(years*windows*(w.Numeric+w.Categorical))
		}
	}
	for r := range rates {
		var square float64
		for _, c := range counts {
			rates[r].mean += c[r] / float64(years)
		}
		for _, c := range counts {
			square += (c[r] - rates[r].mean) * (c[r] - rates[r].mean)
		}
		rates[r].error = math.Sqrt(square / float64(max(1, years-1)) / float64(years))
	}
	return rates, err
}

// patience is how many windows a change has to be seen.
const patience = 60

// power is how a change is seen: in how many of the trials at all, and after
// how many windows in the median one (patience and more: not seen).
type power struct {
	seen   float64
	median int
}

// see looks how soon a change of the first numeric or categorical series is
// alerted on that series.
func see(ctx context.Context, w World, seed uint64, trials int, change Change) ([len(rules)]power, error) {
	series := 0
	if change.Shift == 0 {
		series = w.Numeric
	}
	first := make([][len(rules)]int, trials)
	err := runs.Parallel(trials, func(i int) error {
		for r := range first[i] {
			first[i][r] = patience
		}
		return watch(ctx, w, seed, uint64(i), change, patience, func(a alarm) bool {
			if a.series == series {
				first[i][a.rule] = min(first[i][a.rule], a.window)
			}
			return slices.Max(first[i][:]) == patience
		})
	})
	var powers [len(rules)]power
	for r := range powers {
		delays := make([]int, trials)
		for i := range first {
			delays[i] = first[i][r]
			if delays[i] < patience {
				powers[r].seen += 1 / float64(trials)
			}
		}
		slices.Sort(delays)
		powers[r].median = delays[trials/2] + 1 // windows looked at
	}
	return powers, err
}
