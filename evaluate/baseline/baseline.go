package baseline

import (
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
)

// Path is where a version keeps its baseline among its artifacts.
const Path = "monitoring/baseline.json"

// Limits of a file.
const (
	MaxSize = 10 << 20 // bytes
	// MinRows is the least number of rows: the quantiles of fewer say more
	// about luck than about the model.
	MinRows = 1000
)

// Names of the series that every model has beside its features.
const (
	ScoreSeries = "(score)"
	ClassSeries = "(class)"
)

// Baseline is what a version was trained on.
type Baseline struct {
	Rows     uint64
	From, To time.Time // of the rows; zero when not stated
	Series   []Series  // in the order of the file
	// Metrics are performance on held-out rows, by name: accuracy, auc, brier.
	Metrics map[string]performance.Estimate
	// Window is the length of each block; 0 when there are none.
	Window time.Duration
	Blocks []Block // by time

	places map[string]int // of Series, by name
}

// Series is one counted column.
type Series struct {
	Name   string
	Layout drift.Layout
	Counts drift.Counts
	texts  []string // categorical: as the file lists them
}

// Find returns the series of a name.
func (b Baseline) Find(name string) (Series, bool) {
	i, ok := b.places[name]
	if !ok {
		return Series{}, false
	}
	return b.Series[i], true
}

// Block is what was counted in [From, From + Window), over the layouts of the
// whole.
type Block struct {
	From   time.Time
	Series map[string]drift.Counts
}

// Over returns the blocks summed over longer windows, aligned to the epoch as
// blocks are; none when the length is not a multiple of theirs.
func (b Baseline) Over(window time.Duration) []Block {
	if b.Window == 0 || window%b.Window != 0 {
		return nil
	}
	var all []Block
	for _, block := range b.Blocks {
		from := time.UnixMilli(floor(block.From.UnixMilli(), window.Milliseconds())).UTC()
		if n := len(all); n == 0 || !all[n-1].From.Equal(from) {
			all = append(all, Block{From: from, Series: make(map[string]drift.Counts, len(block.Series))})
		}
		sums := all[len(all)-1].Series
		for name, counts := range block.Series {
			sum := sums[name]
			sum.Add(counts)
			sums[name] = sum
		}
	}
	return all
}

// floor returns the largest multiple of step that is at most ms.
func floor(ms, step int64) int64 {
	rest := ms % step
	if rest < 0 {
		rest += step
	}
	return ms - rest
}
