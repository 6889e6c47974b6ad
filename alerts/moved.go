package alerts

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/driftd/driftd/evaluate"
)

const (
	factInputs  = 5  // inputs of which the message says how they moved
	tableInputs = 20 // inputs in the table of the thread
)

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
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "input\tbefore\tafter\tmeasure\tevidence\tsince\talert")
	told := 0
	for _, e := range shifted {
		if e.Moved == nil || told == tableInputs {
			continue
		}
		told++
		measure := e.Moved.Check
		if e.Moved.Value != nil {
			measure += " " + evaluate.Figure(*e.Moved.Value)
		}
		cells := []string{
			e.Named(), e.Moved.Before(), e.Moved.After(), measure, percent(reached(e)),
			e.Onset.UTC().Format(time.DateOnly), e.Since.UTC().Format(time.DateOnly),
		}
		for k, cell := range cells {
			cells[k] = strings.Map(visible, cell)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // a strings.Builder takes all
	if told == 0 {
		return ""
	}
	if more := len(shifted) - told; more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// visible keeps data from breaking the lines and columns of a table.
func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
