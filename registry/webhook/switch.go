package webhook

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/outbound"
	"github.com/driftd/driftd/registry"
)

// Registry reads through another registry and asks somebody else to switch. It is
// safe for concurrent use.
type Registry struct {
	registry.Registry // all but Switch

	cfg     Config
	http    *http.Client
	metrics *metrics
	moving  sync.Mutex // one switch at a time, as a person would
}

var _ registry.Registry = (*Registry)(nil)

// New wraps a registry. It contacts nobody.
func New(cfg Config, reads registry.Registry, reg prometheus.Registerer) (*Registry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Registry{Registry: reads, cfg: cfg, metrics: newMetrics(reg), http: outbound.Client(cfg.Timeout, cfg.AllowPrivate)}, nil
}

// Switch asks for the slot to be moved and waits until the registry shows it. When
// that does not come to pass in time, the outcome is unknown: the receiver may be
// slow. Asked again with the same id, it has nothing to do twice.
func (r *Registry) Switch(ctx context.Context, m registry.Move) error {
	if err := m.Check(); err != nil {
		return err
	}
	r.moving.Lock()
	defer r.moving.Unlock()

	holder, err := r.Serving(ctx, m.Target.Name, m.Slot)
	if err != nil {
		return fmt.Errorf("%s: %w", m, err)
	}
	if err := m.CheckHolder(holder); err != nil {
		return err
	}
	if _, err := r.Version(ctx, m.Target); err != nil {
		return fmt.Errorf("%s: %w", m, err)
	}
	if m.ID == "" {
		m.ID = rand.Text()
	}
	deadline, cancel := context.WithTimeout(ctx, r.cfg.Within)
	defer cancel()
	acted, sent := r.send(deadline, m)
	if sent != nil && !acted {
		return fmt.Errorf("%s: %w", m, sent)
	}
	return r.await(deadline, m, sent)
}

// await reads the slot until it shows the target alone, another version, or the
// time is up. sent is the error of the request, if any.
func (r *Registry) await(ctx context.Context, m registry.Move, sent error) error {
	var seen []model.Ref
	var unread error
	for {
		held, err := r.Holders(ctx, m.Target.Name, m.Slot)
		if ctx.Err() == nil {
			seen, unread = held, err
		}
		switch {
		case err == nil && len(held) == 1 && held[0] == m.Target:
			return nil
		case err == nil && len(held) == 1 && held[0] != m.Expect:
			return &registry.MovedError{Move: m, Holder: held[0]}
		}
		select {
		case <-time.After(r.cfg.Poll):
		case <-ctx.Done():
			reason := fmt.Sprintf("held by %v %s after it was asked for", seen, r.cfg.Within)
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				reason = "driftd stopped waiting"
			}
			return fmt.Errorf("%s: %w: %s: look at what the receiver did, or raise within: %w",
				m, registry.ErrUnknownOutcome, reason, errors.Join(sent, unread, ctx.Err()))
		}
	}
}
