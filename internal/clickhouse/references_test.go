package clickhouse

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// A thousand versions do not fill the memory: what was used longest ago goes,
// its outline stays.
func TestReferencesAreLetGo(t *testing.T) {
	var r references
	key := func(i int) referenceKey { return referenceKey{"m", fmt.Sprint(i), "r"} }
	large := evaluate.Reference{Series: []evaluate.ReferenceSeries{{Name: "n", Layout: drift.Layout{Kind: drift.Numeric, Knots: make([]float64, maxCells/8)}}}}
	for i := range 3 {
		r.keep(key(i), large)
	}
	r.whole(key(0)) // used again
	r.keep(key(3), large)
	r.keep(key(3), large)
	var kept []bool
	for i := range 5 {
		_, ok := r.whole(key(i))
		kept = append(kept, ok)
	}
	if diff := cmp.Diff([]bool{true, false, true, true, false}, kept); diff != "" {
		t.Errorf("kept whole (-want +got): %s", diff)
	}
	if _, ok := r.outline(key(1)); !ok {
		t.Error("the outline went as well")
	}
	if r.cells > maxCells {
		t.Errorf("%d cells kept, want at most %d", r.cells, maxCells)
	}
}

// A tick gets outlines, for which nothing is read whole, and the whole of one when it
// asks; commands get it all. References that were stored before are the same.
func TestWholeCompletesAnOutline(t *testing.T) {
	s := migrated(t, flights)
	want := map[string]evaluate.Reference{}
	for _, version := range []string{"1", "2", "3"} {
		want[version] = evaluate.Reference{ID: "r", Ref: model.Ref{Name: "flights", Version: version}, PinnedAt: at(0, 0), Series: []evaluate.ReferenceSeries{{
			Name: "wind", Layout: drift.Layout{Kind: drift.Numeric, Knots: []float64{1, 2}}, Counts: drift.Counts{Cells: []int32{1}, N: []uint64{7}},
			Variation: map[string]drift.Variation{"psi": {Mean: -3, SD: 1, K: 9}},
		}}}
	}
	if err := s.Pin(t.Context(), want["1"]); err != nil {
		t.Fatal(err)
	}
	numbers, _ := before(t, want["2"])
	_, base64 := before(t, want["3"])
	for version, body := range map[string][]byte{"2": numbers, "3": base64} {
		row := []any{"flights", version, "r", "", epoch(at(0, 0)), epoch(at(0, 0)), uint64(0), 0., at(0, 0), string(body), ""}
		if err := s.insertRows(t.Context(), call{file: "insert_reference"}, [][]any{row}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // read, then known
		s.references.used = nil
		past, err := s.LoadPast(t.Context(), "flights", at(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		if len(s.references.used) > 0 {
			t.Error("a reference was read whole for its outline")
		}
		for version, want := range want {
			outline := past.Evaluate.References[version]
			if diff := cmp.Diff(want.Outline(), outline); diff != "" {
				t.Errorf("outline of %s (-want +got): %s", version, diff)
			}
			whole, err := s.Whole(t.Context(), outline)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, whole); diff != "" {
				t.Errorf("whole %s (-want +got): %s", version, diff)
			}
		}
	}
	if diff := cmp.Diff(want, pinned(t, s, at(1, 0))); diff != "" {
		t.Errorf("listed (-want +got): %s", diff)
	}
}
