package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
)

var _ ingest.Sink = (*Store)(nil)

// hundred is a batch of 100 predictions and 50 outcomes over five months, with a reject.
func hundred(first int64) *ingest.Batch {
	var rows []prediction
	for i := range 100 {
		rows = append(rows, prediction{
			ID: fmt.Sprintf("p%d", first+int64(i)), Version: "1", At: at(i*3/2, time.Duration(i)*time.Second),
			Score: float64(i) / 100, Class: "1", Features: []any{float64(i), "UA"}, Segment: "eu",
		})
	}
	var outcomes []outcome
	for i := range 50 {
		outcomes = append(outcomes, outcome{ID: fmt.Sprintf("p%d", first+int64(i)), At: at(i*3/2, time.Hour), Label: "1"})
	}
	b := batch(flights, first, rows, outcomes...)
	b.Last++
	b.Rejects = []ingest.Reject{{Offset: b.Last, Time: at(0, 0), Model: "flights", Reason: ingest.BadField, Detail: "score", Excerpt: "{\xc3\xa9"}}
	return b
}

// copies returns how many rows are stored of each table, without FINAL.
func copies(t *testing.T, s *Store) [3]uint64 {
	t.Helper()
	return [3]uint64{
		scalar[uint64](t, s, "SELECT count() FROM predictions_flights"),
		scalar[uint64](t, s, "SELECT count() FROM outcomes"),
		scalar[uint64](t, s, "SELECT count() FROM rejects"),
	}
}

