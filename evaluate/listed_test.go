package evaluate

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/evidence"
)

func TestListByHand(t *testing.T) {
	today := time.Date(2026, time.June, 2, 0, 0, 0, 0, time.UTC)
	series := func(name string, to time.Time, p ...float64) Evidence {
		e := Evidence{Kind: Drift, Feature: name, State: evidence.State{To: to}, Voices: []Voice{{Check: "js"}}, Listed: true}
		for i := range p {
			e.Voices = append(e.Voices, Voice{Check: "psi", P: &p[i]})
		}
		return e
	}
	for name, c := range map[string]struct {
		q    float64
		want []string
	}{
		// a .001·2 measures·3/2 = .003, b 1e-9·3/1, c .6; old was not heard of.
		"both":            {.003, []string{"a", "b"}},
		"below a's":       {.0029, []string{"b"}},
		"below all":       {1e-10, nil},
		"all that it can": {.6, []string{"a", "b", "c"}},
	} {
		v := Verdict{Evidence: []Evidence{
			series("a", today, .004, .001), series("b", today, 1e-9), series("c", today, .6),
			series("old", today.AddDate(0, 0, -1), 1e-9), series("mute", today), {Kind: Paired, Listed: true},
		}}
		v.list(c.q, today)
		var got []string
		for _, e := range v.Evidence[:5] {
			if e.Listed {
				got = append(got, e.Feature)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: at %v %v, want %v", name, c.q, got, c.want)
		}
	}
}

// counted has one window of ten rows a day.
type counted struct {
	Buckets
	asked int
}

func (c *counted) Counts(_ context.Context, _ Policy, _ Reference, from, to time.Time, window time.Duration) ([]Counts, error) {
	c.asked++
	var all []Counts
	for ; from.Before(to); from = from.Add(window) {
		rows := drift.NewCounts(map[int32]uint64{0: 10})
		all = append(all, Counts{From: from, To: from.Add(window), Series: map[string]drift.Counts{"a": rows, "b": rows, "c": rows}})
	}
	return all, nil
}

// Each series is described from its own onset, all by one statement, and none twice.
func TestDescribeFromEachOnset(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, time.June, d, 0, 0, 0, 0, time.UTC) }
	p := Policy{Drift: DriftPolicy{Window: 24 * time.Hour}}
	ref := Reference{Series: []ReferenceSeries{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	one := 1e-9
	alerted := func(name string, onset int) Evidence {
		return Evidence{Kind: Drift, Feature: name, Level: Alerted, Onset: day(onset), Started: day(1), Voices: []Voice{{Check: "psi", P: &one}}}
	}
	v := Verdict{Evidence: []Evidence{alerted("a", 4), alerted("b", 7), {Kind: Drift, Feature: "c"}}}
	store := &counted{}
	e := New(store, nil, nil)
	for range 2 {
		if err := e.describe(t.Context(), p, ref, &v, day(9)); err != nil {
			t.Fatal(err)
		}
		if a, b := v.Evidence[0].Moved, v.Evidence[1].Moved; a.Rows != 50 || b.Rows != 20 || v.Evidence[2].Moved != nil {
			t.Errorf("rows of a %d, of b %d, c %v: want 50, 20 and none", a.Rows, b.Rows, v.Evidence[2].Moved)
		}
	}
	if store.asked != 1 {
		t.Errorf("%d statements, want one", store.asked)
	}
}
