package clickhouse

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// expectedBySegment counts rows into windows, and those of each segment of the reference.
func expectedBySegment(m ingest.Model, ref evaluate.Reference, rows []prediction, from, to time.Time, window time.Duration) []evaluate.Counts {
	all := expected(m, ref, rows, from, to, window)
	for _, segment := range ref.Segments {
		var within []prediction
		for _, row := range rows {
			if row.Segment == segment.Value {
				within = append(within, row)
			}
		}
		for _, w := range expected(m, ref, within, from, to, window) {
			i := slices.IndexFunc(all, func(c evaluate.Counts) bool { return c.From.Equal(w.From) })
			for name, counts := range w.Series {
				all[i].Put(segment.Name(), name, counts)
			}
		}
	}
	return all
}

// The rows of a segment are counted as if there were no others, whatever its
// value; all rows as if there were no segments.
func TestCountBySegment(t *testing.T) {
	rng := seeded(t, 20261125)
	m := ingest.Model{Name: "segmented", Task: model.Binary, Segments: []string{`re=gi\on`, "again"}, Features: []ingest.Feature{
		{Name: "n", Kind: ingest.Number}, {Name: "c", Kind: ingest.Category},
	}}
	s := migrated(t, m)
	var rows []prediction
	for i := range 5000 {
		rows = append(rows, prediction{
			ID: fmt.Sprint(i), Version: "1", At: at(i%3, time.Duration(rng.Int64N(int64(24*time.Hour)))).Truncate(time.Millisecond),
			Score: randomNumber(rng), Class: "1", Features: []any{randomNumber(rng), randomText(rng)},
			Segment: append(odd, "eu", "=eu", "a=b")[rng.IntN(len(odd)+3)], // "" is missing
		})
	}
	insert(t, s, batch(m, 0, rows))
	p := policy(m)
	ref := model.Ref{Name: m.Name, Version: "1"}
	profiles, err := s.Profiles(t.Context(), p, ref, at(0, 0), at(3, 0))
	if err != nil {
		t.Fatal(err)
	}
	reference := frozen(t, "r", ref, profiles)
	for _, value := range append(odd[1:], "eu", "=eu", "a=b") { // the harness gives both keys the same values
		for _, key := range m.Segments {
			reference.Segments = append(reference.Segments, evaluate.Segment{Key: key, Value: value})
		}
	}
	want := expectedBySegment(m, reference, rows, at(0, 0), at(3, 0), 24*time.Hour)
	for where := range countedWhere(s) {
		reference.ID = where
		for range 2 { // counting twice counts once
			if err := countBetween(t, s, p, reference, at(0, 0), at(3, 0), time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Counts(t.Context(), p, reference, at(0, 0), at(3, 0), 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("counted %s (-layout +counted): %s", where, diff)
		}
	}
	if name := reference.Segments[0].Name(); name != `re\=gi\\on= ` {
		t.Errorf("the first segment is named %q", name)
	}

	// The mix of a key is a series like others; rows without a value are missing.
	p.Segments = m.Segments
	profiles, err = s.Profiles(t.Context(), p, ref, at(0, 0), at(3, 0))
	if err != nil {
		t.Fatal(err)
	}
	mix := profiles[len(profiles)-1]
	byValue := map[string]uint64{}
	for _, row := range rows {
		byValue[row.Segment]++
	}
	if mix.Series.Name != "(segment again)" || mix.Null != byValue[""] || len(mix.Texts) != len(odd)+2 {
		t.Errorf("the last profile is %s with %d values and %d rows without, want (segment again) with %d and %d", mix.Series.Name, len(mix.Texts), mix.Null, len(odd)+2, byValue[""])
	}
	for i, text := range mix.Texts {
		if mix.N[i] != byValue[text] {
			t.Errorf("mix of %q: %d rows, want %d", text, mix.N[i], byValue[text])
		}
	}
}

// A prediction that is sent again as of another segment, or of none, leaves the one
// that it was in, also as its last; with it goes what it said there.
func TestCountAgainInAnotherSegment(t *testing.T) {
	m := flights
	s := migrated(t, m)
	p := policy(m)
	ref := model.Ref{Name: m.Name, Version: "1"}
	wind, err := drift.NewNumeric([]float64{1, 2}, []uint64{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	reference := evaluate.Reference{ID: "r", Ref: ref, Series: []evaluate.ReferenceSeries{
		{Name: "wind", Layout: wind}, {Name: "carrier", Layout: drift.NewCategorical(map[string]uint64{"UA": 1})},
		{Name: evaluate.ClassSeries, Layout: drift.NewCategorical(map[string]uint64{"0": 1, "1": 1})},
	}, Segments: []evaluate.Segment{{Key: "region", Value: "eu"}, {Key: "region", Value: "us"}}}
	rows := map[string]prediction{}
	offset := int64(0)
	send := func(hour int, id, segment, class string, features ...any) {
		row := prediction{ID: id, Version: "1", At: at(0, time.Duration(hour)*time.Hour+time.Minute), Class: class, Features: features, Segment: segment}
		insert(t, s, batch(m, offset, []prediction{row}))
		rows[fmt.Sprint(hour, id)] = row
		offset++
	}
	agree := func(what string) {
		t.Helper()
		for where := range countedWhere(s) {
			reference.ID = where
			if err := countBetween(t, s, p, reference, at(0, 0), at(1, 0), time.Time{}); err != nil {
				t.Fatal(err)
			}
			for _, window := range []time.Duration{time.Hour, 24 * time.Hour} {
				got, err := s.Counts(t.Context(), p, reference, at(0, 0), at(1, 0), window)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(expectedBySegment(m, reference, slices.Collect(maps.Values(rows)), at(0, 0), at(1, 0), window), got); diff != "" {
					t.Errorf("%s, counted %s, windows of %s (-layout +counted): %s", what, where, window, diff)
				}
			}
		}
	}
	send(0, "a", "eu", "0", 1.0, "UA")
	send(0, "b", "us", "0", 1.0, "UA")
	send(1, "a", "eu", "0", 1.0, "UA")
	send(1, "b", "eu", "1", 2.0, "UA")
	send(2, "a", "eu", "0", 1.0, "UA")
	agree("at first")
	send(0, "a", "us", "1", nil, nil) // the last of eu
	send(0, "b", "", "", nil, nil)
	send(1, "a", "us", "1", 2.0, "AA") // another stays
	send(2, "a", "", "0", 1.0, "UA")   // the only one of the bucket
	agree("in others")
	send(2, "a", "eu", "0", 1.0, "UA")
	agree("back again")

	// What was counted outlives the rows of a whole bucket.
	run(t, s, "DELETE FROM %s WHERE ts < '2026-03-01 01:00:00'", predictionsTable(m.Name))
	agree("with hour 0 gone")
}

// What segments add to counting a day of ten numeric series of a thousand knots,
// and to what a day's bucket takes.
func BenchmarkCountBySegment(b *testing.B) {
	const n = 100_000
	m := ingest.Model{Name: "many", Task: model.Binary, Segments: []string{"region"}}
	for i := range 9 {
		m.Features = append(m.Features, ingest.Feature{Name: fmt.Sprint("n", i), Kind: ingest.Number})
	}
	s := migrated(b, m)
	rng := seeded(b, 5)
	var rows []prediction
	for i := range n {
		row := prediction{ID: fmt.Sprint(i), Version: "1", At: at(0, time.Duration(i)*24*time.Hour/n).Truncate(time.Millisecond), Score: rng.NormFloat64(), Segment: fmt.Sprint("r", rng.IntN(20))}
		for range m.Features {
			row.Features = append(row.Features, rng.NormFloat64())
		}
		rows = append(rows, row)
	}
	insert(b, s, batch(m, 0, rows))
	p := policy(m)
	version := model.Ref{Name: m.Name, Version: "1"}
	profiles, err := s.Profiles(b.Context(), p, version, at(0, 0), at(1, 0))
	if err != nil {
		b.Fatal(err)
	}
	ref := frozen(b, "r", version, profiles)
	for _, segments := range []int{0, 1, 5, 20} {
		ref.ID, ref.Segments = fmt.Sprint(segments), nil
		for i := range segments {
			ref.Segments = append(ref.Segments, evaluate.Segment{Key: "region", Value: fmt.Sprint("r", i)})
		}
		b.Run(fmt.Sprintf("%d", segments), func(b *testing.B) {
			for b.Loop() {
				if err := countBetween(b, s, p, ref, at(0, 0), at(1, 0), time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
