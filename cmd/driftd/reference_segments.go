package main

import (
	"fmt"
	"strings"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/terminal"
)

// printSegments says which segments a reference watches, and which not and why.
func printSegments(screen *terminal.Screen, p evaluate.Policy, r evaluate.Reference) {
	var rows [][]string
	for _, s := range r.Segments {
		part := evaluate.Reference{From: r.From, To: r.To, Window: r.Window, Rows: s.Rows}
		rows = append(rows, []string{terminal.Plain(s.Name()), fmt.Sprint(s.Rows), fmt.Sprint(part.PerWindow(p))})
	}
	switch {
	case len(rows) > 0:
		screen.Printf("\nIts segments, each with evidence of its own for every series above:")
		screen.Table([]string{"segment", "rows", "in a window"}, rows)
	case len(p.Segments) > 0 && r.Source == evaluate.SourceBaseline:
		screen.Printf("\nIt watches no segments: a baseline does not know them. One of live data does: see driftd reference accept.")
	case len(p.Segments) > 0:
		screen.Printf("\nIt watches no segments.")
	}
	for _, u := range r.Unwatched {
		more := ""
		if u.More > 0 {
			more = fmt.Sprintf(" and %d more", u.More)
		}
		why := fmt.Sprintf("fewer than %d rows in a window", evaluate.MinSegmentRows)
		if u.Reason == evaluate.SegmentMany {
			why = fmt.Sprintf("%d others have more rows", evaluate.MaxSegments)
		}
		screen.Printf("Not watched of %s, as %s (%d rows): %s%s.", terminal.Plain(u.Key), why, u.Rows, terminal.Plain(strings.Join(u.Values, ", ")), more)
	}
}
