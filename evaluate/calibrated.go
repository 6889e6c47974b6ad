package evaluate

import (
	"time"

	"github.com/driftd/driftd/internal/model"
)

// scoreBins is how many equal parts of [0, 1] labelled rows are counted in.
const scoreBins = 10

// ScoreBin counts the labelled rows of one block of a binary model whose scores lie
// in one part of [0, 1] and that it called alike: calibration and confusion are sums
// over these.
type ScoreBin struct {
	From, To time.Time // the block
	Bin      int8      // scores from Bin/10 on; the last includes 1, -1 are rows without a probability
	Called   bool      // predicted class is the positive class
	Rows     uint64
	Positive uint64  // rows whose label is the positive class
	Score    float64 // sum of the scores; 0 of bin -1
}

// scored counts the block's rows of a version; nil unless the task is binary.
func (b block) scored(rows *Matured) []ScoreBin {
	if b.policy.Task != model.Binary {
		return nil
	}
	var counts [2][scoreBins + 1]ScoreBin
	for i := range rows.ID {
		bin, score := -1, 0.0
		if probability(rows.Score[i]) {
			score = rows.Score[i]
			bin = min(int(score*scoreBins), scoreBins-1)
		}
		called := 0
		if rows.Positive[i] == rows.Correct[i] {
			called = 1
		}
		c := &counts[called][bin+1]
		c.Rows++
		c.Score += score
		if rows.Positive[i] {
			c.Positive++
		}
	}
	var bins []ScoreBin
	for called := range counts {
		for bin, c := range counts[called] {
			if c.Rows > 0 {
				c.From, c.To, c.Bin, c.Called = b.from, b.to, int8(bin-1), called == 1
				bins = append(bins, c)
			}
		}
	}
	return bins
}
