package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAskAnswersAndChangesNothing(t *testing.T) {
	s := migrated(t)
	got, err := s.Ask(t.Context(), "ask", "SELECT number::UInt8 AS n, if(number = 0, NULL, 0.5) AS x, ['a', 'b'][number + 1] AS text FROM numbers(2) ORDER BY n")
	half := 0.5
	want := Answer{Columns: []string{"n", "x", "text"}, Rows: [][]any{{uint8(0), (*float64)(nil), "a"}, {uint8(1), &half, "b"}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}
	for _, sql := range []string{"DROP TABLE verdicts", "TRUNCATE TABLE verdicts", "INSERT INTO orders (id) VALUES ('x')", "SET readonly = 0"} {
		if _, err := s.Ask(t.Context(), "ask", sql); err == nil {
			t.Errorf("%s: was done", sql)
		}
	}
}
