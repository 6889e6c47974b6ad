package chengine

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Engine is an embedded ClickHouse server in a child process.
type Engine struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics

	mu       sync.Mutex
	endpoint Endpoint
	pid      int           // of the child, 0 while there is none
	up       bool          // the child answers
	ended    error         // why Run returned; nil until then
	changed  chan struct{} // closed and replaced whenever up or ended changes
}

// errStopped is what Ready answers after a clean stop.
var errStopped = errors.New("embedded clickhouse engine is stopped")

// New returns an engine that does nothing until [Engine.Run]. A nil log or reg
// means none.
func New(cfg Config, log *slog.Logger, reg prometheus.Registerer) *Engine {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Engine{
		cfg:     cfg,
		log:     log.With("component", "chengine"),
		metrics: newMetrics(reg),
		changed: make(chan struct{}),
	}
}

// Ready waits until the engine answers. While the child is being restarted it
// waits again. It returns the error of Run if that has ended.
func (e *Engine) Ready(ctx context.Context) error {
	for {
		e.mu.Lock()
		up, ended, changed := e.up, e.ended, e.changed
		e.mu.Unlock()
		switch {
		case ended != nil:
			return ended
		case up:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Endpoint tells where to connect. It is complete once Ready has returned nil, and
// does not change until Run ends.
func (e *Engine) Endpoint() Endpoint {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.endpoint
}

// PID returns the process id of the child, 0 while there is none.
func (e *Engine) PID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pid
}

// update changes the state under the lock and wakes everybody in Ready.
func (e *Engine) update(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
	if e.up {
		e.metrics.up.Set(1)
	} else {
		e.metrics.up.Set(0)
	}
	close(e.changed)
	e.changed = make(chan struct{})
}
