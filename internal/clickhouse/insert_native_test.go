package clickhouse

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
)

// sequence is a batch of n predictions whose values follow from their offsets.
func sequence(first int64, n int) *ingest.Batch {
	rows := make([]prediction, n)
	for i := range rows {
		offset := first + int64(i)
		rows[i] = prediction{
			ID: fmt.Sprint("p", offset), Version: fmt.Sprint(first), At: at(0, time.Duration(offset)*time.Millisecond),
			Features: []any{float64(offset), fmt.Sprint("c", offset%997)},
		}
		switch {
		case offset%5 == 0:
			rows[i].Features = []any{nil, nil}
		case offset%7 == 0:
			rows[i].Features[1] = ""
			rows[i].Extra = map[string]string{"b": fmt.Sprint(offset), "a": "1"}
		}
	}
	return batch(flights, first, rows)
}

// wrong counts the rows of a sequence that are not what they were.
const wrong = `SELECT countIf(NOT (
	prediction_id = 'p' || toString(_offset)
	AND if(_offset % 5 = 0, isNull(f_wind) AND isNull(f_carrier), f_wind = _offset AND f_carrier = if(_offset % 7 = 0, '', 'c' || toString(_offset % 997)))
	AND extra = if(_offset % 7 = 0 AND _offset % 5 != 0, map('a', '1', 'b', toString(_offset)), map())
)) FROM predictions_flights`

func TestNativeColumnsKeepEveryValue(t *testing.T) {
	s := migrated(t, flights)
	b := sequence(0, 1300)
	insert(t, s, b)
	for range 2 {
		if got := scalar[uint64](t, s, "SELECT count() FROM predictions_flights"); got != 1300 {
			t.Errorf("%d rows, want 1300", got)
		}
		if got := scalar[uint64](t, s, wrong); got != 0 {
			t.Errorf("%d rows differ from what was inserted", got)
		}
		run(t, s, "ALTER TABLE predictions_flights DELETE WHERE _offset %% 3 = 0 SETTINGS mutations_sync = 2")
		if err := s.Insert(t.Context(), b, true); err != nil { // what is missing, picked out of every column
			t.Fatal(err)
		}
	}
}

// A column of another type than declared must not take the bytes of this one.
func TestNativeColumnsAskForTheirType(t *testing.T) {
	s := migrated(t, flights)
	run(t, s, "ALTER TABLE predictions_flights MODIFY COLUMN f_wind Nullable(Float32)")
	if err := s.Insert(t.Context(), sequence(1, 3), false); !errors.Is(err, ErrSchemaDiffers) {
		t.Errorf("%v, want ErrSchemaDiffers", err)
	}
}

func TestCompressionIsForServersElsewhere(t *testing.T) {
	var got []string
	for _, addresses := range [][]string{{"127.0.0.1:9000"}, {"localhost:9000", "[::1]:9000"}, {"10.0.0.1:9000"}, {"localhost:9000", "clickhouse:9000"}} {
		got = append(got, compression(addresses).String())
	}
	if diff := cmp.Diff([]string{"none", "none", "lz4", "lz4"}, got); diff != "" {
		t.Error(diff)
	}
}
