package drift_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
)

// daemonArg marks a process that is the daemon: the test binary executed again.
const daemonArg = "__bench-daemon"

// daemonMain turns the process into the daemon if it was started as one, and
// does not return then. Its arguments are the configuration, the moment at which
// its clock stands, a file for the address it listens on, and a directory for
// profiles or "".
func daemonMain() {
	if len(os.Args) != 6 || os.Args[1] != daemonArg {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := runDaemon(ctx, os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runDaemon(ctx context.Context, path, start, address, profiles string) error {
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return err
	}
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	a, err := app.New(app.Options{Config: c, Log: slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelWarn})), Stepped: at})
	if err != nil {
		return err
	}
	go func() {
		if a.Started(ctx) != nil {
			return
		}
		if url, err := a.Address(ctx); err == nil {
			_ = os.WriteFile(address+".tmp", []byte(url), 0o600)
			_ = os.Rename(address+".tmp", address) // whole or not there
		}
	}()
	if profiles != "" {
		cpu, err := os.Create(filepath.Join(profiles, "cpu.pprof"))
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(cpu); err != nil {
			return err
		}
		defer func() {
			pprof.StopCPUProfile()
			if heap, err := os.Create(filepath.Join(profiles, "heap.pprof")); err == nil {
				_ = pprof.WriteHeapProfile(heap)
				_ = heap.Close()
			}
		}()
	}
	return a.Run(ctx)
}

// daemon is driftd in a process of its own, with a clock that is told the time.
type daemon struct {
	t       *testing.T
	cmd     *exec.Cmd
	out     bytes.Buffer
	done    chan struct{}
	address string
}

// startDaemon returns when every part of the daemon runs.
func startDaemon(t *testing.T, config, dir string, at time.Time) *daemon {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address := filepath.Join(dir, "address")
	_ = os.Remove(address)
	d := &daemon{t: t, cmd: exec.Command(self, daemonArg, config, at.Format(time.RFC3339), address, *profiles), done: make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = d.cmd.Wait() // how it ended is in the output
		close(d.done)
	}()
	for {
		text, err := os.ReadFile(address)
		if err == nil {
			d.address = string(text)
			return d
		}
		select {
		case <-d.done:
			t.Fatalf("the daemon ended: %s", d.out.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// advance moves the clock and returns when every tick that fell due was run.
func (d *daemon) advance(to time.Time) {
	d.t.Helper()
	answer, err := http.Post("http://"+d.address+"/-/clock?now="+to.Format(time.RFC3339), "", nil)
	if err != nil {
		d.t.Fatalf("%v: %s", err, d.output())
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s", answer.Status, text)
	}
}

// output stops the daemon at once and returns what it said.
func (d *daemon) output() string {
	_ = d.cmd.Process.Kill()
	<-d.done
	return d.out.String()
}

// stop ends the daemon. Everything it warned of fails the test: a figure of a
// daemon in trouble is none.
func (d *daemon) stop() {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatalf("%v: %s", err, d.output())
	}
	<-d.done
	if said := strings.TrimSpace(d.out.String()); !d.cmd.ProcessState.Success() || said != "" {
		d.t.Errorf("%s: %.3000s", d.cmd.ProcessState, said)
	}
}

// queries prints what the daemon's statements took together, the longest first.
func (d *daemon) queries() {
	d.t.Helper()
	answer, err := http.Get("http://" + d.address + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "query") && (strings.Contains(line, "_sum") || strings.Contains(line, "_count")) {
			d.t.Log(strings.TrimSpace(line))
		}
	}
}

// usage is what a process has used so far.
type usage struct {
	cpu  time.Duration
	peak int64 // bytes of memory at most
}
