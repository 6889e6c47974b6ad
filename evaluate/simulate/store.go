package main

import (
	"context"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// store answers the evaluator from a stream: it keeps the reference's windows
// and the last live ones.
type store struct {
	stream   *stream
	origin   time.Time
	kept     [][][]uint64 // windows of the reference, by series, by value
	live     [][][]uint64 // the last week, the newest last
	liveFrom time.Time
	cells    map[string][]int32 // of every value, by series
	last     map[string]drift.Counts
	ref      evaluate.Reference
}

func newStore(s *stream) *store {
	// A multiple of every window since the epoch.
	st := &store{stream: s, origin: time.Unix(0, 0).UTC().Add(2800 * 7 * day), cells: map[string][]int32{}}
	for range s.Reference {
		st.kept = append(st.kept, s.next())
	}
	return st
}

// advance draws the next live window and returns its end.
func (st *store) advance() time.Time {
	st.liveFrom = st.origin.Add(time.Duration(st.stream.window) * st.stream.Window)
	st.live = append(st.live, st.stream.next())
	st.live = st.live[max(0, len(st.live)-int(max(1, 7*day/st.stream.Window))):]
	return st.liveFrom.Add(st.stream.Window)
}

func (st *store) referenceEnd() time.Time {
	return st.origin.Add(time.Duration(st.stream.Reference) * st.stream.Window)
}

func (st *store) Activity(_ context.Context, _ evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	rows := uint64(st.stream.Rows * st.stream.Reference)
	return []evaluate.Activity{{Version: "1", First: st.origin, Last: to, Rows: rows, Served: rows}}, nil
}

func (st *store) Count(context.Context, evaluate.Policy, evaluate.Reference, []evaluate.Held, time.Time) ([]evaluate.Counts, bool, error) {
	return nil, false, nil // windows are drawn as counts
}

func (st *store) Counts(_ context.Context, _ evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	var all []evaluate.Counts
	for at := from; at.Before(to); at = at.Add(window) {
		if !st.keeps(at) {
			continue // how a series moved since long ago is not asked here
		}
		c := evaluate.Counts{From: at, To: at.Add(window), Series: make(map[string]drift.Counts, len(ref.Series))}
		for part := at; part.Before(c.To); part = part.Add(st.stream.Window) {
			drawn := st.drawn(part)
			for f, series := range ref.Series {
				sum := c.Series[series.Name]
				sum.Add(st.count(series, f, drawn[f]))
				c.Series[series.Name] = sum
			}
		}
		st.last, st.ref = c.Series, ref
		all = append(all, c)
	}
	return all, nil
}

// keeps says whether the window that begins at a time is still there.
func (st *store) keeps(at time.Time) bool {
	return at.Before(st.referenceEnd()) || int(st.liveFrom.Sub(at)/st.stream.Window) < len(st.live)
}

// drawn returns what was drawn of the window that begins at a time: any of the
// reference, else one of the last week.
func (st *store) drawn(at time.Time) [][]uint64 {
	if at.Before(st.referenceEnd()) {
		return st.kept[at.Sub(st.origin)/st.stream.Window]
	}
	return st.live[len(st.live)-1-int(st.liveFrom.Sub(at)/st.stream.Window)]
}

// count sums values into cells. Values ascend, and so do their cells.
func (st *store) count(series evaluate.ReferenceSeries, f int, drawn []uint64) drift.Counts {
	cells := st.cells[series.Name]
	if cells == nil {
		for i := range drawn {
			if f < st.stream.Numeric {
				cells = append(cells, series.Layout.Cell(number(i)))
			} else {
				cells = append(cells, series.Layout.CellOf(text(i)))
			}
		}
		st.cells[series.Name] = cells
	}
	if series.Layout.Kind == drift.Categorical {
		byCell := map[int32]uint64{}
		for i, n := range drawn {
			byCell[cells[i]] += n
		}
		return drift.NewCounts(byCell)
	}
	var c drift.Counts
	for i, n := range drawn {
		switch last := len(c.Cells) - 1; {
		case n == 0:
		case last >= 0 && c.Cells[last] == cells[i]:
			c.N[last] += n
		default:
			c.Cells, c.N = append(c.Cells, cells[i]), append(c.N, n)
		}
	}
	return c
}

func number(i int) float64 { return float64(i-limit) / 100 }

func text(i int) string { return string(rune('a' + i)) }

func (st *store) Profiles(context.Context, evaluate.Policy, model.Ref, time.Time, time.Time) ([]evaluate.Profile, error) {
	var all []evaluate.Profile
	for f := range st.kept[0] {
		total := make([]uint64, len(st.kept[0][f]))
		for _, window := range st.kept {
			for i, n := range window[f] {
				total[i] += n
			}
		}
		p := evaluate.Profile{Series: evaluate.Series{Name: st.stream.name(f), Kind: drift.Numeric}}
		if f >= st.stream.Numeric {
			p.Series.Kind = drift.Categorical
		}
		for i, n := range total {
			switch {
			case n == 0:
				continue
			case p.Series.Kind == drift.Numeric:
				p.Values = append(p.Values, number(i))
			default:
				p.Texts = append(p.Texts, text(i))
			}
			p.N = append(p.N, n)
		}
		all = append(all, p)
	}
	return all, nil
}

func (st *store) Whole(_ context.Context, ref evaluate.Reference) (evaluate.Reference, error) {
	return ref, nil
}

func (st *store) Pin(context.Context, evaluate.Reference) error { return nil }

func (st *store) Matured(context.Context, evaluate.Policy, time.Time, time.Time) ([]evaluate.Matured, error) {
	return nil, nil
}

// Nothing is counted, and no row comes late.
func (st *store) Holds(context.Context, evaluate.Policy, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return nil, nil
}

func (st *store) Counted(context.Context, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return nil, nil
}

func (st *store) Judged(context.Context, model.Ref, time.Time) (evaluate.Verdict, bool, error) {
	return evaluate.Verdict{}, false, nil
}
