package churn

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

// Fewer weeks than `make example-churn`, and aliases where that has stages. The
// story asserts each of its steps; it ends with 0 only when all held.
func TestVersionIsTakenBack(t *testing.T) {
	python, kafka, library := parts.Churn(t), parts.KafkaLibs(t), parts.Library(t)
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/driftd", "./slack")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	story := exec.CommandContext(t.Context(), python, "-m", "churn.story", "--short", "--slot", "alias", "--attended",
		"--driftd", filepath.Join(bin, "driftd"), "--slack", filepath.Join(bin, "slack"), "--kafka", kafka)
	story.Env = append(os.Environ(), chengine.LibraryEnv+"="+library, "PYTHONDONTWRITEBYTECODE=1",
		"PYTHONPATH="+here+":"+filepath.Join(here, "..", "..", "python", "driftd_baseline"))
	// Told to end, it stops its servers; also when this process ends before it.
	story.Cancel = func() error { return story.Process.Signal(syscall.SIGTERM) }
	story.WaitDelay = time.Minute
	held, err := story.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	out, err := story.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
