package clickhouse

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// manySeries is a reference of so many numeric series of a thousand knots, and one
// categorical one, each also within a segment.
func manySeries(t testing.TB, n int) evaluate.Reference {
	t.Helper()
	rng := seeded(t, 66)
	ref := evaluate.Reference{ID: "r", Source: evaluate.SourceWindow}
	ref.Segments = []evaluate.Segment{{Key: "region", Value: "eu", Rows: 7}, {Key: "region", Value: "us", Rows: 8}}
	add := func(name string, l drift.Layout, counts drift.Counts) {
		ref.Series = append(ref.Series, evaluate.ReferenceSeries{Name: name, Layout: l, Counts: counts})
		ref.Segments[0].Series = append(ref.Segments[0].Series, evaluate.SegmentSeries{Name: name, Counts: counts})
	}
	for i := range n {
		values, ones := make([]float64, 5000), make([]uint64, 5000)
		x := -math.MaxFloat64 / 2
		for k := range values {
			if x = math.Nextafter(x+rng.Float64(), math.Inf(1)); k == 0 {
				x = -3
			}
			values[k], ones[k] = x, 1+rng.Uint64N(1<<40)
		}
		l, err := drift.NewNumeric(values, ones)
		if err != nil {
			t.Fatal(err)
		}
		counts := l.CountNumbers(values, ones)
		counts.Add(drift.NewCounts(map[int32]uint64{drift.Null: 7, drift.Invalid: 1}))
		add("n"+string(rune('a'+i%26))+string(rune('a'+i/26)), l, counts)
	}
	l := drift.NewCategorical(map[string]uint64{"a": 3, "é\x00": 1})
	add("c", l, l.CountTexts([]string{"a", "b"}, nil))
	return ref
}

// before returns a reference as it was stored before, first and then.
func before(t testing.TB, ref evaluate.Reference) (numbers, base64 []byte) {
	t.Helper()
	body, long, err := pack(ref)
	if err != nil {
		t.Fatal(err)
	}
	var p packed
	if err := json.Unmarshal(body, &p.Reference); err != nil {
		t.Fatal(err)
	}
	if p.Columns, err = splitColumns(long); err != nil {
		t.Fatal(err)
	}
	if base64, err = json.Marshal(p); err != nil {
		t.Fatal(err)
	}
	if numbers, err = json.Marshal(ref); err != nil {
		t.Fatal(err)
	}
	return numbers, base64
}

func TestPackedReferenceIsTheSame(t *testing.T) {
	ref := manySeries(t, 3)
	body, long, err := pack(ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(ref.Series[0].Layout.Knots) == 0 || len(ref.Segments[0].Series[0].Counts.N) == 0 {
		t.Error("packing took what it packed")
	}
	numbers, base64 := before(t, ref)
	for name, stored := range map[string][2][]byte{"packed": {body, long}, "numbers in JSON": {numbers}, "base64 in JSON": {base64}} {
		got, err := unpack(stored[0], stored[1])
		if diff := cmp.Diff(ref, got); err != nil || diff != "" {
			t.Errorf("%s: %v: %s", name, err, diff)
		}
		got, err = outline(stored[0])
		if diff := cmp.Diff(ref.Outline(), got); err != nil || diff != "" {
			t.Errorf("outline of %s: %v: %s", name, err, diff)
		}
	}
}

// What is missing or too much among the columns is said, not guessed.
func TestDamagedColumnsAreRefused(t *testing.T) {
	ref := manySeries(t, 1)
	body, long, err := pack(ref)
	if err != nil {
		t.Fatal(err)
	}
	all, err := splitColumns(long)
	if err != nil {
		t.Fatal(err)
	}
	first := len(all[0].Knots) + 2 // after the knots and their length
	for name, damaged := range map[string][]byte{
		"cut short":        long[:len(long)-1],
		"a series less":    long[:len(long)-3-len(all[3].Knots)-len(all[3].Cells)-len(all[3].N)],
		"a series more":    append(slices.Clone(long), 0, 0, 0),
		"half a knot":      append([]byte{1, 0, 0, 0}, long...),
		"counts, no cells": append(slices.Clone(long[:first]), 0, 1, 7),
		"endless length":   slices.Repeat([]byte{0xff}, 20),
	} {
		if _, err := unpack(body, damaged); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	ref := manySeries(b, 50)
	ref.Segments = nil
	for _, s := range ref.Series {
		for i := range s.Counts.N {
			s.Counts.N[i] %= 100
		}
	}
	body, long, err := pack(ref)
	if err != nil {
		b.Fatal(err)
	}
	numbers, base64 := before(b, ref)
	for name, stored := range map[string][2][]byte{"packed": {body, long}, "numbers": {numbers}, "base64": {base64}} {
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(float64(len(stored[0])+len(stored[1])), "bytes")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := unpack(stored[0], stored[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
