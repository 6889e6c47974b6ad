package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// askedInterval is how long an order waits at most until it is noticed.
const askedInterval = 2 * time.Second

// askedAge is how long ago the orders were given that are looked at.
const askedAge = 24 * time.Hour

// orderReader knows what people asked for.
type orderReader interface {
	// RecentOrders returns the ids of what people asked for in (from, to], by model.
	RecentOrders(ctx context.Context, from, to time.Time) (map[string][]string, error)
	// UnseenOrder returns when the newest order about the model was given that no
	// finished tick can have seen, zero when there is none, and then the tick that
	// was started last.
	UnseenOrder(ctx context.Context, model string, now time.Time) (at, started time.Time, err error)
}

// bell rings when people asked for something, whichever process wrote it down: the
// loop of that model then runs a tick out of turn.
type bell struct {
	orders orderReader
	clock  schedule.Clock
	log    *slog.Logger
	rung   map[string]bool // ids of orders
	rings  map[string]chan struct{}
}

func newBell(orders orderReader, clock schedule.Clock, log *slog.Logger, models []config.Model) *bell {
	b := &bell{orders: orders, clock: clock, log: log.With("component", "orders"), rings: map[string]chan struct{}{}}
	for _, m := range models {
		b.rings[m.Policy.Model] = make(chan struct{}, 1)
	}
	return b
}

// run looks for new orders until ctx ends.
func (b *bell) run(ctx context.Context) error {
	for {
		if err := b.look(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("orders of people cannot be read, trying again", "err", err)
		}
		if (schedule.Wall{}).Sleep(ctx, time.Now().Add(askedInterval)) != nil {
			return nil
		}
	}
}

func (b *bell) look(ctx context.Context) error {
	now := b.clock.Now()
	recent, err := b.orders.RecentOrders(ctx, now.Add(-askedAge), now)
	if err != nil {
		return err
	}
	rung := map[string]bool{}
	for model, ids := range recent {
		for _, id := range ids {
			if rung[id] = true; !b.rung[id] {
				b.ring(model)
			}
		}
	}
	b.rung = rung
	return nil
}

func (b *bell) ring(model string) {
	select {
	case b.rings[model] <- struct{}{}:
	default: // it rings, or nobody here judges the model
	}
}

// asked returns when people have asked for something about the model that no
// finished tick can have seen.
func (b *bell) asked(ctx context.Context, model string) (after time.Time, err error) {
	for {
		at, started, err := b.orders.UnseenOrder(ctx, model, b.clock.Now())
		if err != nil && ctx.Err() == nil {
			b.log.Warn("orders of people cannot be read, trying again", "model", model, "err", err)
		}
		switch {
		case err == nil && at.IsZero():
		case err == nil && started.After(at):
			return started, nil // also when it was cut short: the next is a later one
		case err == nil:
			return at, nil
		}
		var again <-chan time.Time
		if err != nil {
			again = time.After(askedInterval)
		}
		select {
		case <-b.rings[model]:
		case <-again:
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}
