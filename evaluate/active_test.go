package evaluate_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/evaluate"
)

// visited is a store in which version 2 has predicted, too.
type visited struct{ crowd }

func (s *visited) Activity(_ context.Context, _ evaluate.Policy, _, to time.Time) ([]evaluate.Activity, error) {
	return []evaluate.Activity{{Version: "1", First: to.Add(-time.Hour), Rows: 1}, {Version: "2", First: to.Add(-time.Hour), Rows: 1}}, nil
}

// Of buckets that had closed at the tick before, nothing new is asked, unless an id was
// resolved meanwhile.
func TestVersionsAreListedWhenABucketCloses(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	first := noon.AddDate(0, 0, -1)
	judged := func(tick time.Time) map[string]evaluate.Verdict {
		return map[string]evaluate.Verdict{"0": {Tick: tick.Add(-time.Hour), FirstSeen: first}, "1": {Tick: tick, FirstSeen: first}}
	}
	for name, test := range map[string]struct {
		past evaluate.Past
		want []string
	}{
		"nothing was judged":       {evaluate.Past{}, []string{"1", "2"}},
		"a bucket has closed":      {evaluate.Past{Verdicts: judged(noon)}, []string{"1", "2"}},
		"late rows had their time": {evaluate.Past{Verdicts: judged(noon.Add(4 * time.Minute))}, []string{"1", "2"}},
		"no bucket has closed":     {evaluate.Past{Verdicts: judged(noon.Add(5 * time.Minute))}, []string{"1"}},
		"an id was resolved":       {evaluate.Past{Verdicts: judged(noon.Add(5 * time.Minute)), Reopened: map[string]time.Time{"2": first}}, []string{"1", "2"}},
	} {
		s := &visited{}
		p := evaluate.Policy{Model: "m", Bucket: time.Hour, Lateness: 5 * time.Minute}
		p.Drift.Window = 24 * time.Hour
		verdicts, err := evaluate.New(s, s, s).Evaluate(t.Context(), p, "1", test.past, noon.Add(20*time.Minute))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, v := range verdicts {
			got = append(got, v.Ref.Version)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
