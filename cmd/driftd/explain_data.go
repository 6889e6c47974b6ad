package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/terminal"
)

// worthTelling is the share of the way to an alert from which a detector is listed.
const worthTelling = 0.05

// explainData lists the detectors of data quality that have something to say,
// check by check; those that are quiet are counted.
func explainData(screen *terminal.Screen, v evaluate.Verdict) {
	var rows [][]string
	watched, quiet := 0, 0
	for _, e := range v.Evidence {
		if e.Kind != evaluate.Quality {
			continue
		}
		watched++
		if e.Level == evaluate.None && e.Share(e.Alert) < worthTelling {
			quiet++
			continue
		}
		for _, voice := range e.Voices {
			if voice.Now == nil && voice.P == nil {
				continue
			}
			now, before, p := "–", "–", "–"
			if voice.Now != nil {
				now = fmt.Sprintf("%.4g", *voice.Now)
			}
			if voice.Before != nil {
				before = fmt.Sprintf("%.4g", *voice.Before)
			}
			if voice.P != nil {
				p = fmt.Sprintf("%.2g", *voice.P)
			}
			state := levels[e.Level]
			if e.Broken == voice.Check {
				state = "broken"
			}
			rows = append(rows, []string{cmp.Or(e.Feature, "(stream)"), voice.Check, now, before, p, state, to(e, e.Alert), since(e)})
		}
	}
	if watched == 0 {
		return
	}
	slices.SortStableFunc(rows, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	if len(rows) == 0 {
		screen.Printf("\nData quality: %d detectors, all quiet", watched)
		return
	}
	screen.Printf("\nData quality: shares of rows, or rows, in the last window; %d of %d detectors are quiet", quiet, watched)
	screen.Table([]string{"series", "check", "now", "before", "p", "level", "to alert", "since (UTC)"}, rows)
}
