package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// stack runs the daemon's parts and stops them in the reverse of the order in
// which they were started: what consumes stops before what stores.
type stack struct {
	log   *slog.Logger
	parts []*part
	ended chan *part // a part that returned before it was told to
}

type part struct {
	name   string
	limit  time.Duration // of its stop
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// stopLimit bounds the stop of one part; what is still running then is named.
const stopLimit = 30 * time.Second

func newStack(log *slog.Logger) *stack {
	return &stack{log: log, ended: make(chan *part, 16)}
}

// start runs a part in the background. It inherits ctx's values, not its end:
// only stop ends it, in its turn.
func (s *stack) start(ctx context.Context, name string, run func(context.Context) error) {
	s.run(ctx, &part{name: name, limit: stopLimit}, run)
}

// startPatiently starts a part that is made of parts: each of them is bounded.
func (s *stack) startPatiently(ctx context.Context, name string, run func(context.Context) error) {
	s.run(ctx, &part{name: name, limit: time.Hour}, run)
}

func (s *stack) run(ctx context.Context, p *part, run func(context.Context) error) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.cancel, p.done = cancel, make(chan struct{})
	s.parts = append(s.parts, p)
	go func() {
		defer close(p.done)
		p.err = run(own)
		if own.Err() == nil {
			s.ended <- p
		}
	}()
}

// wait blocks until ctx ends, which is a clean end, or a part ends by itself,
// which is not.
func (s *stack) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case p := <-s.ended:
		if p.err == nil {
			return fmt.Errorf("%s ended by itself", p.name)
		}
		return nil // stop reports the part's own error
	}
}

// stop ends every part, newest first, and joins their errors.
func (s *stack) stop() error {
	var errs []error
	for _, p := range slices.Backward(s.parts) {
		started := time.Now()
		p.cancel()
		select {
		case <-p.done:
			if p.err != nil && !errors.Is(p.err, context.Canceled) {
				errs = append(errs, fmt.Errorf("%s: %w", p.name, p.err))
			}
			s.log.Debug("stopped", "component", p.name, "elapsed", time.Since(started))
		case <-time.After(p.limit):
			errs = append(errs, fmt.Errorf("%s: did not stop within %s", p.name, p.limit))
		}
	}
	return errors.Join(errs...)
}
