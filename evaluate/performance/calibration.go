package performance

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Limits of a calibration.
const (
	maxGroups       = 200 // groups of scores; fewer where the reference is small
	minGroupRows    = 20  // labelled rows a group has at least
	minCalibration  = 500 // labelled rows, and of each class at least
	minCalibrClass  = fewRows
	tolerableMiscal = 0.02 // expected calibration error above which nothing is estimated
)

// Calibration tells, by score, how often the label was positive and how often the
// model said so, as the labels of the reference do. It is frozen with the reference,
// and lets metrics be estimated from scores alone (confidence-based performance
// estimation) as long as the label depends on the score as it did then.
type Calibration struct {
	Groups []ScoreGroup `json:"groups"` // ascending
	// Error is the expected calibration error, in [0, 1], of rows that the
	// probabilities were not fitted on, less what chance alone would give.
	Error float64 `json:"error"`
	Rows  int     `json:"rows"`
}

// ScoreGroup is the scores whose cells end at To.
type ScoreGroup struct {
	To        int32   `json:"to"`        // last cell; the last group takes all beyond
	Positive  float64 `json:"positive"`  // probability of the positive class, never falling
	Predicted float64 `json:"predicted"` // share of rows that the model called positive
	Score     float64 `json:"score"`     // mean score
	Square    float64 `json:"square"`    // mean of its square
}

// Labelled is a labelled row of the reference.
type Labelled struct {
	ID                  uint64  // tells the halves of the rows apart
	Cell                int32   // of the score, ascending with it
	Score               float64 // in [0, 1]
	Positive, Predicted bool    // what the label says, what the model said
}

// Calibrate fits a calibration: probabilities by isotonic regression (pool adjacent
// violators) over groups of about equally many rows. It says why it withholds one:
// too few rows, or probabilities that do not hold for rows they were not fitted on.
func Calibrate(rows []Labelled) (Calibration, error) {
	positives := 0
	for _, r := range rows {
		if !usable(r.Score) {
			return Calibration{}, fmt.Errorf("score %v: only probabilities can be calibrated", r.Score)
		}
		if r.Positive {
			positives++
		}
	}
	if len(rows) < minCalibration || min(positives, len(rows)-positives) < minCalibrClass {
		return Calibration{}, fmt.Errorf("%d labelled rows, %d positive: want %d, and %d of each class", len(rows), positives, minCalibration, minCalibrClass)
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Labelled) int { return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.ID, b.ID)) })
	var halves [2][]Labelled
	for _, r := range rows {
		halves[r.ID%2] = append(halves[r.ID%2], r)
	}
	c := Calibration{Groups: fit(rows), Rows: len(rows)}
	for i, half := range halves {
		c.Error += miscalibration(fit(halves[1-i]), half) / 2
	}
	if c.Error > tolerableMiscal {
		return Calibration{}, fmt.Errorf("expected calibration error %.3f of rows that were not fitted on: want at most %v", c.Error, tolerableMiscal)
	}
	return c, nil
}

// fit groups sorted rows and makes their probabilities rise.
func fit(rows []Labelled) []ScoreGroup {
	size := max(minGroupRows, (len(rows)+maxGroups-1)/maxGroups)
	var groups []ScoreGroup
	var n []float64
	for from := 0; from < len(rows); {
		to := min(from+size, len(rows))
		if len(rows)-to < size/2 {
			to = len(rows) // no remnant
		}
		for to < len(rows) && rows[to].Cell == rows[to-1].Cell {
			to++ // equal scores stay together
		}
		g, k := ScoreGroup{To: rows[to-1].Cell}, float64(to-from)
		for _, r := range rows[from:to] {
			g.Positive += indicator(r.Positive)
			g.Predicted += indicator(r.Predicted)
			g.Score += r.Score
			g.Square += r.Score * r.Score
		}
		for _, mean := range []*float64{&g.Positive, &g.Predicted, &g.Score, &g.Square} {
			*mean /= k
		}
		groups, n = append(groups, g), append(n, k)
		from = to
	}
	for i, p := range isotonic(groups, n) {
		groups[i].Positive = p
	}
	return groups
}

// isotonic returns the never-falling probabilities nearest to those of the groups
// (least squares, weighted by n): adjacent ones that fall are pooled.
func isotonic(groups []ScoreGroup, n []float64) []float64 {
	type pool struct {
		mean, weight float64
		groups       int
	}
	var pools []pool
	for i, g := range groups {
		pools = append(pools, pool{g.Positive, n[i], 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].mean >= pools[k].mean; k-- {
			a, b := pools[k-1], pools[k]
			w := a.weight + b.weight
			pools = append(pools[:k-1], pool{(a.mean*a.weight + b.mean*b.weight) / w, w, a.groups + b.groups})
		}
	}
	fitted := make([]float64, 0, len(groups))
	for _, p := range pools {
		for range p.groups {
			fitted = append(fitted, math.Min(1, p.mean)) // weighted means round
		}
	}
	return fitted
}

// miscalibration is the expected calibration error of the groups' probabilities on
// other rows, sorted, over ten stretches of them, less what it is on average for
// probabilities that hold: Σ n_b/n √(2p(1-p)/(πn_b)).
func miscalibration(groups []ScoreGroup, rows []Labelled) float64 {
	const stretches = 10
	var total, chance float64
	for b := range stretches {
		from, to := b*len(rows)/stretches, (b+1)*len(rows)/stretches
		n := float64(to - from)
		if n == 0 {
			continue
		}
		var expected, observed float64
		for _, r := range rows[from:to] {
			expected += groups[groupOf(groups, r.Cell)].Positive / n
			observed += indicator(r.Positive) / n
		}
		share := n / float64(len(rows))
		total += share * math.Abs(expected-observed)
		chance += share * math.Sqrt(math.Max(0, 2*expected*(1-expected))/(math.Pi*n))
	}
	return math.Max(0, total-chance)
}

// groupOf returns the group of a cell.
func groupOf(groups []ScoreGroup, cell int32) int {
	at, _ := slices.BinarySearchFunc(groups, cell, func(g ScoreGroup, cell int32) int { return cmp.Compare(g.To, cell) })
	return min(at, len(groups)-1)
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
