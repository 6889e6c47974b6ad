package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// output is what a running program has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) await(t *testing.T, part string) {
	t.Helper()
	for deadline := time.Now().Add(parts.Patience); !strings.Contains(o.String(), part); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never said %q:\n%s", part, o)
		}
	}
}

// `driftd run` as an operator has it: it reloads at SIGHUP or says why not,
// other commands ask its engine meanwhile, and SIGTERM is a clean end.
func TestRunReloadsAtHangUpAndEndsCleanly(t *testing.T) {
	library, dir := parts.Library(t), t.TempDir()
	path := filepath.Join(dir, "driftd.yaml")
	write := func(schedule string) {
		text := fmt.Sprintf("clickhouse: {embedded: {path: %q}}\nregistry: {file: %q}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n  - {name: churn, task: binary, positive: \"1\", labels: {maturity: 72h}, schedule: %q}\n",
			filepath.Join(dir, "data"), filepath.Join(dir, "registry.json"), schedule)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("0 * * * *")
	stdout, stderr := &output{}, &output{}
	daemon := exec.Command("driftd", "run", "-c", path)
	daemon.Env = append(os.Environ(), chengine.LibraryEnv+"="+library)
	daemon.Stdout, daemon.Stderr = stdout, stderr
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait() }()
	defer func() { _ = daemon.Process.Kill() }()
	signal := func(s os.Signal) {
		t.Helper()
		if err := daemon.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	stderr.await(t, "driftd is running")
	write("0 0 31 2 *")
	signal(syscall.SIGHUP)
	stderr.await(t, "configuration not reloaded, the old one stays in effect")
	stderr.await(t, "no such date exists")
	write("30 * * * *")
	signal(syscall.SIGHUP)
	stderr.await(t, "configuration reloaded")

	status := exec.Command("driftd", "status", "-c", path)
	if text, err := status.CombinedOutput(); err != nil || !strings.Contains(string(text), "no version of it has been judged yet") {
		t.Errorf("status beside it: %v\n%s", err, text)
	}
	signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("SIGTERM ended it with %v:\n%s", err, stderr)
		}
	case <-time.After(parts.Patience):
		t.Errorf("SIGTERM did not end it:\n%s", stderr)
	}
	if stdout.String() != "" {
		t.Errorf("stdout belongs to results: %s", stdout)
	}
}
