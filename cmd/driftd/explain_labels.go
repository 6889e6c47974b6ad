package main

import (
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/terminal"
)

// explainLabels says what the labels that are missing of the newest block could hide.
func explainLabels(screen *terminal.Screen, results []evaluate.Result) {
	newest := map[string]evaluate.Result{}
	for _, r := range results { // by window, oldest first
		if r.Segment == "" && (r.Check == evaluate.BoundsCheck || r.Check == evaluate.SelectedCheck || r.Check == "coverage") {
			newest[r.Check] = r
		}
	}
	coverage, ok := newest["coverage"]
	if !ok || coverage.Value == nil {
		return
	}
	screen.Printf("\nLabels: %s of the %d predictions before %s UTC have one.", share(*coverage.Value), coverage.Rows, moment(coverage.To))
	if coverage.Reason == evaluate.ReasonAbsent {
		screen.Printf("The others count as negative.")
	}
	if b, ok := newest[evaluate.BoundsCheck]; ok && b.To.Equal(coverage.To) && b.Lower != nil {
		screen.Printf("Accuracy is between %.4f and %.4f whatever the missing ones are.", *b.Lower, *b.Upper)
	}
	if s, ok := newest[evaluate.SelectedCheck]; ok && s.To.Equal(coverage.To) && s.Reason == evaluate.ReasonSelected {
		screen.Printf("Those without a label score otherwise (PSI %.2f): what labels say may not hold for all.", *s.Value)
	}
}
