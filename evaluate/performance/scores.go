package performance

import (
	"cmp"
	"fmt"
	"slices"
)

// ScoreBins is the number of equal-width bins inside (0, 1).
const ScoreBins = 1000

// ScoreCounts are labelled rows by score: bin 0 holds scores equal to 0, bin
// 1+⌊1000·score⌋ those inside (0, 1), bin 1001 those equal to 1. They are
// sparse, ascending by bin. The zero ScoreCounts are those of no rows.
type ScoreCounts struct {
	Bins     []int32  `json:"bins"`
	Positive []uint64 `json:"positive"` // positive rows in Bins[i]
	Negative []uint64 `json:"negative"` // negative rows in Bins[i]
	Excluded uint64   `json:"excluded"` // rows whose score is not finite or outside [0, 1]
}

// ScoreBin returns the bin of a score. It is false for one that is not finite
// or outside [0, 1].
func ScoreBin(score float64) (int32, bool) {
	switch {
	case !usable(score):
		return 0, false
	case score == 0:
		return 0, true
	case score == 1:
		return ScoreBins + 1, true
	}
	return 1 + int32(score*ScoreBins), true
}

// CountScores counts rows; both columns have one value per row.
func CountScores(score []float64, positive []bool) ScoreCounts {
	var counts [ScoreBins + 2]group
	var c ScoreCounts
	for i, s := range score {
		bin, ok := ScoreBin(s)
		switch {
		case !ok:
			c.Excluded++
		case positive[i]:
			counts[bin].positive++
		default:
			counts[bin].negative++
		}
	}
	for bin, g := range counts {
		if g.positive+g.negative > 0 {
			c.Bins = append(c.Bins, int32(bin))
			c.Positive = append(c.Positive, g.positive)
			c.Negative = append(c.Negative, g.negative)
		}
	}
	return c
}

// Add adds the rows of other.
func (c *ScoreCounts) Add(other ScoreCounts) {
	for i, bin := range other.Bins {
		at, found := slices.BinarySearch(c.Bins, bin)
		if !found {
			c.Bins = slices.Insert(c.Bins, at, bin)
			c.Positive = slices.Insert(c.Positive, at, 0)
			c.Negative = slices.Insert(c.Negative, at, 0)
		}
		c.Positive[at] += other.Positive[i]
		c.Negative[at] += other.Negative[i]
	}
	c.Excluded += other.Excluded
}

// Check says what is wrong with counts that were read from somewhere.
func (c ScoreCounts) Check() error {
	if len(c.Positive) != len(c.Bins) || len(c.Negative) != len(c.Bins) {
		return fmt.Errorf("score counts: %d bins, %d positive and %d negative counts: want one of each per bin", len(c.Bins), len(c.Positive), len(c.Negative))
	}
	for i, bin := range c.Bins {
		if bin < 0 || bin > ScoreBins+1 || i > 0 && c.Bins[i-1] >= bin {
			return fmt.Errorf("score counts: bin %d at %d: want bins 0 to %d, ascending", bin, i, ScoreBins+1)
		}
	}
	return nil
}

// group is the rows of one bin of scores; exact says that all have the same.
type group struct {
	positive, negative uint64
	exact              bool
}

// groupsOf groups rows by score, ascending, and counts those without a usable one.
func groupsOf(score []float64, positive []bool) (groups []group, excluded int) {
	order := make([]int, 0, len(score))
	for i, s := range score {
		if usable(s) {
			order = append(order, i)
		} else {
			excluded++
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	for at, i := range order {
		if at == 0 || score[order[at-1]] != score[i] {
			groups = append(groups, group{exact: true})
		}
		if positive[i] {
			groups[len(groups)-1].positive++
		} else {
			groups[len(groups)-1].negative++
		}
	}
	return groups, excluded
}

func (c ScoreCounts) groups() []group {
	groups := make([]group, len(c.Bins))
	for i, bin := range c.Bins {
		_, half := centre(bin)
		groups[i] = group{c.Positive[i], c.Negative[i], half == 0}
	}
	return groups
}

// centre returns the middle of a bin and half its width.
func centre(bin int32) (middle, half float64) {
	switch bin {
	case 0:
		return 0, 0
	case ScoreBins + 1:
		return 1, 0
	}
	return (float64(bin) - 0.5) / ScoreBins, 0.5 / ScoreBins
}

// usable says whether a score is a probability; NaN is not.
func usable(score float64) bool { return score >= 0 && score <= 1 }
