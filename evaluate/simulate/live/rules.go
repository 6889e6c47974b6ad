package main

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/driftd/driftd/evaluate/simulate/runs"
)

// rule is a fixed rule on accuracy: it is told the correct rows of an hour and
// says whether it fires.
type rule interface{ hear(correct, rows int) bool }

// rules are what is compared, made anew for every model.
var rules = []struct {
	name string
	make func(baseline float64) rule
}{
	{"z-test on the last 24 h, every hour, p < .05", func(b float64) rule { return &sliding{baseline: b, z: distuv.UnitNormal.Quantile(.95)} }},
	{"the same, p < .001", func(b float64) rule { return &sliding{baseline: b, z: distuv.UnitNormal.Quantile(.999)} }},
	{"day below mean - 3 sd of the first 30 days", func(float64) rule { return &sigmas{reference: 30} }},
	{"day below mean - 3 sd of the first 10 days", func(float64) rule { return &sigmas{reference: 10} }},
}

// sliding tests the last 24 hours against the baseline, as if it were the first
// and only look.
type sliding struct {
	baseline, z   float64
	correct, rows []int
}

func (s *sliding) hear(correct, rows int) bool {
	s.correct, s.rows = append(s.correct, correct), append(s.rows, rows)
	if len(s.rows) > 24 {
		s.correct, s.rows = s.correct[1:], s.rows[1:]
	}
	k, n := float64(sum(s.correct)), float64(sum(s.rows))
	return len(s.rows) == 24 && (k/n-s.baseline)/math.Sqrt(s.baseline*(1-s.baseline)/n) < -s.z
}

// sigmas learns from the first days how days differ, and fires on one that is
// three (population) standard deviations below their mean.
type sigmas struct {
	reference     int
	days          []float64
	correct, rows []int
}

func (s *sigmas) hear(correct, rows int) bool {
	s.correct, s.rows = append(s.correct, correct), append(s.rows, rows)
	if len(s.rows) < 24 {
		return false
	}
	day := float64(sum(s.correct)) / float64(sum(s.rows))
	s.correct, s.rows = nil, nil
	if len(s.days) < s.reference {
		s.days = append(s.days, day)
		return false
	}
	mean := 0.0
	for _, d := range s.days {
		mean += d / float64(len(s.days))
	}
	variance := 0.0
	for _, d := range s.days {
		variance += (d - mean) * (d - mean) / float64(len(s.days))
	}
	return day < mean-3*math.Sqrt(variance)
}

func sum(x []int) (total int) {
	for _, v := range x {
		total += v
	}
	return total
}

// judged is what a rule does in a year in which nothing changes, and how many
// days it takes to see a drop.
type judged struct {
	alarms, deviation float64
	median            []int // by drop
}

// judge lets a rule hear accuracy that stays at the baseline for a year, and
// accuracy that drops after a healthy time. An alarm that goes on is one.
func judge(seed uint64, years, trials int, s Stream, baseline float64, drops []float64, fresh func(float64) rule) (judged, error) {
	m := accuracy{baseline}
	hours := func(i, days int, mean func(day int) float64, heard func(day int, fires bool) bool) {
		r := runs.Generator(seed, uint64(i))
		c, rule := s.course(m, r), fresh(baseline)
		for day := range days {
			today := mean(day) + c.next()
			for range 24 {
				n := s.rows(day) / 24
				if !heard(day, rule.hear(binomial(r, n, math.Min(1, today)), n)) {
					return
				}
			}
		}
	}
	counts := make([]float64, years)
	err := runs.Parallel(years, func(i int) error {
		firing := false
		hours(i, year, func(int) float64 { return baseline }, func(_ int, fires bool) bool {
			if fires && !firing {
				counts[i]++
			}
			firing = fires
			return true
		})
		return nil
	})
	var j judged
	j.alarms, j.deviation = meanError(counts)
	for _, drop := range drops {
		days := make([]int, trials)
		err = runs.Parallel(trials, func(i int) error {
			days[i] = patience
			hours(i, healthy+patience, func(day int) float64 {
				if day >= healthy {
					return baseline - drop
				}
				return baseline
			}, func(day int, fires bool) bool {
				if fires && day >= healthy {
					days[i] = day - healthy + 1
				}
				return days[i] == patience
			})
			return nil
		})
		slices.Sort(days)
		j.median = append(j.median, days[trials/2])
	}
	return j, err
}
