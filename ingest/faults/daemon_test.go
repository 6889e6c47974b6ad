//go:build linux

package faults

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// The daemon's configuration: two models in one topic, so that a batch goes into
// several tables, and no tick while the loop runs.
const configuration = `
kafka:
  brokers: [%[1]q]
  group: faults
  session_timeout: 1500ms
  flush: {rows: 2000, after: 150ms}
  topics:
    - {name: predictions, kind: predictions}
    - {name: outcomes, kind: outcomes}
clickhouse:
  embedded: {path: %[2]q, library: %[3]q}
registry:
  file: %[4]q
http:
  listen: %[5]q
models:
  - {name: churn, task: binary, positive: "1", features: {tenure: number, plan: category}, serving: {alias: champion}, schedule: "0 0 1 1 *", labels: {maturity: 72h}}
  - {name: fraud, task: binary, positive: "1", features: {amount: number}, serving: {alias: champion}, schedule: "0 0 1 1 *", labels: {maturity: 72h}}
`

const group = "faults"

// daemon is `driftd run` in a process of its own.
type daemon struct {
	t      *testing.T
	binary string
	config string
	data   string // the embedded engine's directory
	http   string
	log    string
	cmd    *exec.Cmd
	starts chan<- func()
}

func newDaemon(t *testing.T, binary, library, broker string) *daemon {
	t.Helper()
	dir := t.TempDir()
	d := &daemon{
		t: t, binary: binary, config: filepath.Join(dir, "driftd.yaml"), data: filepath.Join(dir, "clickhouse"),
		http: parts.FreeAddress(t), log: filepath.Join(dir, "driftd.log"),
		starts: starter(t),
	}
	text := fmt.Sprintf(configuration, broker, d.data, library, filepath.Join(dir, "registry.json"), d.http)
	if err := os.WriteFile(d.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if d.cmd != nil {
			d.kill()
		}
		if t.Failed() {
			t.Logf("end of the daemon's log:\n%s", endOf(d.log))
		}
	})
	return d
}

func (d *daemon) start() {
	d.t.Helper()
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer log.Close()
	d.cmd = exec.Command(d.binary, "run", "-c", d.config)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	// Nothing is left when the test itself is killed.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	d.starts <- func() { started <- d.cmd.Start() }
	if err := <-started; err != nil {
		d.t.Fatal(err)
	}
}

// starter starts processes from a thread that lives as long as the test: the
// signal at a parent's death is one at the death of the thread that started it.
func starter(t *testing.T) chan<- func() {
	starts := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range starts {
			start()
		}
	}()
	t.Cleanup(func() { close(starts) })
	return starts
}

// kill ends the daemon without warning. Its engine sees the pipe to it break,
// finishes what it is doing, and ends.
func (d *daemon) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
	d.cmd = nil
}

// killEngine ends the engine without warning; false when there is none just now.
func (d *daemon) killEngine() bool {
	pid := d.enginePID()
	return pid > 0 && syscall.Kill(pid, syscall.SIGKILL) == nil
}

// enginePID looks for the engine among the daemon's children.
func (d *daemon) enginePID() int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", d.cmd.Process.Pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for child := range strings.FieldsSeq(string(text)) {
			line, _ := os.ReadFile("/proc/" + child + "/cmdline")
			if slices.Contains(strings.Split(string(line), "\x00"), "__driftd-engine") {
				var pid int
				fmt.Sscan(child, &pid)
				return pid
			}
		}
	}
	return 0
}

// endpoint of the engine, false while it is down.
func (d *daemon) endpoint() (chengine.Endpoint, bool) {
	at, err := chengine.Attach(d.data)
	return at, err == nil
}

// endOf returns the last lines of a log, without what every start says again of the
// configuration.
func endOf(path string) string {
	text, _ := os.ReadFile(path)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, " level=WARN msg=configuration ") && !strings.Contains(line, ` msg="registry answers" `) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-100):], "")
}

// said counts the lines of the log that hold the text.
func (d *daemon) said(what string) int {
	text, _ := os.ReadFile(d.log)
	return bytes.Count(text, []byte(what))
}
