package ingest_test

import (
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/ingest"
)

// report writes the table: medians with minimum and maximum, and how many times
// the first contender's median another one's is.
func report(chosen []contender, all [][]figures, engine string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d events, %d partitions, lz4, %d runs of each in turns, medians (min – max)\n", *events, partitions, *runs)
	fmt.Fprintf(&out, "%d CPUs, %s, Apache Kafka 4.1.0, ClickHouse %s%s\n", runtime.NumCPU(), runtime.Version(), engine, libraries())
	d := ingest.Defaults()
	fmt.Fprintf(&out, "driftd's defaults: flush after %d rows, %s or %s, %s in flight\n\n", d.Flush.Rows, d.Flush.Bytes, d.Flush.After, d.MaxInFlight)

	perEvent := func(of func(figures) time.Duration) func(figures) float64 {
		return func(f figures) float64 { return float64(of(f).Nanoseconds()) / 1e3 / float64(*events) }
	}
	columns := []struct {
		name string
		of   func(figures) float64
	}{
		{"CPU µs/event", perEvent(figures.cpu)},
		{"own process", perEvent(func(f figures) time.Duration { return f.client })},
		{"engine", perEvent(func(f figures) time.Duration { return f.engine })},
		{"wall s", func(f figures) float64 { return f.wall.Seconds() }},
		{"peak MB", func(f figures) float64 { return float64(f.memory) / (1 << 20) }},
		{"MB stored", func(f figures) float64 { return float64(f.diskBytes) / (1 << 20) }},
		{"parts", func(f figures) float64 { return float64(f.parts) }},
	}
	out.WriteString("| |")
	for _, c := range columns {
		fmt.Fprintf(&out, " %s |", c.name)
	}
	out.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for i, c := range chosen {
		fmt.Fprintf(&out, "| %s |", c.name)
		for _, column := range columns {
			low, median, high := spread(all[i], column.of)
			_, first, _ := spread(all[0], column.of)
			fmt.Fprintf(&out, " %.3g (%.3g – %.3g)", median, low, high)
			if i > 0 && first > 0 && median > 0 {
				fmt.Fprintf(&out, " %.2f×", median/first)
			}
			out.WriteString(" |")
		}
		out.WriteString("\n")
	}
	out.WriteString("\n")
	for _, c := range chosen {
		fmt.Fprintf(&out, "%-9s %s\n", c.name, c.what)
	}
	out.WriteString("\nCPU is user and system time of the contender's own process, from its start, and of the\nengine, until the merges that follow are done. × is how many times driftd's median it is.\n")
	return out.String()
}

func spread(runs []figures, of func(figures) float64) (low, median, high float64) {
	values := make([]float64, len(runs))
	for i, f := range runs {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[0], values[len(values)/2], values[len(values)-1]
}

// libraries names the versions of the two that everything goes through.
func libraries() string {
	out, err := exec.Command("go", "list", "-m", "github.com/segmentio/kafka-go", "github.com/ClickHouse/clickhouse-go/v2").Output()
	if err != nil {
		return ""
	}
	text := strings.ReplaceAll(strings.TrimSpace(string(out)), "github.com/", "")
	return ", " + strings.ReplaceAll(text, "\n", ", ")
}
