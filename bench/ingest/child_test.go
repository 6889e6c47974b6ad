package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"testing"
	"time"
)

// childArg marks a process that is one contender: the test binary executed again.
const childArg = "__bench-child"

// childMain turns the process into a contender if it was started as one, and
// does not return then. Its arguments are the name, the profile's path or "",
// and the contender's own.
func childMain() {
	if len(os.Args) < 4 || os.Args[1] != childArg {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if path := os.Args[3]; path != "" {
		file, err := os.Create(path)
		if err == nil {
			err = pprof.StartCPUProfile(file)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	err := map[string]func(context.Context, []string) error{"driftd": driftd, "naive": naive}[os.Args[2]](ctx, os.Args[4:])
	pprof.StopCPUProfile()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child is a contender's own process.
type child struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	done chan struct{}
}

func startChild(s *scene, name string, args ...string) *child {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	profile := ""
	if *profiles != "" {
		profile = filepath.Join(*profiles, s.name+".pprof")
	}
	c := &child{cmd: exec.Command(self, append([]string{childArg, name, profile}, args...)...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in the output and the rusage
		close(c.done)
	}()
	return c
}

func (c *child) ended() bool {
	if c == nil {
		return false
	}
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (c *child) output() string {
	if c == nil {
		return "the engine reads by itself"
	}
	if !c.ended() {
		_ = c.cmd.Process.Kill()
		<-c.done
	}
	return c.out.String()
}

// stop ends the process and returns its CPU time and its peak memory.
func (c *child) stop(t *testing.T) (time.Duration, int64) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("%v: %s", err, c.output())
	}
	<-c.done
	state := c.cmd.ProcessState
	if !state.Success() {
		t.Errorf("%s: %s", state, c.out.String())
	}
	return state.UserTime() + state.SystemTime(), state.SysUsage().(*syscall.Rusage).Maxrss << 10
}
