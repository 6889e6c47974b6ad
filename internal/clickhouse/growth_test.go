package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/driftd/driftd/evaluate"
)

// One more block costs the engine as much after 300 blocks as after 90: what an
// evaluation reads does not depend on how much went before.
func TestReadsOfABlockDoNotGrowWithHistory(t *testing.T) {
	const daily, fortnight = 200, 14
	// The last days of two months that are as long as each other and follow months
	// that are: a day's place among the granules of its table is the same. Both have
	// more behind them than late rows and labels are looked for.
	const short, long = 91, 305
	rng := seeded(t, 680)
	s := migrated(t, flights)
	p := labelPolicy()
	p.Source = evaluate.ReferenceSource{FirstDays: 14}
	p.Drift = evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi", "ks"}, Tolerate: map[string]float64{"psi": 0.1, "ks": 0.05}}
	e := evaluate.New(s, s, s).WithHoldings(s).WithRevisions(s)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, Slots: []evaluate.Tenure{{Version: "1", From: at(0, 0)}}, FallbackAlias: "2"}
	came := 0
	judge := func(day int) (read clickhouse.Progress) {
		for ; came < day; came++ {
			var predictions []prediction
			var outcomes []outcome
			for i := range daily {
				id, made := fmt.Sprintf("%03d-%03d", came, i), at(came, time.Duration(i)*24*time.Hour/daily)
				for _, version := range []string{"1", "2"} {
					predictions = append(predictions, prediction{
						ID: id, Version: version, At: made, Score: rng.Float64(), Class: "1",
						Features: []any{rng.NormFloat64(), "UA"}, Segment: []string{"eu", "us"}[i%2],
					})
				}
				outcomes = append(outcomes, outcome{ID: id, At: made.Add(time.Hour), Label: fmt.Sprint(rng.IntN(2))})
			}
			insert(t, s, batch(flights, int64(came*3*daily), predictions, outcomes...))
		}
		for _, table := range []string{predictionsTable(flights.Name), "outcomes", "results", "bucket_counts", "counted_buckets", "noted_outcomes"} {
			if err := s.conn.Exec(t.Context(), "OPTIMIZE TABLE `"+table+"` FINAL"); err != nil {
				t.Fatal(err) // merges of the engine's own come when they come
			}
		}
		ctx := clickhouse.Context(t.Context(), clickhouse.WithProgress(func(p *clickhouse.Progress) {
			read.Rows, read.Bytes = read.Rows+p.Rows, read.Bytes+p.Bytes
		}))
		tick := at(day, 10*time.Minute)
		var err error
		if past.References, err = s.outlines(t.Context(), flights.Name, tick); err != nil {
			t.Fatal(err)
		}
		verdicts, err := e.Evaluate(ctx, p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version] = v
		}
		if err := s.SaveVerdicts(t.Context(), verdicts); err != nil {
			t.Fatal(err)
		}
		return read
	}
	after := func(blocks int) clickhouse.Progress {
		for day := came + fortnight; day < blocks; day += fortnight {
			judge(day)
		}
		judge(blocks)
		read := judge(blocks + 1)
		t.Logf("after %d blocks one more reads %d rows, %d bytes", blocks-1, read.Rows, read.Bytes)
		return read
	}
	few, many := after(short), after(long)
	// A twentieth: fortnights fall into months as they do, and results are kept by month.
	if few.Rows < daily || many.Rows > few.Rows+few.Rows/20 || many.Bytes > few.Bytes+few.Bytes/20 {
		t.Errorf("a block reads %d rows, %d bytes after %d and %d rows, %d bytes after %d", few.Rows, few.Bytes, short-1, many.Rows, many.Bytes, long-1)
	}
}
