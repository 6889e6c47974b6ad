package main

import (
	"math"
	"slices"

	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/evaluate/simulate/runs"
)

// witnesses is how many blocks must testify before a threshold can be crossed.
const witnesses = 3

// null counts the alarms a year of detectors that share a budget of alarms a
// year, each over years of a version of its own, while the mean stays where it
// is; with the standard error over years.
func null(seed uint64, years int, s Stream, m metric, mean, budget float64) (rate, deviation float64, err error) {
	logC := evidence.Threshold(1, year, budget)
	counts := make([]float64, years)
	err = runs.Parallel(years, func(i int) error {
		r := runs.Generator(seed, uint64(i))
		d, c := m.detector(logC/witnesses), s.course(m, r)
		var state evidence.State
		for day := range year {
			b, err := m.block(r, d, day, s.rows(day), mean+c.next())
			if err != nil {
				return err
			}
			if state, err = d.Step(state, b); err != nil {
				return err
			}
			if state.Evidence() >= logC {
				counts[i]++
				state = state.Reset()
			}
		}
		return nil
	})
	rate, deviation = meanError(counts)
	return rate, deviation, err
}

// healthy is how many good days come before a drop, and patience how many days
// it has to be seen.
const (
	healthy  = 60
	patience = 400
)

// delay is how many days a drop takes to cross the threshold logC, in the median
// and in the slowest tenth of the trials; patience for those that were not seen.
// The mean is before on healthy days and after from then on.
func delay(seed uint64, trials int, s Stream, m metric, before, after, logC float64) (median, slow int, err error) {
	days := make([]int, trials)
	err = runs.Parallel(trials, func(i int) error {
		r := runs.Generator(seed, uint64(i))
		d, c := m.detector(logC/witnesses), s.course(m, r)
		var state evidence.State
		for day := range healthy + patience {
			mean := before
			if day >= healthy {
				mean = after
			}
			b, err := m.block(r, d, day, s.rows(day), mean+c.next())
			if err != nil {
				return err
			}
			if state, err = d.Step(state, b); err != nil {
				return err
			}
			if state.Evidence() < logC {
				continue
			}
			if day >= healthy {
				days[i] = day - healthy + 1
				return nil
			}
			state = state.Reset()
		}
		days[i] = patience
		return nil
	})
	slices.Sort(days)
	return days[trials/2], days[trials*9/10], err
}

func meanError(x []float64) (mean, deviation float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(deviation / math.Max(1, n-1) / n)
}
