package drift_test

import (
	"flag"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

var (
	models   = flag.Int("models", 8, "models that one daemon watches")
	versions = flag.Int("versions", 2, "versions of each of them that predict")
	features = flag.Int("features", 5, "numeric features of each model")
	daily    = flag.Int("daily", 300, "predictions a day of each version")
	profiles = flag.String("profiles", "", "directory for profiles of the daemon")
)

func TestMain(m *testing.M) {
	daemonMain()
	parts.Main(m)
}
