package main

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/evaluate/simulate/runs"
)

const seed = 1

// Nothing changes: driftd keeps its budget, also where rows of a day share
// causes, and p < 0.05 does not.
func TestNullKeepsTheBudget(t *testing.T) {
	t.Logf("seed %d", seed)
	for _, w := range []World{daily(500, .05, .5), weekly(.05, .5)} {
		const years = 3
		rates, err := null(t.Context(), w, seed, years)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", w.Name, rates)
		// Three standard errors of a Poisson count at the budget.
		if most := budget + 3*math.Sqrt(budget/years); rates[0].mean > most {
			t.Errorf("%s: %.1f alerts a year, want at most %.1f", w.Name, rates[0].mean, most)
		}
		if rates[3].mean < 50 {
			t.Errorf("%s: p < 0.05 alerts %.1f times a year: the shocks are too weak to show anything", w.Name, rates[3].mean)
		}
	}
}

func TestChangesAreSeen(t *testing.T) {
	t.Logf("seed %d", seed)
	w := daily(500, .05, .5)
	for _, c := range []struct {
		name   string
		change Change
		within int
	}{{"half a standard deviation", Change{Shift: .5}, 30}, {"a fifth to another category", Change{Moved: .2}, 30}, {"a tenth to a new one", Change{New: .1}, 10}} {
		seen, err := see(t.Context(), w, seed, 3, c.change)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", c.name, seen)
		if seen[0].median > c.within {
			t.Errorf("%s: alerted after %d windows, want %d", c.name, seen[0].median, c.within)
		}
	}
}

// A shift that lasts is told once, however long it lasts.
func TestLastingShiftIsToldOnce(t *testing.T) {
	t.Logf("seed %d", seed)
	w := daily(500, .05, 0)
	for run := range uint64(5) {
		var windows []int
		if err := watch(t.Context(), w, seed, run, Change{Shift: 1}, 300, func(a alarm) bool {
			if a.rule == 0 && a.series == 0 && a.fresh {
				windows = append(windows, a.window)
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		if len(windows) != 1 {
			t.Errorf("run %d: a shift of 300 windows was told in windows %v, want once", run, windows)
		}
	}
}

func TestShiftThatEndsIsOver(t *testing.T) {
	t.Logf("seed %d", seed)
	w := daily(500, .05, 0)
	for run := range uint64(5) {
		shifted, windows := 0, 0
		st := newStore(newStream(w, runs.Generator(seed, run), Change{Shift: 1, Lasts: 40}))
		if err := st.follow(t.Context(), 60, func(window int, evidence []evaluate.Evidence) bool {
			for _, e := range evidence {
				if e.Feature == "n00" && e.Level == evaluate.Alerted {
					shifted, windows = window, windows+1
					break
				}
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		// Two calm windows confirm the end; some of the first ones are not calm.
		if windows < 25 || shifted < 39 || shifted > 55 {
			t.Errorf("run %d: shifted in %d windows, at last in %d; want until soon after window 40", run, windows, shifted)
		}
	}
}

// Both ways of drawing are of the same law, and a shift is one.
func TestDrawnMoments(t *testing.T) {
	t.Logf("seed %d", seed)
	for _, rows := range []int{oneRow, oneRow + 1} {
		w := daily(rows, .2, 0)
		w.Reference = 1
		var n, sum, square float64
		for run := range 40 {
			st := newStore(newStream(w, runs.Generator(seed, uint64(run)), Change{Shift: 1}))
			st.advance()
			for i, c := range st.live[0][0] {
				x := number(i) - 1
				n, sum, square = n+float64(c), sum+float64(c)*x, square+float64(c)*x*x
			}
		}
		mean, variance := sum/n, square/n
		t.Logf("%d rows a day: mean %.3f, variance %.3f", rows, mean, variance)
		// 40 days share .2 of the variance: their mean varies by .07, the
		// variance by .045.
		if math.Abs(mean) > .21 || math.Abs(variance-1) > .14 {
			t.Errorf("%d rows a day: mean %v, variance %v, want 0 and 1 after the shift is taken off", rows, mean, variance)
		}
	}
}

func TestSameSeedSameAlerts(t *testing.T) {
	w := daily(500, .2, .5)
	w.Numeric, w.Categorical = 3, 1
	var texts [2]bytes.Buffer
	for i := range texts {
		if err := watch(t.Context(), w, seed, 7, Change{}, 100, func(a alarm) bool {
			fmt.Fprintln(&texts[i], rules[a.rule], a.series, a.window, a.fresh)
			return true
		}); err != nil {
			t.Fatal(err)
		}
	}
	if texts[0].Len() == 0 || !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		t.Errorf("%d and %d bytes: want the same alerts, some", texts[0].Len(), texts[1].Len())
	}
}
