package ingest_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

var (
	events   = flag.Int("events", 4000, "events in the topic")
	runs     = flag.Int("runs", 1, "runs of each contender, taken in turns")
	only     = flag.String("contenders", "", "comma-separated names, instead of all")
	results  = flag.String("results", "", "file that the table is written to as well")
	profiles = flag.String("profiles", "", "directory for CPU profiles of the child processes")
)

func TestMain(m *testing.M) {
	childMain()
	parts.Main(m)
}

// TestSideBySide reads one full topic with every contender in turns and prints
// what it took. Every contender must store every event.
func TestSideBySide(t *testing.T) {
	parts.Library(t)
	broker := parts.Kafka(t)
	chosen := contenders
	if *only != "" {
		names := strings.Split(*only, ",")
		chosen = slices.DeleteFunc(slices.Clone(contenders), func(c contender) bool { return !slices.Contains(names, c.name) })
	}
	if len(chosen) == 0 {
		t.Fatalf("-contenders %q names none of ours", *only)
	}
	want := produce(t, broker)
	all := make([][]figures, len(chosen))
	for run := range *runs {
		for i, c := range chosen {
			f := c.measure(t, broker, fmt.Sprintf("%s-%d", c.name, run), want)
			all[i] = append(all[i], f)
			t.Logf("%-10s %s", c.name, f)
		}
	}
	text := report(chosen, all, all[0][0].version)
	fmt.Print(text)
	if *results != "" {
		if err := os.WriteFile(*results, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
