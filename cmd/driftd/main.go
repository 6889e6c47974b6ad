// Command driftd watches machine-learning models in production.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/config"
)

// Exit codes, part of the command line's contract.
const (
	exitFine     = 0
	exitFailed   = 1
	exitUsage    = 2 // wrong usage or configuration
	exitCritical = 3 // a verdict is critical, or a version failed validation
	exitPending  = 4 // validation is undecided
)

func main() {
	// The embedded ClickHouse engine runs in a child process, which is this
	// program again.
	if chengine.IsChild() {
		chengine.Main()
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if broken, ok := errors.AsType[*config.Error](err); ok {
		// Bare lines, so that editors find the places.
		fmt.Fprintln(os.Stderr, broken)
	}
	fmt.Fprintln(os.Stderr, "driftd:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// exitCode ends the program without a message: the command has said it all.
type exitCode int

// Error names the code.
func (c exitCode) Error() string { return fmt.Sprintf("exit status %d", int(c)) }

// usageError is what the person at the keyboard can mend.
type usageError struct{ error }

// Unwrap returns the mistake itself.
func (e usageError) Unwrap() error { return e.error }

// brokenError is a configuration that cannot be used, in one line.
type brokenError struct {
	path  string
	cause *config.Error
}

// Error counts the problems; the problems themselves are the cause.
func (e brokenError) Error() string {
	n := 0
	for _, p := range e.cause.Problems {
		if !p.Warning {
			n++
		}
	}
	if n == 1 {
		return fmt.Sprintf("%s has a problem: mend it, then ask `driftd check`", e.path)
	}
	return fmt.Sprintf("%s has %d problems: mend them, then ask `driftd check`", e.path, n)
}

// Unwrap returns the problems.
func (e brokenError) Unwrap() error { return e.cause }
