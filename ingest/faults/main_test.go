//go:build linux

package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

var (
	kills  = flag.Int("kills", 10, "how many processes the kill loop kills")
	events = flag.Int("events", 200_000, "how many messages wait for the daemon when its memory is measured")
)

func TestMain(m *testing.M) {
	if broker := os.Getenv(replicaBroker); broker != "" {
		if err := replica(broker, os.Getenv(replicaActs)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	parts.Main(m)
}

// buildDriftd returns the program as users have it.
func buildDriftd(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "driftd")
	build := exec.Command("go", "build", "-o", binary, "github.com/driftd/driftd/cmd/driftd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build driftd: %v\n%s", err, out)
	}
	return binary
}
