package evaluate

import (
	"math"
	"testing"

	"github.com/driftd/driftd/evaluate/performance"
)

func TestNotice(t *testing.T) {
	e := Evidence{Kind: Absolute, Check: "accuracy", Limit: .94, Page: 13.683, Demote: 13.683, Rows: 5000, Blocks: 10}
	// 13.683 / KL(.92 || .94) = 13.683 / .0032296, as Go and by hand.
	for _, test := range []struct {
		name           string
		spoil          func(*Evidence)
		drop           float64
		labels, blocks float64
		ok             bool
	}{
		{"two points", func(*Evidence) {}, .02, 4237, 9.47, true},
		{"rows that share causes", func(e *Evidence) { e.Design = 3 }, .02, 12710, 26.4, true},
		{"a fall that one block would show", func(*Evidence) {}, .4, 21.46, 3, true}, // .54 ln(.54/.94) + .46 ln(.46/.06) = .6376 a label,
		{"nothing was heard yet", func(e *Evidence) { e.Blocks, e.Rows = 0, 0 }, .02, 0, 0, false},
		{"no rate", func(e *Evidence) { e.Check = "auc" }, .02, 0, 0, false},
		{"a loss", func(e *Evidence) { e.Check = "brier" }, .02, 0, 0, false},
		{"a comparison", func(e *Evidence) { e.Kind = Paired }, .02, 0, 0, false},
		{"below nothing", func(*Evidence) {}, .95, 0, 0, false},
		{"no fall", func(*Evidence) {}, 0, math.Inf(1), math.Inf(1), false},
	} {
		e := e
		test.spoil(&e)
		labels, blocks, ok := e.Notice(test.drop)
		if ok != test.ok || ok && (math.Abs(labels/test.labels-1) > .02 || math.Abs(blocks/test.blocks-1) > .02) {
			t.Errorf("%s: %g labels, %g blocks, %t; want %g, %g, %t", test.name, labels, blocks, ok, test.labels, test.blocks, test.ok)
		}
	}
	// Of F1 the detector hears the share of hits among hits and errors.
	share := func(f1 float64) float64 { return performance.F1Share(f1) }
	f := e
	f.Check, f.Limit = "f1", .8
	got, _, ok := f.Notice(.1)
	p, q := share(.7), share(.8)
	if want := 13.683 / (p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q))); !ok || math.Abs(got/want-1) > 1e-9 {
		t.Errorf("f1: %g labels, %t; want %g", got, ok, want)
	}
}
