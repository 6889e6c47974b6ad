package main

import "testing"

const seed = 7

func TestNoOrderOfEventsMovesASlotWrongly(t *testing.T) {
	t.Logf("seed %d", seed)
	first, err := simulate(seed, 150, 120)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", first)
	if n := first.violations(); n > 0 {
		t.Errorf("%d violations: see above", n)
	}
	if first.moves < 30 || first.kills == 0 || first.pauses == 0 || first.stale == 0 || first.lost == 0 ||
		first.proposed < 10 || first.ordered < 10 || first.refused < 10 {
		t.Error("too little happened for that to mean anything")
	}
	if first.noted < first.moves*9/10 {
		t.Errorf("%d of %d moves are on record as made", first.noted, first.moves)
	}
}

func TestTheSameSeedGivesTheSameRuns(t *testing.T) {
	var all [2]counts
	for k := range all {
		var err error
		if all[k], err = simulate(seed, 10, 120); err != nil {
			t.Fatal(err)
		}
	}
	if all[0] != all[1] {
		t.Errorf("%+v\nthen %+v", all[0], all[1])
	}
}
