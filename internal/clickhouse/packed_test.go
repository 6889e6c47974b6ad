package clickhouse

import (
	"encoding/json"
	"math"
	"strings"
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

func TestPackedReferenceIsTheSame(t *testing.T) {
	ref := manySeries(t, 3)
	body, err := pack(ref)
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack(body)
	if diff := cmp.Diff(ref, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	if len(ref.Series[0].Layout.Knots) == 0 || len(ref.Segments[0].Series[0].Counts.N) == 0 {
		t.Error("packing took what it packed")
	}
	plain, err := json.Marshal(ref) // as references of before were stored
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unpack(plain); err != nil || cmp.Diff(ref, got) != "" {
		t.Errorf("not packed: %v: %s", err, cmp.Diff(ref, got))
	}
	if _, err := unpack([]byte(strings.Replace(string(body), `"N":"`, `"N":"AAAA`, 1))); err == nil {
		t.Error("counts without cells were taken")
	}
}

func BenchmarkUnpack(b *testing.B) {
	ref := manySeries(b, 50)
	body, err := pack(ref)
	if err != nil {
		b.Fatal(err)
	}
	plain, err := json.Marshal(ref)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"packed": body, "plain": plain} {
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(float64(len(text)), "bytes")
			for b.Loop() {
				if _, err := unpack(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
