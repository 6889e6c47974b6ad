package chengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second

	// firstAttempts bounds the starts of an engine that has never answered: a wrong
	// library or damaged data does not heal by waiting, and the operator should know.
	firstAttempts = 3
)

// Run starts the engine and keeps it running until ctx ends: a child that ends
// unasked is started again, after a pause that grows from 0.1 s to 5 s and is reset
// by every start that succeeds. It returns nil after a clean stop, which takes at
// most 10 s, and an error if the directory is in use, the library is missing, or
// the engine never came up.
func (e *Engine) Run(ctx context.Context) error {
	err := e.run(ctx)
	e.update(func() {
		e.pid, e.up, e.ended = 0, false, err
		if err == nil {
			e.ended = errStopped
		}
	})
	return err
}

func (e *Engine) run(ctx context.Context) error {
	if err := e.cfg.Validate(); err != nil {
		return fmt.Errorf("embedded clickhouse engine: %w", err)
	}
	library, err := e.cfg.library()
	if err != nil {
		return err
	}
	dir, err := makeDirectory(e.cfg.Path)
	if err != nil {
		return err
	}
	lock, err := lockDirectory(ctx, dir)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer lock.Close()

	everUp := false
	backoff := minBackoff
	for attempt := 1; ; attempt++ {
		if !everUp { // a port may have been taken since it was chosen
			at, err := newEndpoint(e.cfg)
			if err != nil {
				return err
			}
			e.update(func() { e.endpoint = at })
		}
		up, err := e.serve(ctx, library, dir, lock)
		if ctx.Err() != nil {
			return nil
		}
		if up {
			everUp, attempt, backoff = true, 0, minBackoff
		}
		if !everUp && attempt >= firstAttempts {
			return fmt.Errorf("embedded clickhouse engine: %w", err)
		}
		e.log.Warn("engine ended, starting it again", "attempt", attempt+1, "err", err)
		e.metrics.restarts.Inc()
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
			return nil
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// makeDirectory creates the engine's directory for this user alone: users.xml and
// the data are in it.
func makeDirectory(path string) (string, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("engine directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("create engine directory: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return "", fmt.Errorf("close engine directory to other users: %w", err)
	}
	return dir, nil
}

// serve runs one child from start to end. up tells whether it ever answered; err
// why it ended, nil if ctx did.
func (e *Engine) serve(ctx context.Context, library, dir string, lock *os.File) (up bool, err error) {
	begin := time.Now()
	at := e.Endpoint()
	if err := writeFiles(dir, e.cfg.maxMemory(), at); err != nil {
		return false, err
	}
	p, err := startProcess(library, dir, at, lock)
	if err != nil {
		return false, err
	}
	e.update(func() { e.pid = p.pid() })
	defer func() {
		p.stop()
		e.update(func() { e.pid, e.up = 0, false })
	}()

	startCtx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := waitReady(startCtx, at, filepath.Join(dir, portsFile), p.done); err != nil {
		if errors.Is(err, errChildEnded) {
			err = p.err()
		}
		return false, fmt.Errorf("start engine: %w", err)
	}
	e.log.Info("engine is ready", "address", at.Address, "pid", p.pid(), "elapsed", time.Since(begin))
	e.update(func() { e.up = true })

	select {
	case <-p.done:
		return true, p.err()
	case <-ctx.Done():
		return true, nil
	}
}
