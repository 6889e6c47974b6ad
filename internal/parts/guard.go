package parts

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// guardArg marks a process that guards a part: the test binary executed again. It
// starts the part in a process group of its own and ends the whole group, and
// removes its directory, when the test binary closes the pipe to it or is gone. So
// nothing is left after a panic, a timeout or a kill.
const guardArg = "__driftd-part"

// pidFile, in the part's directory, holds the id of its process and group.
const pidFile = "pid"

// guarded is a running part, seen from the test binary.
type guarded struct {
	dir   string // its directory, removed at the end
	log   string // file with its output
	done  chan struct{}
	close func()
}

// startGuarded runs the command with its working directory in dir.
func startGuarded(dir string, env []string, command ...string) (*guarded, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "output.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(self, append([]string{guardArg, dir}, command...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	g := &guarded{dir: dir, log: log.Name(), done: make(chan struct{})}
	go func() {
		cmd.Wait() // how it ended is in the log
		close(g.done)
	}()
	g.close = func() {
		pipe.Close()
		<-g.done
	}
	atExit(g.close)
	return g, nil
}

// waitFor calls ready until it returns nil, the part ends, or the time is up.
func (g *guarded) waitFor(limit time.Duration, ready func() error) error {
	deadline := time.After(limit)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-g.done:
			return fmt.Errorf("it ended: %s", g.output())
		case <-deadline:
			text := g.output()
			g.close()
			return fmt.Errorf("not ready after %s: %w: %s", limit, err, text)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// output returns the end of what the part wrote.
func (g *guarded) output() string {
	text, err := os.ReadFile(g.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-4096):]))
}

// guardMain turns the process into a guard if it was started as one, and does not
// return then.
func guardMain() {
	if len(os.Args) < 4 || os.Args[1] != guardArg {
		return
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	dir, command := os.Args[2], os.Args[3:]
	err := guard(dir, command)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func guard(dir string, command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	group := -cmd.Process.Pid
	if err := os.WriteFile(filepath.Join(dir, pidFile), fmt.Append(nil, cmd.Process.Pid), 0o600); err != nil {
		syscall.Kill(group, syscall.SIGKILL)
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	unwanted := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(unwanted)
	}()
	select {
	case err := <-ended:
		syscall.Kill(group, syscall.SIGKILL)
		if err == nil {
			err = errors.New("it ended by itself")
		}
		return err
	case <-unwanted:
	}
	syscall.Kill(group, syscall.SIGKILL) // its data goes too: nothing to stop in order for
	<-ended
	// The rest of the group may write a last file while the directory is removed.
	for range 50 {
		if err := os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("remove %s: it keeps filling up", dir)
}

// FreeAddress returns a loopback address where nobody listens, for a server that
// the test starts, and starts again.
func FreeAddress(t testing.TB) string {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// freePort returns a loopback port below Linux's ephemeral range, so that no
// outgoing connection takes it before the part listens.
func freePort() (int, error) {
	var last error
	for range 100 {
		port := 10000 + rand.IntN(22768)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, l.Close()
		}
		last = err
	}
	return 0, fmt.Errorf("choose a port: %w", last)
}
