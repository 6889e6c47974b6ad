package evaluate

import (
	"github.com/driftd/driftd/evaluate/performance"
)

// Matured are the labelled predictions of one version whose labels had time
// to arrive, column by column, sorted by ID. Columns of other tasks are empty.
type Matured struct {
	Version   string
	Predicted uint64    // matured predictions, labelled or not
	Absent    uint64    // of the labelled ones those that count as negative because no outcome came
	ID        []uint64  // hash of the prediction id: the same request has the same one in every version
	Score     []float64 // NaN when the event had none; of regressions the predicted number
	Correct   []bool    // predicted class equals label
	Positive  []bool    // label is the positive class (binary)
	Called    []bool    // predicted class is the positive class (binary)
	Class     []string  // predicted class, "" when the event had none (multiclass)
	Label     []string  // (multiclass)
	Value     []float64 // outcome (regression)
	Segments  []SegmentValues
	Scores    []ClassScores // (multiclass)
	// Classes are those that macro averages are over, fixed by the reference; nil
	// where that does not tell.
	Classes []string
}

func (m *Matured) correct() int {
	var k int
	for _, ok := range m.Correct {
		if ok {
			k++
		}
	}
	return k
}

// coverage is the share of predictions whose outcome came in time.
func (m *Matured) coverage() float64 {
	if m.Predicted == 0 {
		return 0
	}
	return float64(uint64(len(m.ID))-m.Absent) / float64(m.Predicted)
}

// unlabelled is the share of predictions of which nothing is known.
func (m *Matured) unlabelled() float64 {
	if m.Predicted == 0 {
		return 1
	}
	return 1 - float64(len(m.ID))/float64(m.Predicted)
}

func (m *Matured) confusion() performance.Confusion {
	var c performance.Confusion
	for i := range m.Called {
		c.Count(m.Called[i], m.Positive[i], 1)
	}
	return c
}

func (m *Matured) matrix() performance.Matrix {
	c := performance.Matrix{}
	for i := range m.Label {
		c[performance.Cell{Label: m.Label[i], Predicted: m.Class[i]}]++
	}
	return c
}

// ClassScores are the scores of one class, row by row; NaN where the event had none.
type ClassScores struct {
	Class  string
	Scores []float64
}

// oneVsRest counts the rows by the score of each class, positive where that is the label.
func (m *Matured) oneVsRest() []performance.ScoreCounts {
	counts := make([]performance.ScoreCounts, len(m.Scores))
	for k, class := range m.Scores {
		is := make([]bool, len(m.Label))
		for i, label := range m.Label {
			is[i] = label == class.Class
		}
		counts[k] = performance.CountScores(class.Scores, is)
	}
	return counts
}

func (m *Matured) errors() performance.Errors {
	var s performance.Errors
	if len(m.Value) > 0 {
		s.Origin = m.Value[0]
	}
	for i := range m.Value {
		s.Count(m.Value[i], m.Score[i], 1)
	}
	return s
}
