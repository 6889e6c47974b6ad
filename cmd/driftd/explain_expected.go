package main

import (
	"fmt"
	"strings"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/terminal"
)

// explainExpected prints what the newest window's scores let expect, beside what the
// newest labels say.
func explainExpected(screen *terminal.Screen, results []evaluate.Result) {
	expected, known := map[string]evaluate.Result{}, map[string]evaluate.Result{}
	var order []string
	for _, r := range results { // by window, oldest first
		metric, estimate := strings.CutPrefix(r.Check, evaluate.ExpectedPrefix)
		switch {
		case r.Value == nil || r.Feature != "" || r.Against != "" || r.Segment != "":
		case !estimate:
			known[metric] = r
		default:
			if _, seen := expected[metric]; !seen {
				order = append(order, metric)
			}
			expected[metric] = r
		}
	}
	var rows [][]string
	for _, metric := range order {
		e, labels, of := expected[metric], "–", "–"
		if k, ok := known[metric]; ok {
			labels, of = fmt.Sprintf("%.4f", *k.Value), moment(k.To)
		}
		rows = append(rows, []string{metric, fmt.Sprintf("%.4f", *e.Value), fmt.Sprintf("%.4f to %.4f", *e.Lower, *e.Upper), fmt.Sprint(e.Rows), moment(e.To), labels, of})
	}
	if len(rows) == 0 {
		return
	}
	screen.Printf("\nExpected before labels come, from scores alone: a hint that nothing is decided by. It assumes that\nlabels depend on scores as in the reference; the interval is that of chance")
	screen.Table([]string{"metric", "expected", "95 % interval", "rows", "before (UTC)", "newest labels say", "before (UTC)"}, rows)
}
