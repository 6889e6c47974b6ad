package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// A region for which the scores tell nothing is found from what was published block by
// block, and only while it is bad.
func TestSearchOverPublishedBlocks(t *testing.T) {
	rng := seeded(t, 650)
	var predictions []prediction
	var outcomes []outcome
	for d := range labelDays {
		for i := range 240 {
			row := prediction{
				ID: fmt.Sprintf("%d-%d", d, i), Version: "1", At: at(d, time.Duration(i)*time.Minute), Role: "served",
				Score: rng.Float64(), Segment: []string{"eu", "us", "asia"}[i%3],
			}
			label := "0"
			if rng.Float64() < row.Score.(float64) || row.Segment == "eu" && rng.IntN(2) == 0 {
				label = "1"
			}
			predictions = append(predictions, row)
			if row.Segment != "us" || i%4 != 0 { // a quarter of one has no label
				outcomes = append(outcomes, outcome{ID: row.ID, At: row.At.Add(time.Hour), Label: label})
			}
		}
	}
	s := &labelStore{migrated(t, flights)}
	s.replay(t, labelPolicy(), func(o outcome) int { return int(o.At.Sub(at(0, 0)) / (24 * time.Hour)) }, predictions, outcomes)
	results, err := s.Results(t.Context(), model.Ref{Name: flights.Name, Version: "1"}, at(0, 0), forever)
	if err != nil {
		t.Fatal(err)
	}
	found, segments := 0, 0
	for _, r := range results {
		day := int(r.To.Sub(at(0, 0)) / (24 * time.Hour)) // blocks that the search had seen
		switch {
		case r.Check == "slice_brier":
			t.Logf("%d blocks: %q, p %.2g", day, r.Segment, *r.P)
			if found++; r.Segment != "region=eu" || r.Value == nil || *r.Value <= *r.Limit || !r.From.Equal(at(0, 0)) {
				t.Errorf("after %d blocks: %+v, want region=eu", day, r)
			}
		case r.Segment != "" && r.Feature == "":
			segments++
			rows, covered := uint64(80), 1.0
			if r.Segment == "region=us" {
				covered = 0.75
			}
			if r.Check != "coverage" {
				rows = uint64(float64(rows) * covered)
			} else if r.Value == nil || *r.Value != covered {
				t.Errorf("coverage of %s: %v, want %v", r.Segment, r.Value, covered)
			}
			if r.Rows != rows {
				t.Errorf("%s of %s: %d rows, want %d", r.Check, r.Segment, r.Rows, rows)
			}
		}
	}
	if found != labelDays-6 || segments != labelDays*3*4 {
		t.Errorf("%d searches found it, %d results by segment; want %d and %d", found, segments, labelDays-6, labelDays*3*4)
	}
}

// What three keys of twenty values add to reading a day of labels.
func BenchmarkMaturedBySegment(b *testing.B) {
	const n = 100_000
	m := ingest.Model{Name: "many", Task: model.Binary, Segments: []string{"a", "b", "c"}}
	s := migrated(b, m)
	rng := seeded(b, 6)
	var rows []prediction
	var outcomes []outcome
	for i := range n {
		row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, time.Duration(i)*24*time.Hour/n).Truncate(time.Millisecond), Score: rng.Float64(), Segment: fmt.Sprint("v", rng.IntN(20))}
		rows, outcomes = append(rows, row), append(outcomes, outcome{ID: row.ID, At: row.At.Add(time.Hour), Label: fmt.Sprint(rng.IntN(2))})
	}
	insert(b, s, batch(m, 0, rows, outcomes...))
	p := policy(m)
	for _, p.Segments = range [][]string{nil, m.Segments} {
		b.Run(fmt.Sprint(len(p.Segments), " keys"), func(b *testing.B) {
			for b.Loop() {
				got, err := s.Matured(b.Context(), p, at(0, 0), at(1, 0))
				if err != nil || len(got) != 1 || len(got[0].ID) != n {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}
