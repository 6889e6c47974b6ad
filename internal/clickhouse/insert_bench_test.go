package clickhouse

import (
	"fmt"
	"testing"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

const benchRows = 50_000

// wide is a batch of a model with 32 numbers and 8 categories.
func wide(t testing.TB, first int64) *ingest.Batch {
	m := ingest.Model{Name: "wide", Task: model.Binary}
	for i := range 40 {
		f := ingest.Feature{Name: fmt.Sprintf("n%d", i), Kind: ingest.Number}
		if i >= 32 {
			f = ingest.Feature{Name: fmt.Sprintf("c%d", i), Kind: ingest.Category}
		}
		m.Features = append(m.Features, f)
	}
	rng := seeded(t, 1)
	rows := make([]prediction, benchRows)
	for i := range rows {
		features := make([]any, 40)
		for k := range features {
			if features[k] = rng.NormFloat64(); k >= 32 {
				features[k] = fmt.Sprint("value_", rng.IntN(10))
			}
		}
		rows[i] = prediction{ID: fmt.Sprintf("%032x", rng.Uint64()), Version: "3", At: at(0, 0), Score: rng.Float64(), Class: "1", Features: features}
	}
	return batch(m, first, rows)
}

// BenchmarkEncode lays out and encodes the columns of 50,000 predictions.
func BenchmarkEncode(b *testing.B) {
	whole := wide(b, 0)
	b.ReportAllocs()
	var to proto.Buffer
	for b.Loop() {
		tables, err := tablesOf(whole)
		if err != nil {
			b.Fatal(err)
		}
		for _, column := range tables[0].columns(positions(benchRows)) {
			if n, ok := column.(native); ok {
				to.Reset()
				n.encode([]any{column}, &to)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// BenchmarkInsert stores 50,000 predictions; the time is the engine's, mostly.
func BenchmarkInsert(b *testing.B) {
	whole := wide(b, 0)
	s := migrated(b, whole.Predictions[0].Model)
	b.ReportAllocs()
	for b.Loop() {
		insert(b, s, whole)
		whole.First, whole.Last = whole.First+benchRows, whole.Last+benchRows
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}
