package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
)

var _ evaluate.Arrivals = (*Store)(nil)

func TestArrivals(t *testing.T) {
	s := migrated(t, flights)
	insert(t, s, batch(flights, 0, []prediction{
		{ID: "a", Version: "1", At: at(0, 10*time.Minute), Role: "served"}, {ID: "b", Version: "2", At: at(0, 20*time.Minute), Role: "served"},
		{ID: "b", Version: "2", At: at(0, 20*time.Minute), Role: "served"}, // once
		{ID: "b", Version: "1", At: at(0, 20*time.Minute), Role: "shadow"},
		{ID: "c", Version: "1", At: at(0, 2*time.Hour), Role: "served"},
		{ID: "d", Version: "1", At: at(0, 4*time.Hour), Role: "served"}, // outside
	}, outcome{ID: "a", At: at(0, time.Hour), Label: "1"}))
	bad := func(model string, d time.Duration, reason ingest.Reason) ingest.Reject {
		return ingest.Reject{Time: at(0, d), Model: model, Reason: reason, Kind: ingest.PredictionsTopic, Message: message("r")}
	}
	insert(t, s, rejects("events", 100,
		bad("flights", 59*time.Minute, ingest.BadField),
		bad("flights", time.Hour, ingest.BadField), bad("flights", time.Hour, ingest.TimestampPast), bad("flights", time.Hour, ingest.TimestampPast),
		bad("", time.Hour, ingest.BadJSON), bad("other", time.Hour, ingest.BadField),
		bad("flights", 3*time.Hour, ingest.BadField), // outside
		bad("flights", 2*time.Hour, ingest.BadField), // replayed
	))
	insert(t, s, rejects("elsewhere", 0, bad("", time.Hour, ingest.BadJSON))) // whose model nobody can tell
	insert(t, s, rejects("file:1", 0, bad("flights", time.Hour, ingest.BadField)))
	if err := s.SaveReplays(t.Context(), []ingest.Replayed{{Topic: "events", Partition: 2, Offset: 107, Stored: true}}); err != nil {
		t.Fatal(err)
	}
	p := policy(flights)
	got, err := s.Arrivals(t.Context(), p, []time.Time{at(0, 0), at(0, time.Hour), at(0, 2*time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	want := []evaluate.Arrival{
		{Bucket: at(0, 0), Served: 2, Events: 3, Rejected: 1, Reason: "bad_field"},
		{Bucket: at(0, time.Hour), Events: 1, Rejected: 4, Reason: "timestamp_past"},
		{Bucket: at(0, 2*time.Hour), Served: 1, Events: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Buckets weeks apart, and messages that name no model: of a topic from which the
// model's predictions came within the week before, or on the same day.
func TestArrivalsOfBucketsApart(t *testing.T) {
	s := migrated(t, flights)
	var rows []prediction
	for i, day := range []int{0, 10} {
		for hour := range 3 {
			rows = append(rows, prediction{ID: string(rune('a' + 3*i + hour)), Version: "1", At: at(day, time.Duration(hour)*time.Hour), Role: "served"})
		}
	}
	insert(t, s, batch(flights, 0, rows)) // from topic events
	nameless := func(day int) ingest.Reject {
		return ingest.Reject{Time: at(day, time.Hour), Reason: ingest.BadJSON, Kind: ingest.PredictionsTopic, Message: message("r")}
	}
	insert(t, s, rejects("events", 100, nameless(0), nameless(7), nameless(8), nameless(10), nameless(17), nameless(18)))
	var buckets []time.Time
	for _, day := range []int{0, 7, 8, 10, 17, 18} {
		buckets = append(buckets, at(day, time.Hour))
	}
	got, err := s.Arrivals(t.Context(), policy(flights), append(buckets, at(18, 2*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := s.Arrivals(t.Context(), policy(flights), buckets[1:2])
	if err != nil {
		t.Fatal(err)
	}
	want := []evaluate.Arrival{
		{Bucket: at(0, time.Hour), Served: 1, Events: 1, Rejected: 1, Reason: "bad_json"},
		{Bucket: at(7, time.Hour), Rejected: 1, Reason: "bad_json"},
		{Bucket: at(10, time.Hour), Served: 1, Events: 1, Rejected: 1, Reason: "bad_json"},
		{Bucket: at(17, time.Hour), Rejected: 1, Reason: "bad_json"},
	}
	if diff := cmp.Diff([2][]evaluate.Arrival{want, want[1:2]}, [2][]evaluate.Arrival{got, alone}); diff != "" {
		t.Error(diff)
	}
}
