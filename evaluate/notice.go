package evaluate

import (
	"math"

	"github.com/driftd/driftd/evaluate/evidence"
)

// Notice returns about how many labels, and blocks of them at the pace so far, it takes
// until a detector that starts anew pages, when the metric lastingly is the drop worse
// than the limit. Detectors of rates and of F1 alone can tell: of others the spread of
// the rows is needed, too.
//
// The labels are those of [evidence.ExpectedLabels] at the design effect of the last
// block; the blocks are one more, in which it happens, and at least as many as the cap
// on one block demands.
func (e Evidence) Notice(drop float64) (labels, blocks float64, ok bool) {
	m := metrics[e.Check]
	d := m.absolute(e.Limit, 0, e.cap())
	if e.Kind != Absolute && e.Kind != Floor || m.loss != nil || d.Form != evidence.Rate || e.Blocks == 0 || e.Page == 0 || drop >= e.Limit {
		return 0, 0, false
	}
	mean := m.absolute(e.Limit-drop, 0, 0).Bound
	labels = evidence.ExpectedLabels(e.Page, d.Bound, mean, math.Max(1, e.Design))
	blocks = math.Max(labels*float64(e.Blocks)/float64(e.Rows)+1, math.Ceil(e.Page/d.Cap))
	return labels, blocks, !math.IsInf(labels, 1)
}
