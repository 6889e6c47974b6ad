package clickhouse

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// ago is how many days a moment lies before the prediction of a bucket.
func ago(moment string, bucket int) float64 {
	t, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil {
		panic(err)
	}
	return float64(at(bucket, 0).UnixMilli()-t.UnixMilli()) / (24 * 60 * 60 * 1000)
}

// What came before a feature had a column is, after the backfill, what ingest
// would have stored.
func TestBackfillDecodesAsIngestWould(t *testing.T) {
	for _, c := range []struct {
		kind         ingest.FeatureKind
		values       []string // JSON text, "" for absent
		want         []any    // nil for null
		filled, left uint64
	}{
		{ingest.Number, []string{"12", "-0.1", "0.30000000000000004", "1e300", "9007199254740993", "true", "false", "nan", "-inf", `"12"`, "null", "[1]", `{"a":1}`, ""},
			[]any{12.0, -0.1, 0.30000000000000004, 1e300, 9007199254740992.0, 1.0, 0.0, "nan", "-inf", nil, nil, nil, nil, nil}, 9, 4},
		{ingest.Category, []string{`"pro"`, `"it's \"é\" \\ 日本"`, "3", "3.0", "2.5", "true", `""`, "null", "[1]", ""},
			[]any{"pro", `it's "é" \ 日本`, "3", "3", "2.5", "true", "", nil, nil, nil}, 7, 2},
		{ingest.Timestamp, []string{`"2025-12-31T00:00:00Z"`, `"2026-01-01T10:00:00.0009+02:00"`, `"2026-01-01"`, `"1969-12-31T23:59:59.5Z"`, "1767225600000", `"soon"`, "true", "null", ""},
			[]any{ago("2025-12-31T00:00:00Z", 0), ago("2026-01-01T08:00:00Z", 20), ago("2026-01-01T00:00:00Z", 40), ago("1969-12-31T23:59:59.5Z", 60), nil, nil, nil, nil, nil}, 4, 4},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			const name = "ba'lan\\ce {x:String}"
			s := migrated(t, flights)
			var rows []prediction
			for i, value := range c.values {
				p := prediction{ID: fmt.Sprint(i), Version: "1", At: at(i*20, 0), Extra: map[string]string{name: value, "other": "1"}}
				if value == "" {
					delete(p.Extra, name)
				}
				rows = append(rows, p)
			}
			insert(t, s, batch(flights, 0, rows))
			wider := flights
			f := ingest.Feature{Name: name, Kind: c.kind}
			wider.Features = append(wider.Features[:len(wider.Features):len(wider.Features)], f)
			var ensuring sync.WaitGroup
			for range 4 { // several daemons at once
				ensuring.Go(func() {
					if err := s.EnsureModel(t.Context(), wider); err != nil {
						t.Error(err)
					}
				})
			}
			ensuring.Wait()
			for range 2 { // the second time there is nothing to do
				filled, left, err := s.Backfill(t.Context(), wider, f)
				if err != nil || filled != c.filled || left != c.left {
					t.Fatalf("%d filled, %d left, %v: want %d, %d", filled, left, err, c.filled, c.left)
				}
			}
			p := policy(ingest.Model{Name: "flights", Task: model.Binary, Features: []ingest.Feature{f}})
			for i, want := range c.want {
				profiles, err := s.Profiles(t.Context(), p, model.Ref{Name: "flights", Version: "1"}, at(i*20, 0), at(i*20+1, 0))
				if err != nil {
					t.Fatal(err)
				}
				got, one := profiles[2], uint64(1)
				expected := evaluate.Profile{Series: got.Series}
				switch x := want.(type) {
				case nil:
					if v := c.values[i]; v == "" || v == "null" || c.kind == ingest.Timestamp && v == "1767225600000" { // in which unit?
						expected.Null = 1
					} else {
						expected.Invalid = 1 // a value, of another type
					}
				case float64:
					expected.Values, expected.N, expected.Below = []float64{x}, []uint64{1}, []uint64{0}
				case string:
					switch {
					case c.kind == ingest.Category:
						expected.Texts, expected.N = []string{x}, []uint64{1}
					case x == "nan":
						expected.NaN = one
					default:
						expected.NegInf = one
					}
				}
				if diff := cmp.Diff(expected, got); diff != "" {
					t.Errorf("value %s: %s", c.values[i], diff)
				}
			}
			declared, err := s.Features(t.Context(), "flights")
			if diff := cmp.Diff(ingest.Feature{Name: name, Kind: c.kind}, declared[0]); err != nil || len(declared) != 3 || diff != "" {
				t.Errorf("features %v, %v: %s", declared, err, diff)
			}
		})
	}
}

func TestOverflowSaysWhatIsNotDeclared(t *testing.T) {
	s := migrated(t, flights)
	insert(t, s, batch(flights, 0, []prediction{
		{ID: "a", Version: "1", At: at(0, 0), Extra: map[string]string{"old": "1"}}, // too old
		{ID: "b", Version: "1", At: at(20, 0), Extra: map[string]string{"balance": "1.5", "plan": `"pro"`}},
		{ID: "c", Version: "1", At: at(21, 0), Extra: map[string]string{"balance": "7", "plan": "true", "history": "[1,2]"}},
		{ID: "d", Version: "1", At: at(21, 0), Extra: map[string]string{"since": `"2026-01-01"`}},
		{ID: "e", Version: "1", At: at(21, 0), Extra: map[string]string{"since": `"soon"`}},
	}))
	got, err := s.Overflow(t.Context(), "flights", 7)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Example == "" {
			t.Errorf("%s: no example", got[i].Name)
		}
		got[i].Example = ""
	}
	want := []Overflow{{Name: "balance", Rows: 2, Numbers: 2}, {Name: "history", Rows: 1}, {Name: "plan", Rows: 2, Category: 2}, {Name: "since", Rows: 2, Category: 2, Times: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
