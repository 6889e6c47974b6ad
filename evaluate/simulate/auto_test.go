package main

import (
	"testing"
	"time"
)

// Hours that share nothing are witnesses of their own; those of a day that share
// its causes are not, but the day is.
func TestAutoChoosesWhatIsAWitness(t *testing.T) {
	t.Logf("seed %d", seed)
	for want, shared := range map[time.Duration]float64{time.Hour: 0, day: .05} {
		c, err := choose(t.Context(), autoWorld(shared, 0, 61), seed, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("a day shares %g: %s is chosen; usable by length %v", shared, c.window, c.tried)
		if c.window != want {
			t.Errorf("a day shares %g: %s is chosen, want %s", shared, c.window, want)
		}
	}
}
