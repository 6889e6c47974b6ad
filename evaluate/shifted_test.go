package evaluate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate"
)

func TestSeriesState(t *testing.T) {
	for _, c := range []struct {
		name  string
		level evaluate.Level
		logM  float64
		want  string
	}{
		{"nothing heard", evaluate.None, 0, "ok"},
		{"below half of the way", evaluate.None, 4.4, "ok"},
		{"half of the way", evaluate.None, 4.5, "warn"},
		{"alerted", evaluate.Alerted, 9.2, "alert"},
		{"alerted, the alarm is spent", evaluate.Alerted, -1000, "alert"},
	} {
		e := evaluate.Evidence{Kind: evaluate.Drift, Level: c.level, LogM: c.logM, Alert: 9}
		if got := e.SeriesState().String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMovedListsTheLastWindow(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	today, yesterday := day(time.June, 2), day(time.June, 1)
	results := []evaluate.Result{
		{Check: "psi", Feature: "old", To: yesterday, Value: number(9), P: number(0)},
		{Check: "psi", Feature: "a", To: today, Value: number(.3), P: number(.004)},
		{Check: "ks", Feature: "a", To: today, Value: number(.1), P: number(.001)},
		{Check: "psi", Feature: "b", To: today, Value: number(.9), P: number(1e-9)},
		{Check: "psi", Feature: "c", To: today, Value: number(.01), P: number(.6)},
		{Check: "psi", Feature: "d", To: today, Status: evaluate.Inconclusive},
		{Check: "accuracy", To: today, Value: number(.9)},
	}
	// By hand: b 1e-9·3/1, a .001·2 measures·3/2, c .6.
	want := []evaluate.Mover{{"b", "psi", .9, 3e-9}, {"a", "ks", .1, .003}}
	if diff := cmp.Diff(want, evaluate.Moved(results, .05), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
	if got := evaluate.Moved(nil, .05); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestShiftsThatBeganTogether(t *testing.T) {
	first, second := day(time.June, 1), day(time.June, 9)
	alerted := func(feature, check string, since time.Time) evaluate.Evidence {
		return evaluate.Evidence{Kind: evaluate.Drift, Feature: feature, Check: check, Level: evaluate.Alerted, Since: since}
	}
	got := evaluate.Shifts([]evaluate.Evidence{
		alerted("wind", "psi", second), alerted("temp", "psi", second), alerted("temp", "ks", first), alerted("dewp", "ks", first),
		{Kind: evaluate.Drift, Feature: "calm", Check: "psi"},
		{Kind: evaluate.Absolute, Check: "auc", Level: evaluate.Paged, Since: first},
	})
	want := []evaluate.Shift{{first, []string{"dewp", "temp"}}, {second, []string{"wind"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
