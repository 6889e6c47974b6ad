package baseline

import (
	"errors"
	"fmt"
	"time"

	"github.com/driftd/driftd/drift"
)

type block struct {
	From   time.Time     `json:"from"`
	Series []blockSeries `json:"series"`
}

type blockSeries struct {
	Name string `json:"name"`
	tally
}

// blocks reads what was counted in each window. Every series is in every block,
// and the blocks of a series are a part of it.
func (f file) blocks(b *Baseline) error {
	if len(f.Blocks) == 0 {
		return nil
	}
	var err error
	if b.Window, err = time.ParseDuration(f.Window); err != nil || b.Window < time.Second || b.Window%time.Second != 0 {
		return fmt.Errorf("window: %q: want how long each block is in whole seconds, such as 24h or 3600s", f.Window)
	}
	left := make(map[string]drift.Counts, len(b.Series))
	for _, s := range b.Series {
		left[s.Name] = s.Counts
	}
	for i, one := range f.Blocks {
		at := one.From.UTC()
		if floor(at.UnixMilli(), b.Window.Milliseconds()) != at.UnixMilli() || at.Nanosecond()%1e6 != 0 {
			return fmt.Errorf("blocks[%d].from: %s: want the start of a window of %s, counted from 1970", i, at.Format(time.RFC3339Nano), b.Window)
		}
		if i > 0 && !b.Blocks[i-1].From.Before(at) {
			return fmt.Errorf("blocks[%d].from: %s: want blocks in order of time, each once", i, at.Format(time.RFC3339))
		}
		counted, err := one.count(b, left)
		if err != nil {
			return fmt.Errorf("blocks[%d]: %w", i, err)
		}
		b.Blocks = append(b.Blocks, Block{From: at, Series: counted})
	}
	return nil
}

// count counts a block into the layouts of the whole and takes it from what is
// left of the whole.
func (o block) count(b *Baseline, left map[string]drift.Counts) (map[string]drift.Counts, error) {
	if len(o.Series) != len(b.Series) {
		return nil, fmt.Errorf("series: %d of them: want the %d of the baseline", len(o.Series), len(b.Series))
	}
	counted := make(map[string]drift.Counts, len(o.Series))
	var rows uint64
	for i, s := range o.Series {
		whole, known := b.Find(s.Name)
		if _, twice := counted[s.Name]; !known || twice {
			return nil, fmt.Errorf("series[%d].name: %q: want every series of the baseline once", i, s.Name)
		}
		n, err := s.total(b.Rows)
		if err == nil && i > 0 && n != rows {
			err = fmt.Errorf("it has %d rows, another series %d: count every row of the block once", n, rows)
		}
		var counts drift.Counts
		if err == nil {
			counts, err = s.counts(whole)
		}
		if err == nil {
			left[s.Name], err = left[s.Name].Less(counts)
		}
		if err != nil {
			return nil, fmt.Errorf("series %q: %w", s.Name, err)
		}
		rows, counted[s.Name] = n, counts
	}
	if rows == 0 {
		return nil, errors.New("it has no rows: leave out windows without any")
	}
	return counted, nil
}

// counts counts the tally into the cells of its series.
func (t tally) counts(s Series) (drift.Counts, error) {
	var counts drift.Counts
	if s.Layout.Kind == drift.Categorical {
		if err := t.fits(drift.Categorical, len(s.texts)); err != nil {
			return counts, err
		}
		counts = s.Layout.CountTexts(s.texts, t.N)
	} else {
		if err := t.fits(drift.Numeric, len(s.Layout.Knots)); err != nil {
			return counts, err
		}
		byCell := make(map[int32]uint64, 2*len(t.N))
		for i, below := range t.below() {
			byCell[int32(2*i)], byCell[int32(2*i+1)] = below, t.N[i]
		}
		counts = drift.NewCounts(byCell)
	}
	counts.Add(t.special())
	return counts, nil
}
