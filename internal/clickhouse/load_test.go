package clickhouse

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// fileOf is a file of predictions at the given minutes.
type fileOf struct {
	minutes []int
	next    int
}

func (f *fileOf) Next() (ingest.Row, error) {
	if f.next == len(f.minutes) {
		return ingest.Row{}, io.EOF
	}
	made := at(0, time.Duration(f.minutes[f.next])*time.Minute)
	text := fmt.Appendf(nil, `{"prediction_id":"f%d","model":"flights","version":"1","timestamp":%d,"score":0.5}`, f.next, made.UnixMilli())
	f.next++
	return ingest.Row{Offset: int64(f.next - 1), Place: "line", Value: text, Size: len(text)}, nil
}

// A file that is loaded into buckets that were counted is late, as events of a
// topic are: they are counted again.
func TestLoadedRowsReopenTheirBucket(t *testing.T) {
	s := migrated(t, flights)
	p := policy(flights)
	ref := evaluate.Reference{ID: "r", Ref: model.Ref{Name: flights.Name, Version: "1"}}
	insert(t, s, batch(flights, 0, []prediction{{ID: "a", Version: "1", At: at(0, 30*time.Minute)}, {ID: "b", Version: "1", At: at(0, 150*time.Minute)}}))
	if err := countBetween(t, s, p, ref, at(0, 0), at(0, 3*time.Hour), time.Time{}); err != nil {
		t.Fatal(err)
	}
	loader := ingest.NewLoader(ingest.Defaults(), []ingest.Model{flights}, s, s, slog.New(slog.DiscardHandler))
	load := ingest.Load{Source: "file:1", Kind: ingest.PredictionsTopic, Started: at(1, 0)}
	last, err := loader.Run(t.Context(), load, &fileOf{minutes: []int{150, 70, 80, 300}}, func(ingest.Load) {})
	if err != nil || last.Events != 4 || !last.Finished {
		t.Fatalf("%+v %v", last, err)
	}
	if late := late(t, s, p, ref, at(0, 3*time.Hour)); !slices.Equal(late, []int{1, 2}) {
		t.Errorf("hours %v are late, want the second and the third", late)
	}
	// The next run finds the load finished and stores nothing.
	again, known, err := s.Load(t.Context(), "file:1")
	if err != nil || !known || !again.Finished || again.Rows != 4 {
		t.Errorf("%+v %v %v", again, known, err)
	}
}
