package clickhouse

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
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

// Models that ask together are told of their own rows, and of messages without a name
// where predictions of their own came from.
func TestArrivalsOfSeveralModels(t *testing.T) {
	names := []string{"both", "east", "quiet", "west"}
	var models []ingest.Model
	for _, name := range names {
		models = append(models, ingest.Model{Name: name, Task: model.Binary})
	}
	s := migrated(t, models...)
	store := func(m ingest.Model, topic string, id string, outcomes ...outcome) {
		t.Helper()
		b := batch(m, 0, []prediction{{ID: id, Version: "1", At: at(0, time.Minute)}}, outcomes...)
		b.Topic = topic
		insert(t, s, b)
	}
	store(models[0], "from both", "b", outcome{ID: "b", At: at(0, time.Minute), Label: "1"})
	store(models[0], "from east", "c")
	store(models[0], "from west", "d")
	store(models[1], "from east", "e", outcome{ID: "e", At: at(0, time.Minute), Label: "1"}, outcome{ID: "e", At: at(0, time.Hour), Label: "0"})
	store(models[3], "from west", "w")
	run(t, s, "INSERT INTO outcomes SELECT * FROM outcomes") // again: once
	bad := func(model string, reason ingest.Reason) ingest.Reject {
		return ingest.Reject{Time: at(0, 5*time.Minute), Model: model, Reason: reason, Kind: ingest.PredictionsTopic, Message: message("r")}
	}
	insert(t, s, rejects("from east", 100, bad("east", ingest.BadField), bad("east", ingest.BadField),
		bad("east", ingest.TooLarge), bad("", ingest.TooLarge), bad("", ingest.TooLarge)))
	insert(t, s, rejects("from west", 100, bad("west", ingest.TimestampPast), bad("", ingest.BadJSON), bad("", ingest.BadJSON), bad("", ingest.BadJSON)))
	insert(t, s, rejects("from north", 100, bad("quiet", ingest.BadField), bad("", ingest.EmptyMessage), bad("", ingest.EmptyMessage)))
	want := [][]evaluate.Arrival{
		{{Bucket: at(0, 0), Served: 3, Events: 4, Rejected: 5, Reason: "bad_json"}},
		{{Bucket: at(0, 0), Served: 1, Events: 2, Rejected: 5, Reason: "too_large"}, {Bucket: at(0, time.Hour), Events: 1}},
		{{Bucket: at(0, 0), Rejected: 1, Reason: "bad_field"}},
		{{Bucket: at(0, 0), Served: 1, Events: 1, Rejected: 4, Reason: "bad_json"}},
	}
	buckets := []time.Time{at(0, 0), at(0, time.Hour)}
	ask := func(i int) []evaluate.Arrival {
		came, err := s.Arrivals(t.Context(), labelled(names[i]), buckets)
		if err != nil {
			t.Error(err)
		}
		return came
	}
	alone, together := make([][]evaluate.Arrival, len(names)), make([][]evaluate.Arrival, len(names))
	for i := range names {
		alone[i] = ask(i)
	}
	about := arrivals{policy: labelled(""), buckets: buckets}
	outcomes := held(s.turns, &s.reads.outcomes.line, about.call("came_outcomes", ""))
	rejects := held(s.turns, &s.reads.rejects.line, about.call("came_rejects", ""))
	predictions := held(s.turns, &s.reads.arrivals.line, about.call("arrivals", ""))
	var group sync.WaitGroup
	for i := range names {
		group.Go(func() { together[i] = ask(i) })
	}
	outcomes(len(names))
	rejects(len(names))
	predictions(len(names))
	group.Wait()
	if diff := cmp.Diff([2][][]evaluate.Arrival{want, want}, [2][][]evaluate.Arrival{alone, together}); diff != "" {
		t.Errorf("alone, and together: %s", diff)
	}
}
