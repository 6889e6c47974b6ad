// Command metricsdoc prints docs/metrics.md, from the metrics that the code
// registers: go generate ./internal/metricsdoc.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/driftd/driftd/internal/app"
)

//go:generate sh -c "go run . > metrics.md.new && mv metrics.md.new ../../docs/metrics.md"

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "metricsdoc:", err)
		os.Exit(1)
	}
}

const head = `# Metrics

All that ` + "`/metrics`" + ` has of driftd's own; those of the Go runtime and of the process
(` + "`go_…`, `process_…`" + `) come beside them. Label values come from the configuration or
are constants. Most start at 0, so that a first event is a rate. A reload
starts all but those of ClickHouse, the engine and the reload itself anew, as a restart would.

Made by ` + "`go generate ./internal/metricsdoc`" + `: change the code, not this page.

| metric | type | labels | what it says |
|---|---|---|---|
`

func write(w io.Writer) error {
	metrics, err := app.Metrics()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for _, m := range metrics {
		labels := "–"
		if len(m.Labels) > 0 {
			labels = "`" + strings.Join(m.Labels, "`, `") + "`"
		}
		if _, err := fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, labels, strings.ReplaceAll(m.Help, "|", `\|`)); err != nil {
			return err
		}
	}
	return nil
}
