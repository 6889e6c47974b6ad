package clickhouse

import (
	"testing"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// Values travel when they cost less than the knots they would be held against.
func TestWhereValuesAreCounted(t *testing.T) {
	numeric := evaluate.ReferenceSeries{Layout: drift.Layout{Kind: drift.Numeric, Knots: make([]float64, 1000)}}
	class := evaluate.ReferenceSeries{Layout: drift.NewCategorical(map[string]uint64{"a": 1})}
	for _, c := range []struct {
		group []evaluate.ReferenceSeries
		rows  []uint64 // by bucket
		here  bool
	}{
		{[]evaluate.ReferenceSeries{numeric}, []uint64{5000, 8000}, true},
		{[]evaluate.ReferenceSeries{numeric}, []uint64{5000, 8001}, false},
		{[]evaluate.ReferenceSeries{numeric, numeric}, []uint64{8000}, true},
		{[]evaluate.ReferenceSeries{numeric, numeric}, []uint64{8001}, false},
		{[]evaluate.ReferenceSeries{class}, []uint64{10_000}, true},
		{[]evaluate.ReferenceSeries{class}, []uint64{10_001}, false},
	} {
		var held []evaluate.Held
		for _, rows := range c.rows {
			held = append(held, evaluate.Held{Rows: rows})
		}
		if got := few(c.group, held); got != c.here {
			t.Errorf("%d series, %v rows: read to be counted %v, want %v", len(c.group), c.rows, got, c.here)
		}
	}
}
