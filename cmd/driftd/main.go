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
)

// Exit codes, part of the command line's contract.
const (
	exitFine     = 0
	exitFailed   = 1
	exitUsage    = 2 // wrong usage or configuration
	exitCritical = 3 // a verdict is critical
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
