package drift

import "testing"

// Each cell is in one bin, and the bins of counts are the sums over their cells.
func TestSpansCoverEveryCellOnce(t *testing.T) {
	numeric, err := NewNumeric([]float64{1, 2, 3, 5, 8}, []uint64{10, 50, 10, 20, 10})
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]Layout{
		"numeric": numeric, "categorical": NewCategorical(map[string]uint64{"a": 2, "b": 1}), "empty": {Kind: Numeric},
	} {
		byCell := map[int32]uint64{}
		for cell := Invalid; cell < int32(l.Cells()); cell++ {
			byCell[cell] = uint64(cell - Invalid + 1)
		}
		counts := NewCounts(byCell)
		bins, spans, labels := l.Bins(counts), l.Spans(), l.Labels()
		if len(bins) != len(spans) || len(labels) != len(spans) {
			t.Fatalf("%s: %d bins, %d labels, %d spans", name, len(bins), len(labels), len(spans))
		}
		for i, span := range spans {
			var sum uint64
			for cell := span.First; cell <= span.Last; cell++ {
				sum += byCell[cell]
				delete(byCell, cell)
			}
			if sum != bins[i] {
				t.Errorf("%s: bin %d (%s) has %d rows, its cells %v have %d", name, i, labels[i], bins[i], span, sum)
			}
		}
		if len(byCell) > 0 {
			t.Errorf("%s: cells %v are in no bin", name, byCell)
		}
	}
}
