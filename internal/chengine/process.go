package chengine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// process is one running child.
type process struct {
	cmd    *exec.Cmd
	parent *os.File // closing it asks the child to stop
	stderr *tail
	done   chan struct{} // closed when the child is gone
	result error         // of Wait; valid after done
}

func startProcess(library, dir string, at Endpoint, lock *os.File) (*process, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open terminal for engine: %w", err)
	}
	defer master.Close()
	defer slave.Close()
	childEnd, parentEnd, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe to engine: %w", err)
	}
	defer childEnd.Close()

	self := "/proc/self/exe" // still this program after its file was replaced by an upgrade
	if runtime.GOOS != "linux" {
		if self, err = os.Executable(); err != nil {
			parentEnd.Close()
			return nil, fmt.Errorf("find own executable: %w", err)
		}
	}
	p := &process{
		cmd:    exec.Command(self),
		parent: parentEnd,
		stderr: &tail{},
		done:   make(chan struct{}),
	}
	p.cmd.Args = []string{os.Args[0], childArg, library, dir, port(at.Address), port(at.HTTPAddress)}
	p.cmd.Dir = dir
	// Preemption signals would interrupt system calls of the engine's threads.
	p.cmd.Env = []string{"TZ=UTC", "TERM=xterm", "HOME=" + dir, "PATH=" + os.Getenv("PATH"), "GODEBUG=asyncpreemptoff=1"}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, p.stderr
	p.cmd.ExtraFiles = []*os.File{master, childEnd, lock}
	// Its own group: an interrupt typed at the daemon's terminal is for the daemon,
	// which then stops the engine in its turn.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		parentEnd.Close()
		return nil, fmt.Errorf("start engine process: %w", err)
	}
	go func() {
		p.result = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// err says how the child ended, with the last it had to say.
func (p *process) err() error {
	<-p.done
	how := "exit status 0"
	if p.result != nil {
		how = p.result.Error()
	}
	if text := p.stderr.String(); text != "" {
		how += ": " + text
	}
	return errors.New("engine process ended: " + how)
}

// stop ends the child and waits until it is gone: asked by the end of the pipe,
// then by SIGTERM, then by SIGKILL.
func (p *process) stop() {
	p.parent.Close()
	for _, step := range []struct {
		wait time.Duration
		then syscall.Signal
	}{
		{5 * time.Second, syscall.SIGTERM},
		{2 * time.Second, syscall.SIGKILL},
	} {
		timer := time.NewTimer(step.wait)
		select {
		case <-p.done:
			timer.Stop()
			return
		case <-timer.C:
			syscall.Kill(-p.pid(), step.then) // it may have just ended: nothing to do then
		}
	}
	<-p.done
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 2 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if extra := len(t.buf) - tailSize; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
