package clickhouse

import (
	"testing"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// The bins of a reference can be read, of one too that was pinned when there was no
// table of them.
func TestBinsOfReferences(t *testing.T) {
	s := migrated(t, flights)
	layout := drift.NewCategorical(map[string]uint64{"UA": 5, "AA": 2})
	ref := evaluate.Reference{ID: "r", Ref: model.Ref{Name: "flights", Version: "1"}, PinnedAt: at(0, 0), Series: []evaluate.ReferenceSeries{{
		Name: "carrier", Layout: layout, Counts: layout.CountTexts([]string{"UA", "AA"}, []uint64{5, 2}),
	}}}
	if err := s.Pin(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	bins := func() string {
		return scalar[string](t, s, "SELECT arrayStringConcat(groupArray(concat(label, ' ', toString(first_cell), '-', toString(last_cell), ' ', toString(rows))), ', ') FROM (SELECT * FROM reference_bins FINAL WHERE model = 'flights' AND reference_id = 'r' ORDER BY bin)")
	}
	const want = "UA 0-0 5, AA 1-1 2, other categories 2-2 0, unseen categories 3-3 0, null -1--1 0, NaN -2--2 0, -Inf -3--3 0, +Inf -4--4 0, wrong type -5--5 0"
	if got := bins(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	run(t, s, "TRUNCATE TABLE reference_bins")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := bins(); got != want {
		t.Errorf("filled in later: got  %s\nwant %s", got, want)
	}
}

// Counts of labelled scores are kept once, however often a tick is saved.
func TestScoreBinsAreSavedOnce(t *testing.T) {
	s := migrated(t)
	v := verdict("1", at(3, 0))
	v.Scores = []evaluate.ScoreBin{{From: at(1, 0), To: at(2, 0), Bin: -1, Called: true, Rows: 3, Positive: 2}, {From: at(1, 0), To: at(2, 0), Bin: 9, Rows: 4, Score: 3.8}}
	save(t, s, v)
	v.Scores[1].Rows, v.Tick = 5, at(4, 0) // labels came late
	save(t, s, v)
	if got := scalar[string](t, s, "SELECT toString(groupArray((bin, called, rows, positive, score))) FROM (SELECT * FROM score_bins FINAL ORDER BY bin)"); got != "[(-1,true,3,2,0),(9,false,5,0,3.8)]" {
		t.Error(got)
	}
}

// The newest verdict of a version is the one with the latest tick, in whichever
// order they were saved.
func TestHealthIsTheNewestVerdict(t *testing.T) {
	s := migrated(t)
	for _, day := range []int{3, 5, 4} {
		v := verdict("1", at(day, 0))
		v.Reason = at(day, 0).Format("Jan 2")
		save(t, s, v)
	}
	if got := scalar[string](t, s, "SELECT toString(groupArray(reason)) FROM health"); got != "['"+at(5, 0).Format("Jan 2")+"']" {
		t.Error(got)
	}
}
