package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/terminal"
)

// beside is what one measure of one series says of the last drift window: against
// the pinned reference and, side by side, against the windows before.
type beside struct {
	Feature   string   `json:"feature"`
	Check     string   `json:"check"`
	Limit     *float64 `json:"limit,omitempty"`
	Reference *float64 `json:"reference,omitempty"`
	SameHours *float64 `json:"same_hours,omitempty"`
	Previous  *float64 `json:"previous,omitempty"`
	// Moved names what the series differs from beyond the tolerance.
	Moved []string `json:"moved,omitempty"`
}

// readBeside reads them; none where the model compares with the reference alone.
func readBeside(ctx context.Context, store *clickhouse.Store, p evaluate.Policy, v evaluate.Verdict) ([]beside, error) {
	if len(p.Drift.Compare) == 0 || v.DriftTo.IsZero() {
		return nil, nil
	}
	results, err := store.Results(ctx, v.Ref, v.DriftTo, v.Tick)
	return sideBySide(v, results), err
}

// sideBySide joins the results of the last window by series and measure. What was
// judged anew stands behind what it replaces.
func sideBySide(v evaluate.Verdict, results []evaluate.Result) []beside {
	var rows []beside
	for _, r := range results {
		if !r.To.Equal(v.DriftTo) || r.Feature == "" || r.Segment != "" {
			continue
		}
		at := slices.IndexFunc(rows, func(b beside) bool { return b.Feature == r.Feature && b.Check == r.Check })
		if at < 0 {
			rows = append(rows, beside{Feature: r.Feature, Check: r.Check})
			at = len(rows) - 1
		}
		switch b := &rows[at]; r.Against {
		case "":
			b.Reference, b.Limit = r.Value, r.Limit
		case evaluate.SameHours:
			b.SameHours = r.Value
			b.mark(r)
		case evaluate.Previous:
			b.Previous = r.Value
			b.mark(r)
		}
	}
	return rows
}

func (b *beside) mark(r evaluate.Result) {
	b.Moved = slices.DeleteFunc(b.Moved, func(with string) bool { return with == r.Against })
	if r.Reason == evaluate.ReasonMoved {
		b.Moved = append(b.Moved, r.Against)
	}
}

// explainBeside lists the series that differ most from the reference, and all
// that moved since the windows before.
func explainBeside(screen *terminal.Screen, with []string, rows []beside) {
	if len(rows) == 0 {
		return
	}
	header := []string{"series", "measure", "tolerated", "reference"}
	for _, name := range with {
		header = append(header, strings.ReplaceAll(name, "_", " "))
	}
	slices.SortStableFunc(rows, func(a, b beside) int { return -cmp.Compare(a.excess(), b.excess()) })
	var table [][]string
	for i, b := range rows {
		if i >= shown && len(b.Moved) == 0 {
			continue
		}
		row := []string{terminal.Plain(b.Feature), b.Check, figure(b.Limit), figure(b.Reference)}
		for _, name := range with {
			cell := figure(map[string]*float64{evaluate.SameHours: b.SameHours, evaluate.Previous: b.Previous}[name])
			if slices.Contains(b.Moved, name) {
				cell += " moved"
			}
			row = append(row, cell)
		}
		table = append(table, row)
	}
	screen.Printf("\nThe last window beside those before it: for reading, never an alarm, as what follows the data hides slow drift")
	screen.Table(header, table)
}

// excess is how many times the tolerated effect the reference differs by.
func (b beside) excess() float64 {
	if b.Reference == nil || b.Limit == nil || *b.Limit == 0 {
		return 0
	}
	return *b.Reference / *b.Limit
}

func figure(x *float64) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf("%.4g", *x)
}
