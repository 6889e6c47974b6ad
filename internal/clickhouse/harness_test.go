package clickhouse

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

// at is a moment of the tests' year.
func at(day int, d time.Duration) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Add(d)
}

// options of a fresh, empty database.
func options(t testing.TB) Options {
	t.Helper()
	o := parts.Database(t)
	return Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password, DialTimeout: 30 * time.Second}
}

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// migrated is a store with all tables and those of the models.
func migrated(t testing.TB, models ...ingest.Model) *Store {
	t.Helper()
	s := open(t, options(t))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		if err := s.EnsureModel(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// seeded returns a source of randomness and says how to repeat it.
func seeded(t testing.TB, seed uint64) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}

// flights is a model with one feature of each kind.
var flights = ingest.Model{
	Name: "flights", Task: model.Binary,
	Features: []ingest.Feature{{Name: "wind", Kind: ingest.Number}, {Name: "carrier", Kind: ingest.Category}},
	Segments: []string{"region"},
}

// prediction is one row of a test's batch.
type prediction struct {
	ID, Version string
	At          time.Time
	Role        string // "" is served
	Score       any    // float64 or nil
	Class       string
	Scores      []any // of classes: float64 or nil, in the order of the model's
	Features    []any // float64, string or nil, in the order of the model's
	Segment     string
	Extra       map[string]string
}

// outcome is one row of a test's batch.
type outcome struct {
	ID    string
	At    time.Time
	Label string
	Value any // float64 or nil
}

// batch lays rows out as ingest would, the first at offset first.
func batch(m ingest.Model, first int64, predictions []prediction, outcomes ...outcome) *ingest.Batch {
	b := &ingest.Batch{Topic: "events", Partition: 3, First: first}
	offset := first
	p := &ingest.Predictions{Model: m}
	for _, f := range m.Features {
		if f.Kind.Numeric() {
			p.Numbers = append(p.Numbers, ingest.Numbers{})
		} else {
			p.Texts = append(p.Texts, ingest.Texts{})
		}
	}
	p.Segments, p.Scores = make([]ingest.Texts, len(m.Segments)), make([]ingest.Numbers, len(m.Classes))
	for _, row := range predictions {
		if row.Role == "" {
			row.Role = "served"
		}
		p.ID, p.Time, p.Extra = append(p.ID, row.ID), append(p.Time, row.At), append(p.Extra, row.Extra)
		p.Version.Append(row.Version)
		p.Role.Append(row.Role)
		p.Class.Append(row.Class)
		p.Score.Append(number(row.Score))
		n, c := 0, 0
		for i, f := range m.Features {
			var x any
			if i < len(row.Features) {
				x = row.Features[i]
			}
			if f.Kind.Numeric() {
				p.Numbers[n].Append(number(x))
				n++
				continue
			}
			text, ok := x.(string)
			p.Texts[c].AppendNullable(sql.NullString{String: text, Valid: ok})
			c++
		}
		for i := range m.Segments {
			p.Segments[i].Append(row.Segment)
		}
		for i := range m.Classes {
			var x any
			if i < len(row.Scores) {
				x = row.Scores[i]
			}
			p.Scores[i].Append(number(x))
		}
		p.Offset = append(p.Offset, offset)
		offset++
	}
	if len(predictions) > 0 {
		b.Predictions = append(b.Predictions, p)
	}
	for _, row := range outcomes {
		o := &b.Outcomes
		o.ID, o.Time = append(o.ID, row.ID), append(o.Time, row.At)
		o.Model.Append(m.Name)
		o.Label.Append(row.Label)
		o.Value.Append(number(row.Value))
		o.Offset = append(o.Offset, offset)
		offset++
	}
	b.Last = offset - 1
	return b
}

func number(x any) sql.NullFloat64 {
	f, ok := x.(float64)
	return sql.NullFloat64{Float64: f, Valid: ok}
}

func insert(t testing.TB, s *Store, b *ingest.Batch) {
	t.Helper()
	if err := s.Insert(t.Context(), b, false); err != nil {
		t.Fatal(err)
	}
}

// scalar returns the one value of a query written in a test.
func scalar[T any](t testing.TB, s *Store, sql string) T {
	t.Helper()
	var value T
	if err := s.conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// run executes a statement written in a test.
func run(t testing.TB, s *Store, format string, a ...any) {
	t.Helper()
	sql := fmt.Sprintf(format, a...)
	if err := s.conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
