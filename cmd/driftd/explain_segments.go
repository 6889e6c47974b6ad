package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/terminal"
)

// bySegment returns what the newest block of labels says within segments, pairs
// included, and the slices that the newest search found; searched is false when none
// was made.
func bySegment(results []evaluate.Result) (segments, found []evaluate.Result, searched bool) {
	for _, r := range results { // by window, oldest first
		switch slice := strings.HasPrefix(r.Check, evaluate.SlicePrefix); {
		case slice && r.Segment == evaluate.NoSlice:
			found, searched = nil, true
		case slice:
			if len(found) > 0 && r.To.After(found[0].To) {
				found = nil
			}
			found, searched = append(found, r), true
		case r.Segment != "" && r.Feature == "" && r.Against == "":
			if len(segments) > 0 && r.To.After(segments[0].To) {
				segments = nil
			}
			segments = append(segments, r)
		}
	}
	return segments, found, searched
}

// explainSegments prints a line for each segment, and where the version does worse.
func explainSegments(screen *terminal.Screen, results []evaluate.Result) {
	segments, found, searched := bySegment(results)
	var checks, names []string
	cells := map[string]map[string]string{}
	rows := map[string]uint64{}
	for _, r := range segments {
		if evaluate.Pair(r.Segment) {
			continue
		}
		if !slices.Contains(checks, r.Check) {
			checks = append(checks, r.Check)
		}
		if cells[r.Segment] == nil {
			names, cells[r.Segment] = append(names, r.Segment), map[string]string{}
		}
		text := why(r.Reason)
		switch {
		case r.Value != nil && r.Lower != nil && r.Upper != nil:
			text = fmt.Sprintf("%.4g (%.4g to %.4g)", *r.Value, *r.Lower, *r.Upper)
		case r.Value != nil: // coverage
			text = fmt.Sprintf("%s of %d", share(*r.Value), r.Rows)
		}
		if r.Check != "coverage" { // whose rows are predictions
			rows[r.Segment] = max(rows[r.Segment], r.Rows)
		}
		cells[r.Segment][r.Check] = text
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	var table [][]string
	for _, name := range names {
		row := []string{name, fmt.Sprint(rows[name])}
		for _, check := range checks {
			row = append(row, orDash(cells[name][check]))
		}
		table = append(table, row)
	}
	screen.Printf("\nPerformance by segment: labels of %s to %s UTC, with 95 %% intervals", moment(segments[0].From), moment(segments[0].To))
	screen.Table(append([]string{"segment", "labels"}, checks...), table)
	switch {
	case len(found) > 0:
		screen.Printf("\nIt does worse there, beside the other rows and the reference, since %s UTC; nothing follows from it:", moment(found[0].From))
		for _, r := range found {
			screen.Printf("  %s: %s; %d labels, adjusted p = %.2g", r.Segment, r.SliceText(), r.Rows, *r.P)
		}
	case searched:
		screen.Printf("No segment and no pair of them does worse than elsewhere, beside the reference.")
	}
}
