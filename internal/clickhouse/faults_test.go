package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
)

// A topic that is created anew counts its offsets from 0 again. Neither the rows
// nor the tokens of the former topic stand for those of the new one.
func TestRecreatedTopicHidesNothing(t *testing.T) {
	for _, suspect := range []bool{false, true} {
		s := migrated(t, flights)
		former := hundred(0)
		former.TopicID = "former"
		insert(t, s, former)
		later := hundred(0)
		later.TopicID = "later"
		for i := range later.Predictions[0].ID {
			later.Predictions[0].Time[i] = later.Predictions[0].Time[i].Add(time.Minute)
		}
		for i := range later.Outcomes.ID {
			later.Outcomes.Time[i] = later.Outcomes.Time[i].Add(time.Minute)
		}
		later.Rejects[0].Time = later.Rejects[0].Time.Add(time.Minute)
		for range 2 {
			if err := s.Insert(t.Context(), later, suspect); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([3]uint64{200, 100, 2}, copies(t, s)); diff != "" {
			t.Errorf("suspect=%v: %s", suspect, diff)
		}
	}
}

// A message without timestamp is known again.
func TestSuspectInsertKnowsRejectsWithoutTime(t *testing.T) {
	s := migrated(t, flights)
	b := &ingest.Batch{Topic: "events", Last: 1, Rejects: []ingest.Reject{{Reason: ingest.BadJSON}, {Offset: 1, Time: at(0, 0), Reason: ingest.BadJSON}}}
	for range 3 {
		if err := s.Insert(t.Context(), b, true); err != nil {
			t.Fatal(err)
		}
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM rejects"); got != 2 {
		t.Errorf("%d rejects stored, want 2", got)
	}
}
