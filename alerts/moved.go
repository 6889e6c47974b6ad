package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// factInputs is how many inputs the message says how they moved.
const factInputs = 5

// driftFacts say how the inputs that moved furthest did, how many others there
// are, which moved together, and what the last window shows: at most 8.
func (i *Incident) driftFacts(v *evaluate.Verdict) []Fact {
	var facts []Fact
	names := featureNames(i.Evidence)
	for _, e := range i.Evidence[:min(factInputs, len(i.Evidence))] {
		text := "since " + e.Onset.UTC().Format(time.DateOnly)
		if e.Moved != nil {
			text = e.Moved.String() + ", " + text
		}
		facts = append(facts, Fact{e.Named(), text})
	}
	if more := len(names) - factInputs; more > 0 {
		facts = append(facts, Fact{"others", plural(more, "input") + " more: " + listed(names[factInputs:], 5)})
	}
	var groups []string
	for _, shift := range evaluate.Shifts(shiftedSeries(v.Evidence)) {
		if len(shift.Features) > 1 {
			groups = append(groups, fmt.Sprintf("%s: alerted %s", listed(shift.Features, 5), shift.Since.UTC().Format(time.DateOnly)))
		}
	}
	if len(groups) > 0 {
		facts = append(facts, Fact{"moved together", strings.Join(groups, "; ")})
	}
	if text := lastWindow(v); text != "" {
		facts = append(facts, Fact{"last window", text})
	}
	return facts
}

// movedBriefly says how at most n series moved, furthest first, and counts the rest.
func movedBriefly(shifted []evaluate.Evidence, n int) string {
	names := featureNames(shifted)
	var parts []string
	for _, name := range names[:min(n, len(names))] {
		at := slices.IndexFunc(shifted, func(e evaluate.Evidence) bool { return e.Named() == name && e.Moved != nil })
		if at >= 0 {
			name += ": " + shifted[at].Moved.Brief()
		}
		parts = append(parts, name)
	}
	if more := len(names) - n; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, "; ")
}

// lastWindow says which inputs the last window alone shows to differ; "" when it
// shows none: one window tells less than the evidence of many.
func lastWindow(v *evaluate.Verdict) string {
	var differ []string
	watched := 0
	for _, e := range v.Evidence {
		if e.Kind != evaluate.Drift {
			continue
		}
		watched++
		if e.Listed {
			differ = append(differ, e.Named())
		}
	}
	if len(differ) == 0 {
		return ""
	}
	slices.Sort(differ)
	return fmt.Sprintf("by itself, to %s, it shows %d of %d to differ: %s; the alarm is the evidence of all windows",
		v.DriftTo.UTC().Format(time.DateOnly), len(differ), watched, listed(differ, 5))
}

// movedTable is how the inputs moved, a line each: before is the reference, after
// the windows from since to the alert.
func movedTable(shifted []evaluate.Evidence) string {
	t := newTable("input", "before", "after", "measure", "since")
	for _, e := range shifted {
		if e.Moved == nil {
			continue
		}
		measure := e.Moved.Check
		if e.Moved.Value != nil {
			measure += " " + evaluate.Figure(*e.Moved.Value)
		}
		t.add(e.Named(), e.Moved.Before(), e.Moved.After(), measure, e.Onset.UTC().Format(time.DateOnly))
	}
	return t.lines()
}
