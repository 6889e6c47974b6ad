package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/terminal"
)

// printValidation prints what was measured, and how each rule came out.
func printValidation(w io.Writer, v app.Validation, asJSON bool) error {
	if asJSON {
		return printJSON(w, v)
	}
	screen := terminal.New(w)
	where := terminal.Plain(v.File)
	if v.File == "" {
		where = fmt.Sprintf("predictions from %s to %s UTC", moment(v.From), moment(v.To))
	}
	screen.Printf("%s, version %s: %s on %s\n", v.Model, v.Candidate.Version, screen.Status(string(v.Status)), where)
	interval := fmt.Sprintf("%.4g %% interval", 100*v.Confidence)
	rows := measuredRows("candidate", &v.Candidate)
	rows = append(rows, measuredRows("production", v.Production)...)
	screen.Table([]string{"version", "metric", "value", interval, "labels"}, rows)
	if v.Production != nil && !v.Paired {
		screen.Printf("too few requests were scored by both: each is measured on its own")
	}
	screen.Printf("")
	rows = nil
	for _, r := range v.Rules {
		value, bounds := figures(r.Value, r.Lower, r.Upper)
		rows = append(rows, []string{r.Rule, value, bounds, fmt.Sprintf("≥ %g", r.Limit), strings.ReplaceAll(string(r.Status), "_", " "), r.Reason})
	}
	screen.Table([]string{"rule", "value", interval, "wanted", "verdict", "why"}, rows)
	if v.Run != "" {
		screen.Printf("\nrun %s", v.Run)
	}
	return nil
}

func measuredRows(side string, m *gate.Measured) (rows [][]string) {
	if m == nil {
		return nil
	}
	for _, e := range []performance.Estimate{m.Accuracy, m.AUC} {
		value, bounds := figures(nil, nil, nil)
		if e.Undefined == "" {
			value, bounds = figures(&e.Value, &e.Lower, &e.Upper)
		}
		rows = append(rows, []string{strings.TrimSpace(side + " " + m.Version), e.Metric, value, bounds, fmt.Sprint(e.N)})
	}
	return rows
}

func figures(value, lower, upper *float64) (string, string) {
	if value == nil {
		return "–", "–"
	}
	return fmt.Sprintf("%.4f", *value), fmt.Sprintf("%.4f to %.4f", *lower, *upper)
}
