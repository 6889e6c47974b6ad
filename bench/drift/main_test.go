package drift_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

var (
	models   = flag.Int("models", 8, "models that one daemon watches")
	versions = flag.Int("versions", 2, "versions of each of them that predict")
	features = flag.Int("features", 5, "numeric features of each model")
	daily    = flag.Int("daily", 300, "predictions a day of each version")
	most     = flag.Int("most", 10000, "rows of the largest day that is counted")
	long     = flag.Int("long", 3000, "predictions of a long reference")
	python   = flag.String("python", "", "interpreter that has the peers; without one they are left out")
	results  = flag.String("results", "", "file that the figures are added to as well")
	profiles = flag.String("profiles", "", "directory for profiles of the daemon")
)

// say prints figures, also into the file of results.
func say(t *testing.T, format string, args ...any) {
	t.Helper()
	fmt.Printf(format, args...)
	if *results == "" {
		return
	}
	file, err := os.OpenFile(*results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintf(file, format, args...); err != nil {
		t.Fatal(err)
	}
}

func TestMain(m *testing.M) {
	daemonMain()
	parts.Main(m)
}
