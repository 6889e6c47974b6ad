package evaluate_test

import (
	"maps"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// The longer one watches, the smaller the shift that is noticed; a series whose
// own days differ much hides more of it; and what is said to be noticed is.
func TestSensitivity(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: map[string]evaluate.Reference{}}
	if _, err := evaluate.New(m, m, m).Evaluate(t.Context(), p, "1", past, day(time.June, 2).Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	past.References = maps.Clone(m.pinned)
	ref := past.References["1"]
	found := map[string][]float64{}
	for _, s := range ref.Sensitivity(p, 960, []int{1, 7, 30}) {
		found[s.Series] = s.Share
		t.Logf("%-22s %.3f", s.Series, s.Share)
		for i, share := range s.Share {
			if i > 0 && share > s.Share[i-1] || share <= 0 {
				t.Errorf("%s: %v: want positive shares, smaller the longer one watches", s.Series, s.Share)
			}
		}
	}
	if len(found) != len(ref.Series) {
		t.Errorf("%d series, want all %d", len(found), len(ref.Series))
	}
	// Distances hardly differ between days, temperatures do.
	if !(found["distance"][1] < 0.3) || found["temp"][1] < 2*found["distance"][1] {
		t.Errorf("within a week: a share of %.2f of distances, %.2f of temperatures", found["distance"][1], found["temp"][1])
	}
	if !(found["carrier"][1] < 0.1) {
		t.Errorf("within a week: a share of %.2f in an unseen category", found["carrier"][1])
	}
}
