package parts

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/chengine"
)

// Versions of the parts, as in parts/parts.mk.
const (
	engineVersion   = "26.7.3-stable.1"
	kafkaVersion    = "4.1.0"
	mlflowVersion   = "3.17.2"
	mlflow2Version  = "2.22.5"
	apicurioVersion = "3.0.9"

	alertmanagerVersion = "0.28.1"
	grafanaVersion      = "13.2.3"
	chromiumVersion     = "147.0.0"
)

// Patience is how long a test waits for what must come about. It is far beyond what
// that takes on a machine with ten times the work it can do: who runs out of it has
// found a fault.
const Patience = 4 * time.Minute

var seed = flag.Uint64("seed", 0, "repeat the choices of random tests; 0 makes new ones")

// Seed returns what the choices of a random test are made from: that of the flag
// -seed, or a new one. It is told when the test fails.
func Seed(t testing.TB) uint64 {
	t.Helper()
	chosen := *seed
	if chosen == 0 {
		chosen = rand.Uint64()
	}
	t.Logf("seed %d: -seed %[1]d repeats the choices", chosen)
	return chosen
}

// Main is the body of TestMain. It does not return.
func Main(m *testing.M) {
	Intercept()
	os.Exit(Tests{m}.Run())
}

// Intercept turns the process into a part if it was started as one, and does not
// return then. For a TestMain that does more than Main.
func Intercept() {
	chengine.Main()
	guardMain()
}

// Tests are the tests of a binary; parts that they started are stopped at the end.
type Tests struct{ M *testing.M }

// Run runs the tests and returns the exit code.
func (t Tests) Run() int {
	code := t.M.Run()
	stopAll()
	return code
}

// absent ends the test because a part is not there: as a failure where parts are
// required, else as a skip.
func absent(t testing.TB, part, target string, err error) {
	t.Helper()
	text := fmt.Sprintf("%s is absent: %v: run `make %s`", part, err, target)
	if os.Getenv("DRIFTD_TEST_REQUIRE") == "1" {
		t.Fatal(text)
	}
	t.Skip(text)
}

// cached returns the path of a file in the cache of parts, which is DRIFTD_CACHE or
// .cache at the root of the module.
func cached(path ...string) (string, error) {
	root := os.Getenv("DRIFTD_CACHE")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			return "", err
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				return "", fmt.Errorf("no go.mod above the working directory: set DRIFTD_CACHE")
			}
			dir = up
		}
		root = filepath.Join(dir, ".cache")
	}
	file := filepath.Join(append([]string{root}, path...)...)
	_, err := os.Stat(file)
	return file, err
}

// part is something started once and shared.
type part[T any] struct {
	once  sync.Once
	value T
	err   error
}

// get starts the part the first time, and fails the test if it did not come up.
func (p *part[T]) get(t testing.TB, name string, start func() (T, error)) T {
	t.Helper()
	p.once.Do(func() { p.value, p.err = start() })
	if p.err != nil {
		t.Fatalf("start %s: %v", name, p.err)
	}
	return p.value
}

var (
	stopsMu sync.Mutex
	stops   []func()
)

// atExit registers what Main calls after the tests, last first.
func atExit(stop func()) {
	stopsMu.Lock()
	defer stopsMu.Unlock()
	stops = append(stops, stop)
}

func stopAll() {
	stopsMu.Lock()
	defer stopsMu.Unlock()
	for i := len(stops) - 1; i >= 0; i-- {
		stops[i]()
	}
}
