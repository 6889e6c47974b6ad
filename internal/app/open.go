package app

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// OpenStore opens the store for a command that ends: with the embedded engine,
// it is started for the while, unless a running driftd has it, which then
// answers. done must be called.
func OpenStore(ctx context.Context, c config.Config, log *slog.Logger) (store *clickhouse.Store, done func(), err error) {
	reg := prometheus.NewRegistry()
	s := newStack(log)
	done = func() { _ = s.stop() }
	options, err := c.ClickHouse.Options()
	if c.Engine != nil {
		var at chengine.Endpoint
		if at, err = chengine.Attach(c.Engine.Path); err != nil {
			engine := chengine.New(*c.Engine, log, reg)
			a := &App{engine: engine}
			s.start(ctx, "engine", engine.Run)
			if err = a.waitEngine(ctx, s); err != nil {
				done()
				return nil, func() {}, err
			}
			at = engine.Endpoint()
		}
		options.Addresses, options.Username, options.Password = []string{at.Address}, at.Username, at.Password
		options.Reader = "" // the engine has it already
	}
	if err == nil {
		store, err = clickhouse.Open(options, reg)
	}
	if err != nil {
		done()
		return nil, func() {}, err
	}
	return store, done, nil
}