func TestInsertKeepsEveryValue(t *testing.T) {
	s := migrated(t, flights)
	nan, negativeZero := math.NaN(), math.Copysign(0, -1)
	insert(t, s, batch(flights, 10, []prediction{
		{ID: "a'\\\"\n\x00é", Version: "7", At: at(0, 123*time.Millisecond), Role: "shadow", Score: 0.25, Class: "yes", Features: []any{1.5, "UA"}, Segment: "eu", Extra: map[string]string{"k'": `{"x":1}`}},
		{ID: "b", Version: "7", At: at(0, time.Second), Features: []any{nil, nil}},
		{ID: "c", Version: "7", At: at(0, 2*time.Second), Score: 0.0, Features: []any{0.0, ""}},
		{ID: "d", Version: "7", At: at(0, 3*time.Second), Score: nan, Features: []any{math.Inf(-1), "日本"}},
		{ID: "e", Version: "7", At: at(0, 4*time.Second), Score: math.Inf(1), Features: []any{negativeZero, "UA"}},
	}))
	rows, err := s.conn.Query(t.Context(), `SELECT prediction_id, role, toString(score), class, toString(f_wind), CAST(f_carrier AS Nullable(String)), s_region, toString(extra), toString(ts), _topic, _partition, _offset FROM predictions_flights ORDER BY ts`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	text := func(p *string) string {
		if p == nil {
			return "NULL"
		}
		return *p
	}
	var got []string
	for rows.Next() {
		var id, role, class, segment, extra, ts, topic string
		var score, wind, carrier *string
		var partition uint32
		var offset uint64
		if err := rows.Scan(&id, &role, &score, &class, &wind, &carrier, &segment, &extra, &ts, &topic, &partition, &offset); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%q %s %s %q %s %q %q %s %s %s/%d/%d", id, role, text(score), class, text(wind), text(carrier), segment, extra, ts, topic, partition, offset))
	}
	want := []string{
		`"a'\\\"\n\x00é" shadow 0.25 "yes" 1.5 "UA" "eu" {'k\'':'{"x":1}'} 2026-03-01 00:00:00.123 events/3/10`,
		`"b" served NULL "" NULL "NULL" "" {} 2026-03-01 00:00:01.000 events/3/11`,
		`"c" served 0 "" 0 "" "" {} 2026-03-01 00:00:02.000 events/3/12`,
		`"d" served nan "" -inf "日本" "" {} 2026-03-01 00:00:03.000 events/3/13`,
		`"e" served inf "" -0 "UA" "" {} 2026-03-01 00:00:04.000 events/3/14`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRepeatedInsertLeavesOneCopy(t *testing.T) {
	s := migrated(t, flights)
	b := hundred(0)
	for range 3 {
		insert(t, s, b)
	}
	if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
		t.Errorf("after three inserts of the same range: %s", diff)
	}
	if err := s.Insert(t.Context(), b, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
		t.Errorf("after a suspect insert of what is stored: %s", diff)
	}
	insert(t, s, hundred(500))
	if diff := cmp.Diff([3]uint64{200, 100, 2}, copies(t, s)); diff != "" {
		t.Errorf("after another range: %s", diff)
	}
}

// A server that is killed between noting a token and storing the rows drops the
// faithful retry. Planting the token without rows is that state.
func TestSuspectInsertDoesNotTrustTheToken(t *testing.T) {
	s := migrated(t, flights)
	b := hundred(0)
	for _, plant := range []struct{ table, columns, values string }{
		{"predictions_flights", "prediction_id, ts, _topic", "'x', '2020-01-01 00:00:00', 'planted'"},
		{"outcomes", "prediction_id, ts, _topic", "'x', '2020-01-01 00:00:00', 'planted'"},
		{"rejects", "ts, _topic", "'2020-01-01 00:00:00', 'planted'"},
	} {
		ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": b.Token(plant.table)}))
		if err := s.conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", plant.table, plant.columns, plant.values)); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, s, b)
	if got := copies(t, s); got == [3]uint64{101, 51, 2} {
		t.Fatal("the planted tokens did not swallow the insert: this test tests nothing")
	}
	for range 2 {
		if err := s.Insert(t.Context(), b, true); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([3]uint64{101, 51, 2}, copies(t, s)); diff != "" {
			t.Errorf("suspect insert beside one planted row each: %s", diff)
		}
	}
}

func TestSuspectInsertAddsWhatIsMissing(t *testing.T) {
	s := migrated(t, flights)
	b := hundred(0)
	insert(t, s, b)
	run(t, s, "ALTER TABLE predictions_flights DELETE WHERE _offset BETWEEN 20 AND 39 SETTINGS mutations_sync = 2")
	run(t, s, "ALTER TABLE outcomes DELETE WHERE _offset IN (100, 149) SETTINGS mutations_sync = 2")
	run(t, s, "TRUNCATE TABLE rejects")
	if err := s.Insert(t.Context(), b, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
		t.Error(diff)
	}
	if got := scalar[uint64](t, s, "SELECT uniqExact(_offset) FROM predictions_flights WHERE f_wind = _offset"); got != 100 {
		t.Errorf("%d offsets have their own row's values, want 100", got)
	}
}

// Offsets mean something within one partition of one topic only.
func TestSuspectInsertKnowsItsPartition(t *testing.T) {
	s := migrated(t, flights)
	b := hundred(0)
	insert(t, s, b)
	for i, change := range []func(*ingest.Batch){func(b *ingest.Batch) { b.Topic = "other" }, func(b *ingest.Batch) { b.Partition = 4 }} {
		change(b)
		if err := s.Insert(t.Context(), b, true); err != nil {
			t.Fatal(err)
		}
		n := uint64(i + 2)
		if diff := cmp.Diff([3]uint64{100 * n, 50 * n, n}, copies(t, s)); diff != "" {
			t.Errorf("%s/%d: %s", b.Topic, b.Partition, diff)
		}
	}
}

// A producer's duplicate (other offset, same event) is one prediction.
func TestProducersDuplicateCountsOnce(t *testing.T) {
	s := migrated(t, flights)
	row := prediction{ID: "p", Version: "1", At: at(0, 0), Score: 0.5}
	insert(t, s, batch(flights, 0, []prediction{row}))
	row.Score = 0.75
	insert(t, s, batch(flights, 1, []prediction{row}))
	if got := scalar[string](t, s, "SELECT toString(groupArray(score)) FROM predictions_flights FINAL"); got != "[0.75]" {
		t.Errorf("scores %s, want the later one alone", got)
	}
}

func TestInsertErrorsSayWhetherRowsMayBeStored(t *testing.T) {
	s := migrated(t, flights)
	err := s.Insert(t.Context(), batch(ingest.Model{Name: "unknown", Task: flights.Task}, 0, []prediction{{ID: "p", Version: "1", At: at(0, 0)}}), false)
	var ambiguous interface{ Ambiguous() bool }
	if !errors.Is(err, ErrSchemaDiffers) || !errors.As(err, &ambiguous) || ambiguous.Ambiguous() {
		t.Errorf("insert into a table that is not there: %v: want ErrSchemaDiffers, not ambiguous", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Insert(ctx, hundred(0), false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled insert: %v", err)
	}
	if lost := (&Error{Err: errors.New("connection reset"), sent: true}); !lost.Ambiguous() {
		t.Error("a connection lost after sending must be ambiguous")
	}
	if refused := (&Error{Err: &clickhouse.Exception{Code: 252}, sent: true}); refused.Ambiguous() {
		t.Error("too many parts stores nothing: must not be ambiguous")
	}
	if broken := (&Error{Err: &clickhouse.Exception{Code: 241}, sent: true}); !broken.Ambiguous() {
		t.Error("the memory limit can strike between two parts: must be ambiguous")
	}
}

// A message may hold many events, all of its offset. Those of a month are one
// part: a server killed in between has some months of a message and not others.
func TestSuspectInsertAddsTheMissingMonthsOfAMessage(t *testing.T) {
	s := migrated(t, flights)
	var outcomes []outcome
	for i := range 90 {
		outcomes = append(outcomes, outcome{ID: fmt.Sprintf("p%d", i), At: at(i, 0), Label: "1"})
	}
	b := batch(flights, 7, nil, outcomes...)
	for i := range b.Outcomes.Offset {
		b.Outcomes.Offset[i] = 7
	}
	b.Last = 7
	insert(t, s, b)
	month := scalar[uint32](t, s, "SELECT toYYYYMM(max(ts)) FROM outcomes")
	run(t, s, "ALTER TABLE outcomes DROP PARTITION %d", month)
	left := copies(t, s)[1]
	if left == 0 || left == 90 {
		t.Fatalf("%d of 90 rows left: this test tests nothing", left)
	}
	if err := s.Insert(t.Context(), b, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]uint64{0, 90, 0}, copies(t, s)); diff != "" {
		t.Error(diff)
	}
}
