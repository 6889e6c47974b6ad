package clickhouse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
)

var (
	_ ingest.LoadJournal = (*Store)(nil)
	_ ingest.RejectStore = (*Store)(nil)
	_ ingest.EventSink   = (*Store)(nil)
)

// rejects is a batch of rejects of a topic, the first at the offset.
func rejects(topic string, first int64, all ...ingest.Reject) *ingest.Batch {
	for i := range all {
		all[i].Offset = first + int64(i)
		if all[i].Kind == "" {
			all[i].Kind = ingest.PredictionsTopic
		}
		if all[i].Message != nil {
			all[i].Size = len(all[i].Message)
		}
	}
	return &ingest.Batch{Topic: topic, Partition: 2, First: first, Last: first + int64(len(all)) - 1, Rejects: all}
}

func message(id string) []byte {
	return []byte(fmt.Sprintf(`{"prediction_id":%q,"model":"flights","version":"1","timestamp":"2026-03-01T10:00:00Z","score":0.5}`, id))
}

func TestRejectsKeepTheirMessage(t *testing.T) {
	s := migrated(t, flights)
	odd := []byte("\xff\x00'\\\n" + strings.Repeat("x", 5000))
	insert(t, s, rejects("events", 7,
		ingest.Reject{Time: at(0, time.Minute), Model: "flights", Reason: ingest.BadField, Detail: "score", Excerpt: "{}", Message: odd, ReadAs: "t", Key: []byte("\xffk"), Headers: []ingest.Header{{Key: "a", Value: []byte("1")}, {Key: "a", Value: nil}}},
		ingest.Reject{Time: at(0, 0), Reason: ingest.TooLarge, Detail: "long", Size: 5 << 20},
		ingest.Reject{Reason: ingest.EmptyMessage, Detail: "empty", Message: []byte{}, Kind: ingest.OutcomesTopic},
		ingest.Reject{Reason: ingest.UnknownSchema, Detail: "schema", Message: []byte("\x00\x01"), Encoded: true},
	))
	page, err := s.Replayable(t.Context(), ingest.RejectFilter{}, ingest.Rejected{Reject: ingest.Reject{Offset: -1}}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(page) != 2 {
		t.Fatalf("%d can be replayed, want the first and the third: %+v", len(page), page)
	}
	r := page[0]
	if string(r.Message) != string(odd) || !r.Time.Equal(at(0, time.Minute)) || r.Topic != "events" || r.Partition != 2 || r.Offset != 7 || r.Kind != ingest.PredictionsTopic || r.Model != "flights" {
		t.Errorf("%+v", r)
	}
	if r.ReadAs != "t" || string(r.Key) != "\xffk" || len(r.Headers) != 2 || r.Headers[0].Key != "a" || string(r.Headers[0].Value) != "1" || len(r.Headers[1].Value) != 0 {
		t.Errorf("%+v: the record's key and headers", r)
	}
	if page[1].Offset != 9 || page[1].Kind != ingest.OutcomesTopic || page[1].Time.UnixMilli() > 0 {
		t.Errorf("%+v: a record without timestamp has none", page[1])
	}
	if age := time.Since(r.At); age < 0 || age > time.Hour {
		t.Errorf("rejected at %s", r.At)
	}
	counts, err := s.RejectCounts(t.Context(), ingest.RejectFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range counts {
		got = append(got, fmt.Sprintf("%s %q %d %d", c.Reason, c.Model, c.Rows, c.Whole))
	}
	want := []string{`bad_field "flights" 1 1`, `empty_message "" 1 1`, `too_large "" 1 0`, `unknown_schema "" 1 0`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What was rejected before messages were kept stays, and cannot be replayed.
func TestOldRejectsAreNotReplayed(t *testing.T) {
	s := migrated(t)
	run(t, s, "INSERT INTO rejects (ts, model, reason, detail, excerpt, _topic, _partition, _offset) VALUES ('2026-03-01 00:00:00', '', 'bad_json', 'x', '{', 'events', 0, 0)")
	page, err := s.Replayable(t.Context(), ingest.RejectFilter{}, ingest.Rejected{}, 100)
	if err != nil || len(page) != 0 {
		t.Errorf("%+v %v", page, err)
	}
	newest, err := s.Rejects(t.Context(), ingest.RejectFilter{}, 10)
	if err != nil || len(newest) != 1 || !newest[0].At.Equal(at(0, 0)) {
		t.Errorf("%+v %v: the time of the record stands for that of the reject", newest, err)
	}
}

func TestMessagesGoAfterThirtyDays(t *testing.T) {
	s := migrated(t)
	run(t, s, "INSERT INTO rejects (ts, reason, kind, message, size, rejected_at, _topic, _partition, _offset) VALUES (now(), 'bad_json', 'predictions', '{', 1, now() - INTERVAL 31 DAY, 'events', 0, 0), (now(), 'bad_json', 'predictions', '{', 1, now() - INTERVAL 29 DAY, 'events', 0, 1)")
	run(t, s, "OPTIMIZE TABLE rejects FINAL")
	if n := scalar[uint64](t, s, "SELECT countIf(message = '') FROM rejects"); n != 1 {
		t.Errorf("%d messages are gone", n)
	}
	counts, err := s.RejectCounts(t.Context(), ingest.RejectFilter{})
	if err != nil || len(counts) != 1 || counts[0].Rows != 2 || counts[0].Whole != 1 {
		t.Errorf("%+v %v: the rejects stay", counts, err)
	}
}

func TestRejectsAreSelected(t *testing.T) {
	s := migrated(t)
	insert(t, s, rejects("a", 0, ingest.Reject{Model: "m", Reason: ingest.BadField, Message: []byte("{")}, ingest.Reject{Model: "n", Reason: ingest.BadField, Message: []byte("{")}))
	insert(t, s, rejects("b", 0, ingest.Reject{Model: "m", Reason: ingest.BadJSON, Message: []byte("{")}))
	for _, test := range []struct {
		f    ingest.RejectFilter
		want int
	}{
		{ingest.RejectFilter{}, 3},
		{ingest.RejectFilter{Topic: "a"}, 2},
		{ingest.RejectFilter{Topic: "a", Model: "m"}, 1},
		{ingest.RejectFilter{Reason: "bad_json"}, 1},
		{ingest.RejectFilter{Since: time.Now().Add(-time.Hour)}, 3},
		{ingest.RejectFilter{Since: time.Now().Add(time.Hour)}, 0},
	} {
		newest, err := s.Rejects(t.Context(), test.f, 10)
		if err != nil || len(newest) != test.want {
			t.Errorf("%+v: %d listed, want %d: %v", test.f, len(newest), test.want, err)
		}
		first, err := s.FirstRejects(t.Context(), test.f, 10)
		if err != nil || len(first) != test.want {
			t.Errorf("%+v: %d first ones, want %d: %v", test.f, len(first), test.want, err)
		}
		// Page by page, one at a time.
		n := 0
		for after := (ingest.Rejected{Reject: ingest.Reject{Offset: -1}}); ; n++ {
			page, err := s.Replayable(t.Context(), test.f, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			after = page[0]
		}
		if n != test.want {
			t.Errorf("%+v: %d can be replayed, want %d", test.f, n, test.want)
		}
	}
}

// The whole way on the real engine: replayed twice, and once more with the
// marks lost, as after a kill between the insert and the mark.
func TestReplayedRejectsBecomeEventsOnce(t *testing.T) {
	s := migrated(t, flights)
	var all []ingest.Reject
	for i := range 20 {
		m := message(fmt.Sprintf("p%d", i))
		if i >= 15 {
			m = []byte(strings.Replace(string(m), `"flights"`, `"other"`, 1))
		}
		all = append(all, ingest.Reject{Time: at(1, 0), Model: "flights", Reason: ingest.UnknownModel, Detail: "old", Message: m})
	}
	insert(t, s, rejects("events", 100, all...))
	replayer := ingest.NewReplayer(ingest.Defaults(), []ingest.Model{flights}, s, s)
	replay := func(stored int) {
		t.Helper()
		got, err := replayer.Run(t.Context(), ingest.RejectFilter{}, false, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ingest.Replay{Stored: stored, Failed: map[ingest.Reason]int{ingest.UnknownModel: 5}}, got); diff != "" {
			t.Error(diff)
		}
		for query, want := range map[string]uint64{
			"SELECT count() FROM predictions_flights":                                                                15,
			"SELECT uniqExact(_topic, _partition, _offset) FROM predictions_flights WHERE _offset - 100 < 15":        15,
			"SELECT count() FROM predictions_flights WHERE prediction_id = concat('p', toString(_offset - 100))":     15,
			"SELECT count() FROM rejects_open":                                                                       5,
			"SELECT count() FROM rejects FINAL":                                                                      20,
			"SELECT countIf(model = 'other' AND detail LIKE 'model \"other\" is not configured%') FROM rejects_open": 5,
		} {
			if got := scalar[uint64](t, s, query); got != want {
				t.Errorf("%s: %d, want %d", query, got, want)
			}
		}
	}
	replay(15)
	replay(0)
	run(t, s, "TRUNCATE TABLE reject_replays")
	replay(15)
	// An older process may say later that it failed: an event stays an event.
	if err := s.SaveReplays(t.Context(), []ingest.Replayed{{Topic: "events", Partition: 2, Offset: 100, Reason: ingest.BadField}}); err != nil {
		t.Fatal(err)
	}
	replay(0)
}

func TestLoadsAreRemembered(t *testing.T) {
	s := migrated(t)
	if _, known, err := s.Load(t.Context(), "file:1"); known || err != nil {
		t.Fatalf("%v %v", known, err)
	}
	states := []ingest.Load{
		{Source: "file:1", Name: "a.csv", Kind: ingest.OutcomesTopic, Topic: "t", Started: at(0, 0), Next: 0, Pending: 100},
		{Source: "file:1", Name: "a.csv", Kind: ingest.OutcomesTopic, Topic: "t", Started: at(0, 0), Next: 100, Pending: 150, Rows: 101, Events: 90, Rejected: 10, Skipped: 1},
		{Source: "file:1", Name: "b.csv", Kind: ingest.OutcomesTopic, Topic: "t", Started: at(0, 0), Next: 150, Pending: 150, Rows: 151, Skipped: 1, Events: 140, Rejected: 10, Finished: true},
	}
	for i, want := range states {
		if err := s.SaveLoad(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveLoad(t.Context(), states[max(0, i-1)]); err != nil { // a zombie's
			t.Fatal(err)
		}
		got, known, err := s.Load(t.Context(), "file:1")
		if diff := cmp.Diff(want, got); diff != "" || !known || err != nil {
			t.Errorf("state %d: %v %v %s", i, known, err, diff)
		}
	}
	if _, known, _ := s.Load(t.Context(), "file:2"); known {
		t.Error("another file is known")
	}
}

// A row of a file that another event with the same key replaces is a duplicate.
func TestCountingIsOfRowsThatCount(t *testing.T) {
	s := migrated(t, flights)
	b := batch(flights, 0, []prediction{
		{ID: "a", Version: "1", At: at(0, 0), Score: 0.1}, {ID: "b", Version: "1", At: at(0, 0), Score: 0.1}, {ID: "a", Version: "1", At: at(0, 0), Score: 0.2},
	}, outcome{ID: "a", At: at(1, 0), Label: "1"})
	b.Topic = "file:1"
	insert(t, s, b)
	insert(t, s, batch(flights, 50, []prediction{{ID: "b", Version: "1", At: at(0, 0), Score: 0.1}})) // of a stream
	for kind, want := range map[ingest.TopicKind]uint64{ingest.PredictionsTopic: 1, ingest.OutcomesTopic: 1} {
		if n, err := s.Counting(t.Context(), "file:1", kind, []ingest.Model{flights}); n != want || err != nil {
			t.Errorf("%s: %d count, want %d: %v", kind, n, want, err)
		}
	}
}
