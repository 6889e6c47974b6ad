package chengine

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/ebitengine/purego"
)

// childArg marks the process that is the engine. It is an argument, not an
// environment variable, so that it shows in a process list and is not inherited.
const childArg = "__driftd-engine"

// Arguments of the child after its own name.
const (
	argMark = 1 + iota
	argLibrary
	argDirectory
	argTCPPort
	argHTTPPort
	argCount
)

// Files the child inherits. Standard input and output are the slave of a pty.
const (
	fdMaster = 3 + iota // the pty's other end: the child types its own `exit`
	fdParent            // a pipe that ends when the parent stops the child, or dies
	fdLock              // the directory's lock, held until the child is gone
)

// stopGrace is what the child gives itself between `exit` and a hard end. The
// engine finishes the merge step and the inserts under way, which takes 0.1–5 s.
const stopGrace = 8 * time.Second

// IsChild says whether this process was started as the engine.
func IsChild() bool {
	return len(os.Args) == argCount && os.Args[argMark] == childArg
}

// Main turns the process into the engine if it was started as such, and does not
// return then. Else it does nothing. Call it first in main and in TestMain.
func Main() {
	if !IsChild() {
		return
	}
	if err := runChild(os.Args[argLibrary], os.Args[argDirectory], os.Args[argTCPPort], os.Args[argHTTPPort]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runChild loads the library and runs clickhouse-local in it until it is told to
// exit.
//
// clickhouse-local must believe that a person sits at a terminal: only then does an
// exception in a connection's thread (a wrong password, a reset connection, HTTP
// sent to the native port) not end the process.
func runChild(library, dir, tcpPort, httpPort string) error {
	runtime.LockOSThread()
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGINT)
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)

	lib, err := purego.Dlopen(library, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return fmt.Errorf("load engine library: %w", err)
	}
	var setSignalHandlers func(int32)
	var run func(argc int32, argv **byte) uintptr
	for name, fn := range map[string]any{
		"chdb_set_signal_handlers_enabled": &setSignalHandlers,
		"chdb_query_cmdline":               &run,
	} {
		symbol, err := purego.Dlsym(lib, name)
		if err != nil {
			return fmt.Errorf("load engine library %s: %w", library, err)
		}
		purego.RegisterFunc(fn, symbol)
	}

	master := os.NewFile(fdMaster, "pty")
	parent := os.NewFile(fdParent, "parent")
	go watchTerminal(master, filepath.Join(dir, portsFile))
	go func() {
		ended := make(chan struct{})
		go func() {
			io.Copy(io.Discard, parent) // returns when the parent closes its end or is gone
			close(ended)
		}()
		select {
		case <-ended:
		case <-terminated:
		}
		fmt.Fprint(master, "exit\n")
		time.Sleep(stopGrace)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()

	setSignalHandlers(0)
	argv := cStrings(
		"clickhouse",
		"--config-file="+filepath.Join(dir, configFile),
		"--path="+filepath.Join(dir, "data"), // absolute: a relative one breaks fsync_after_insert
		"--log-level=fatal",
		"--listen_host=127.0.0.1",
		"--tcp_port="+tcpPort,
		"--http_port="+httpPort,
		"--interactive",
		"--disable_suggestion",
		"--history_file=/dev/null",
		"--queries-file", filepath.Join(dir, startFile),
	)
	run(int32(len(argv)-1), &argv[0])
	runtime.KeepAlive(argv)
	if _, err := os.Stat(filepath.Join(dir, portsFile)); err != nil {
		return fmt.Errorf("start engine: it ended before its listeners were open")
	}
	return nil
}

// watchTerminal reads what the engine writes to its terminal and ends the process
// if the engine waits for input before its listeners are open: then a statement of
// start.sql failed, and nobody would ever answer.
func watchTerminal(master io.Reader, ports string) {
	prompt := []byte("\x1b[?2004h")
	started := false
	var seen []byte
	buf := make([]byte, 4096)
	for {
		n, err := master.Read(buf)
		if err != nil {
			return
		}
		if started {
			continue
		}
		seen = append(seen, buf[:n]...)
		if len(seen) > 1<<16 {
			seen = seen[len(seen)-1<<12:]
		}
		if !bytes.Contains(seen, prompt) {
			continue
		}
		if _, err := os.Stat(ports); err != nil {
			fmt.Fprintf(os.Stderr, "start engine: %s\n", bytes.TrimSpace(bytes.ReplaceAll(seen, prompt, nil)))
			os.Exit(1)
		}
		started, seen = true, nil
	}
}

// cStrings returns argv as C expects it: NUL-terminated strings and a final nil.
func cStrings(args ...string) []*byte {
	argv := make([]*byte, 0, len(args)+1)
	for _, a := range args {
		argv = append(argv, &append([]byte(a), 0)[0])
	}
	return append(argv, nil)
}
