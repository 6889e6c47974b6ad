package performance

import (
	"cmp"
	"math"
	"slices"
)

// Cell is a label and the class that was predicted, "" where none was.
type Cell struct{ Label, Predicted string }

// Matrix counts labelled rows of a multiclass model by label and predicted class.
// Matrices of disjoint rows add up.
type Matrix map[Cell]int

// Add adds the rows of other.
func (m Matrix) Add(other Matrix) {
	for c, n := range other {
		m[c] += n
	}
}

// Rows is how many rows were counted.
func (m Matrix) Rows() int {
	rows := 0
	for _, n := range m {
		rows += n
	}
	return rows
}

// Accuracy is the share of rows whose predicted class is the label, with Wilson's
// interval.
func (m Matrix) Accuracy() Estimate {
	right := 0
	for c, n := range m {
		if c.Label == c.Predicted {
			right += n
		}
	}
	return Accuracy(right, m.Rows())
}

// Classes lists the labels and predicted classes that have a row, in order.
func (m Matrix) Classes() []string {
	var classes []string
	for c, n := range m {
		if n > 0 {
			classes = append(classes, c.Label, c.Predicted)
		}
	}
	slices.Sort(classes)
	classes = slices.Compact(classes)
	return slices.DeleteFunc(classes, func(class string) bool { return class == "" })
}

// Of is the confusion of one class with all others.
func (m Matrix) Of(class string) Confusion {
	var c Confusion
	for cell, n := range m {
		c.Count(cell.Predicted == class, cell.Label == class, n)
	}
	return c
}

// cells lists the cells that have rows, in order, so that sums are reproducible.
func (m Matrix) cells() []Cell {
	var cells []Cell
	for c, n := range m {
		if n > 0 {
			cells = append(cells, c)
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Predicted, b.Predicted))
	})
	return cells
}

// averageF1 is Σ w F1 over the classes, with the standard error of the delta method:
// a row of a cell moves the F1 of class c, 2T/(L+P) of T right rows, L labelled and P
// predicted so, by (2[both] - F1([label] + [predicted]))·n/(L+P). weigh is the weight
// of a class with so many labels; moves says whether a row moves that too.
func (m Matrix) averageF1(metric string, classes []string, weigh func(labels int) float64, moves bool) Estimate {
	e := Estimate{Metric: metric, N: m.Rows()}
	if e.N == 0 {
		e.Undefined = NoRows
		return e
	}
	n := float64(e.N)
	fewest := e.N
	f1, weight, size := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, class := range classes {
		c := m.Of(class)
		one := c.F1()
		if one.Undefined != "" {
			e.Undefined = ClassAbsent
			return e
		}
		labels := c.TP + c.FN
		if labels > 0 {
			fewest = min(fewest, labels)
		}
		f1[class], weight[class], size[class] = one.Value, weigh(labels), float64(2*c.TP+c.FP+c.FN)
		e.Value += weight[class] * one.Value
	}
	var variance float64
	for _, cell := range m.cells() {
		var move float64
		if cell.Label == cell.Predicted && size[cell.Label] > 0 {
			move += weight[cell.Label] * 2 * n / size[cell.Label]
		}
		for _, class := range []string{cell.Label, cell.Predicted} {
			if size[class] > 0 {
				move -= weight[class] * f1[class] * n / size[class]
			}
		}
		if moves {
			move += f1[cell.Label] - e.Value
		}
		variance += float64(m[cell]) / n * move * move / n
	}
	e.Value = math.Min(1, e.Value) // shares may round beyond
	e.SE = math.Sqrt(variance)
	if fewest < fewRows || e.SE == 0 || !inside(e.Value) {
		e.conservative(float64(fewest), false)
		return e
	}
	e.normal(false)
	return e
}
