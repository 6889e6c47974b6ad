package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
)

// history is what a backtest replays: files, or what is stored when there are
// none.
type history struct {
	predictions, outcomes []string
	version               string // of predictions that do not name one
	stdin                 io.Reader
}

// open opens the store that holds the history. done must be called.
func (h history) open(ctx context.Context, p policy) (store *clickhouse.Store, done func(), err error) {
	switch {
	case len(h.predictions) == 0 && len(h.outcomes) == 0:
		return readStore(ctx, p.config)
	case len(h.predictions) == 0:
		return nil, nil, usageError{errors.New("--outcomes: name the predictions they belong to with --predictions")}
	}
	dir, err := ownDir()
	if err != nil {
		return nil, nil, err
	}
	c := p.config
	engine := chengine.Config{}
	if c.Engine != nil {
		engine = *c.Engine
	}
	engine.Path = filepath.Join(dir, "clickhouse")
	c.Engine, c.ClickHouse = &engine, clickhouse.Config{}
	store, declared, stop, err := app.OpenEvents(ctx, c, briefLogger(c.Log))
	done = func() { stop(); _ = os.RemoveAll(dir); sweepDirs() }
	if err == nil {
		for kind, files := range map[string][]string{"predictions": h.predictions, "outcomes": h.outcomes} {
			o := app.LoadOptions{Kind: kind, Model: p.model.Policy.Model, Version: h.version, Comma: ',', Stdin: h.stdin}
			var loaded []app.Loaded
			loaded, err = loadFiles(ctx, app.NewLoader(store, declared, o, briefLogger(c.Log)), files, complain)
			if err = errors.Join(err, noneStored(loaded)); err != nil {
				break
			}
		}
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return store, done, nil
}

// complain tells of rows that are not replayed.
func complain(l app.Loaded) {
	if l.Rejected == 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %s of %s rows are not replayed", l.File, thousands(l.Rejected), thousands(l.Read))
	for _, r := range l.First[:min(1, len(l.First))] {
		fmt.Fprintf(os.Stderr, ", the first at %s: %s: %s", r.Place, r.Reason, r.Detail)
	}
	fmt.Fprintln(os.Stderr)
}

const ownDirs = "driftd-backtest-"

// ownDir makes a directory for an engine.
func ownDir() (string, error) {
	sweepDirs()
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", ownDirs, os.Getpid()))
}

// sweepDirs removes the directories of processes that were killed. An engine
// outlives its process by a moment, in which it may write: what is left is for
// the next sweep.
func sweepDirs() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), ownDirs+"*")) // the pattern is well formed
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), ownDirs), "-")
		if n, err := strconv.Atoi(pid); err == nil && unix.Kill(n, 0) == unix.ESRCH {
			_ = os.RemoveAll(dir) // another user's stays
		}
	}
}
