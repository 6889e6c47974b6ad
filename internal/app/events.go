package app

import (
	"context"
	"log/slog"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// OpenEvents is [OpenStore] for a command that stores events: every model has
// its table, and in the configuration that is returned the features that the
// daemon would decode. As for the daemon, the embedded database migrates
// itself, and a server's must have been.
func OpenEvents(ctx context.Context, c config.Config, log *slog.Logger) (store *clickhouse.Store, declared config.Config, done func(), err error) {
	store, done, err = OpenStore(ctx, c, log)
	if err != nil {
		return nil, c, done, err
	}
	if c, err = prepare(ctx, c, store, log); err != nil {
		done()
		return nil, c, func() {}, err
	}
	return store, c, done, nil
}

func prepare(ctx context.Context, c config.Config, store *clickhouse.Store, log *slog.Logger) (config.Config, error) {
	check := store.CheckSchema
	if c.Engine != nil {
		check = store.Migrate
	}
	if err := check(ctx); err != nil {
		return c, err
	}
	for _, m := range c.Models {
		if err := store.EnsureModel(ctx, m.Ingest); err != nil {
			return c, err
		}
	}
	if !slices.ContainsFunc(c.Models, func(m config.Model) bool { return m.Signature }) {
		return c, nil // the configuration says all
	}
	registry, err := openRegistry(c.Registry, prometheus.NewRegistry())
	if err != nil {
		return c, err
	}
	d := newDeclarer(registry, store, c.Models, log)
	d.refreshAll(ctx)
	c.Models = d.models
	return c, nil
}

// decoding returns what decoding needs of the configuration: without Kafka the
// limits are the defaults.
func decoding(c config.Config) (ingest.Config, []ingest.Model) {
	cfg := ingest.Defaults()
	if c.Kafka != nil {
		cfg = *c.Kafka
	}
	models := make([]ingest.Model, len(c.Models))
	for i, m := range c.Models {
		models[i] = m.Ingest
	}
	return cfg, models
}
