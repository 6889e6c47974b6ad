package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// However a backtest ends, its database and its directory are gone, at the
// latest with the next one.
func TestKilledBacktestLeavesNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an engine again and again")
	}
	t.Setenv(chengine.LibraryEnv, parts.Library(t))
	dir := t.TempDir()
	t.Chdir(dir)
	temporary := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temporary)
	text := `
clickhouse: {embedded: {path: data}}
registry: {file: registry.json}
models: [{name: churn, task: binary, positive: "1", features: {tenure: number, plan: category}, labels: {maturity: 72h}, schedule: "* * * * *"}]
`
	if err := os.WriteFile("driftd.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	loadFile(t, "predictions.csv", "p", 60_000) // a week, of 10,000 ticks
	finish := func(args ...string) {
		t.Helper()
		cmd := exec.Command("driftd", args...)
		cmd.Stderr = t.Output()
		if out, err := cmd.Output(); err != nil {
			t.Fatalf("driftd %v: %v\n%s", args, err, out)
		}
	}
	finish("load", "--kind", "predictions", "--model", "churn", "--version", "3", "predictions.csv")

	scratches := filepath.Join("data", "data", "metadata", "driftd_scratch_*.sql")
	copies := filepath.Join(temporary, "driftd-backtest-*")
	found := func(pattern string) []string {
		t.Helper()
		all, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	left := func(pattern string) int { return len(found(pattern)) }
	// end starts a long backtest and ends it by a signal once it has left a trace.
	end := func(by os.Signal, pattern string, args ...string) (stderr string) {
		t.Helper()
		before := found(pattern)
		fresh := func(name string) bool { return !slices.Contains(before, name) }
		cmd := exec.Command("driftd", append([]string{"backtest", "--every-tick"}, args...)...)
		var text bytes.Buffer
		cmd.Stderr = &text
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(parts.Patience); !slices.ContainsFunc(found(pattern), fresh); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s never appeared:\n%s", pattern, text.String())
			}
		}
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(by); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() == nil {
			t.Fatal("the backtest ended well before the signal")
		}
		return text.String()
	}
	short := []string{"backtest", "--from", "2026-09-01", "--to", "2026-09-02"}

	got := end(os.Interrupt, scratches)
	if !strings.Contains(got, "driftd: backtest churn of driftd.yaml: ") {
		t.Errorf("interrupted, it said:\n%s", got)
	}
	if n := left(scratches); n != 0 {
		t.Errorf("%d scratch databases are left after Ctrl-C:\n%s", n, got)
	}
	end(syscall.SIGKILL, scratches)
	if n := left(scratches); n != 1 {
		t.Errorf("%d scratch databases after SIGKILL, want the one that nobody could drop", n)
	}
	finish(short...)
	if n := left(scratches); n != 0 {
		t.Errorf("%d scratch databases are left after the next backtest", n)
	}

	end(os.Interrupt, copies, "--predictions", "predictions.csv", "--version", "3")
	if n := left(copies); n != 0 {
		t.Errorf("%d directories are left after Ctrl-C", n)
	}
	end(syscall.SIGKILL, copies, "--predictions", "predictions.csv", "--version", "3")
	end(os.Interrupt, copies, "--predictions", "predictions.csv", "--version", "3")
	if n := left(copies); n != 0 {
		t.Errorf("%d directories are left after the next backtest", n)
	}
}
