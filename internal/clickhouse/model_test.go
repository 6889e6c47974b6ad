package clickhouse

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

func TestSlugKeepsNamesApart(t *testing.T) {
	names := []string{"churn", "Churn", "CHURN", "churn-model", "churn_model", "churn model", "churn`model", "", "é", "e", strings.Repeat("a", 48), strings.Repeat("a", 49), strings.Repeat("a", 50), "x'; DROP TABLE y", "日本", "本日"}
	seen := map[string]string{}
	for _, name := range names {
		got := slug(name)
		if _, err := quote(predictionsTable(name)); err != nil {
			t.Errorf("slug(%q) = %q: %v", name, got, err)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("slug of %q and %q is %q", name, other, got)
		}
		seen[got] = name
	}
	if got := slug("churn_model_2"); got != "churn_model_2" {
		t.Errorf("a plain name became %q", got)
	}
	for _, name := range []string{"", "a b", "a`b", "1a", "é", "a;", strings.Repeat("a", 129)} {
		if got, err := quote(name); err == nil {
			t.Errorf("quote(%q) = %s, want an error", name, got)
		}
	}
}

func TestEnsureModelWidens(t *testing.T) {
	narrow := flights
	narrow.Features, narrow.Segments = flights.Features[:1], nil
	s := migrated(t, narrow)
	insert(t, s, batch(narrow, 0, []prediction{{ID: "a", Version: "1", At: at(0, 0), Features: []any{1.0}}}))
	for range 2 {
		if err := s.EnsureModel(t.Context(), flights); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, s, batch(flights, 1, []prediction{{ID: "b", Version: "1", At: at(0, 0), Features: []any{2.0, "UA"}, Segment: "eu"}}))
	// A feature that is not declared any more keeps its column.
	if err := s.EnsureModel(t.Context(), narrow); err != nil {
		t.Fatal(err)
	}
	insert(t, s, batch(narrow, 2, []prediction{{ID: "c", Version: "1", At: at(0, 0), Features: []any{3.0}}}))
	got := scalar[string](t, s, "SELECT toString(groupArray((f_wind, f_carrier, s_region))) FROM (SELECT * FROM predictions_flights ORDER BY prediction_id)")
	if want := "[(1,NULL,''),(2,'UA','eu'),(3,NULL,'')]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

func TestEnsureModelRefuses(t *testing.T) {
	s := migrated(t, flights)
	changed := flights
	changed.Features = []ingest.Feature{{Name: "wind", Kind: ingest.Category}}
	if err := s.EnsureModel(t.Context(), changed); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), `feature "wind"`) {
		t.Errorf("another kind: %v", err)
	}
	changed.Features[0].Kind = ingest.Timestamp // another kind of number
	if err := s.EnsureModel(t.Context(), changed); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), `feature "wind" of model flights is stored in column f_wind, now declared for a_wind`) {
		t.Errorf("a moment now: %v", err)
	}
	for name, m := range map[string]ingest.Model{
		"no name":      {Task: model.Binary},
		"no kind":      {Name: "x", Task: model.Binary, Features: []ingest.Feature{{Name: "f"}}},
		"named twice":  {Name: "x", Task: model.Binary, Features: []ingest.Feature{{Name: "f", Kind: ingest.Number}, {Name: "f", Kind: ingest.Number}}},
		"no task":      {Name: "x"},
		"segment of 0": {Name: "x", Task: model.Binary, Segments: []string{""}},
	} {
		if err := s.EnsureModel(t.Context(), m); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// Another model whose table or column is the same after slugging.
	hashed := predictionsTable("Flights")[len("predictions_"):]
	if err := s.EnsureModel(t.Context(), ingest.Model{Name: "Flights", Task: model.Binary, Features: []ingest.Feature{{Name: "Wind", Kind: ingest.Number}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureModel(t.Context(), ingest.Model{Name: hashed, Task: model.Binary}); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), `"Flights"`) {
		t.Errorf("model %q beside %q: %v", hashed, "Flights", err)
	}
	column := featureColumn("Wind", false)[len("f_"):]
	if err := s.EnsureModel(t.Context(), ingest.Model{Name: "Flights", Task: model.Binary, Features: []ingest.Feature{{Name: column, Kind: ingest.Number}}}); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), `"Wind"`) {
		t.Errorf("feature %q beside %q: %v", column, "Wind", err)
	}
}

func TestThreeHundredFeaturesWithHostileNames(t *testing.T) {
	m := ingest.Model{Name: "`; DROP TABLE outcomes; --", Task: model.Binary}
	var row []any
	for i := range 300 {
		f := ingest.Feature{Name: fmt.Sprintf("%s %d", odd[i%len(odd)], i), Kind: ingest.Number}
		if i%2 == 1 {
			f.Kind = ingest.Category
			row = append(row, odd[i%len(odd)])
		} else {
			row = append(row, float64(i))
		}
		m.Features = append(m.Features, f)
	}
	m.Segments = []string{"a b", "a`b"}
	s := migrated(t, m)
	insert(t, s, batch(m, 0, []prediction{{ID: "a", Version: "1", At: at(0, 0), Features: row, Segment: "x"}, {ID: "b", Version: "1", At: at(0, 0)}}))
	p := policy(m)
	profiles, err := s.Profiles(t.Context(), p, model.Ref{Name: m.Name, Version: "1"}, at(0, 0), at(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Features {
		got := profiles[i+2]
		if got.Null != 1 || f.Kind == ingest.Number && (len(got.Values) != 1 || got.Values[0] != row[i]) || f.Kind == ingest.Category && (len(got.Texts) != 1 || got.Texts[0] != row[i]) {
			t.Errorf("feature %q: %+v, want one null and %v", f.Name, got, row[i])
		}
	}
	if got := scalar[uint64](t, s, "SELECT count() FROM features FINAL WHERE name != '' AND model LIKE '%DROP TABLE%'"); got != 302 {
		t.Errorf("%d names recorded, want 302", got)
	}
}
