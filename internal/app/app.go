package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
	"github.com/driftd/driftd/registry/mlflow"
)

// Options are what the daemon is made of.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Version string
	// Stepped, when not zero, is where a clock stands that moves only when
	// told: by Advance, or by POST /-/clock. The zero time is the wall clock.
	Stepped time.Time
	// Observe is told every evaluation after it was applied; may be nil.
	Observe func(config.Model, []evaluate.Verdict, alerts.Plan)
}

// App is the daemon. New does nothing; Run does everything.
type App struct {
	options  Options
	config   config.Config
	log      *slog.Logger
	metrics  *prometheus.Registry
	clock    schedule.Clock
	stepped  *schedule.Stepped
	registry registry.Registry
	engine   *chengine.Engine // nil: a server is used
	store    *clickhouse.Store
	features *declarer
	consumer *ingest.Consumer
	address  chan string
	started  chan struct{}
}

// New puts the daemon together without touching anything outside.
func New(o Options) (*App, error) {
	a := &App{
		options: o, config: o.Config, log: o.Log, metrics: prometheus.NewRegistry(), clock: schedule.Wall{},
		address: make(chan string, 1), started: make(chan struct{}),
	}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(o.Version))
	if !o.Stepped.IsZero() {
		a.stepped = schedule.NewStepped(o.Stepped, len(o.Config.Models))
		a.clock = a.stepped
	}
	var err error
	if a.registry, err = openRegistry(o.Config.Registry, a.metrics); err != nil {
		return nil, err
	}
	if o.Config.Engine != nil {
		a.engine = chengine.New(*o.Config.Engine, o.Log, a.metrics)
	}
	return a, nil
}

func openRegistry(c config.Registry, reg prometheus.Registerer) (registry.Registry, error) {
	if c.MLflow != nil {
		return mlflow.New(*c.MLflow, reg)
	}
	return filestore.New(filestore.Config{Path: c.File})
}

// Run works until ctx ends, then stops part by part, what consumes before what
// stores, and returns nil; or an error when a part could not go on.
func (a *App) Run(ctx context.Context) error {
	s := newStack(a.log)
	err := a.start(ctx, s)
	if err == nil {
		close(a.started)
		a.log.Info("driftd is running", "models", len(a.config.Models))
		err = s.wait(ctx)
	}
	return errors.Join(err, s.stop())
}

// start starts the parts, in the order in which they need each other.
func (a *App) start(ctx context.Context, s *stack) error {
	web := &server{listen: a.config.HTTP.Listen, metrics: a.metrics, log: a.log, address: a.address, ready: a.probes()}
	if a.stepped != nil {
		web.advance = a.Advance
	}
	s.start(ctx, "http", web.run)
	if err := a.openStore(ctx, s); err != nil {
		return err
	}
	a.features = newDeclarer(a.registry, a.store, a.config.Models, a.log)
	a.features.refreshAll(ctx)
	if a.config.Kafka != nil {
		consumer, err := ingest.New(*a.config.Kafka, a.features.ingested(), a.store, a.log, a.metrics)
		if err != nil {
			return err
		}
		a.consumer, a.features.consumer = consumer, consumer
		s.start(ctx, "ingest", consumer.Run)
	}
	s.start(ctx, "features", a.features.run)
	cycle, err := a.newCycle()
	if err != nil {
		return err
	}
	ticks := newTickMetrics(a.metrics)
	for _, m := range a.config.Models {
		last, err := a.store.LastTick(ctx, m.Policy.Model)
		if err != nil {
			return err
		}
		if a.stepped != nil && last.Before(a.options.Stepped) {
			last = a.options.Stepped
		}
		l := loop{app: a, cycle: cycle, model: m, metrics: ticks}
		s.start(ctx, "evaluate "+m.Policy.Model, func(ctx context.Context) error { return l.run(ctx, last) })
	}
	return nil
}

// openStore starts the embedded engine, if there is one, and opens the store.
// The embedded database migrates itself; a server is somebody's, so that
// `driftd migrate` must have been run.
func (a *App) openStore(ctx context.Context, s *stack) error {
	if a.engine != nil {
		s.start(ctx, "engine", a.engine.Run)
		if err := a.waitEngine(ctx, s); err != nil {
			return err
		}
	}
	options, err := StoreOptions(a.config, a.engine)
	if err != nil {
		return err
	}
	if a.store, err = clickhouse.Open(options, a.metrics); err != nil {
		return err
	}
	if a.engine != nil {
		err = a.store.Migrate(ctx)
	} else {
		err = a.untilReachable(ctx, a.store.CheckSchema)
	}
	if err != nil {
		return err
	}
	for _, m := range a.config.Models {
		if err := a.store.EnsureModel(ctx, m.Ingest); err != nil {
			return err
		}
	}
	return nil
}

// waitEngine waits until the engine answers, or its part ends.
func (a *App) waitEngine(ctx context.Context, s *stack) error {
	ready, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- a.engine.Ready(ready) }()
	select {
	case err := <-done:
		return err
	case p := <-s.ended:
		return fmt.Errorf("%s ended: %w", p.name, p.err)
	}
}

// untilReachable repeats what failed because a server cannot be reached; a
// schema that differs is final.
func (a *App) untilReachable(ctx context.Context, try func(context.Context) error) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := try(ctx)
		if err == nil || errors.Is(err, clickhouse.ErrSchemaDiffers) {
			return err
		}
		a.log.Warn("clickhouse cannot be reached, trying again", "elapsed", wait, "err", err)
		if (schedule.Wall{}).Sleep(ctx, time.Now().Add(wait)) != nil {
			return err
		}
	}
}

// StoreOptions returns how to reach the store: the engine's own endpoint, or
// the configured server.
func StoreOptions(c config.Config, engine *chengine.Engine) (clickhouse.Options, error) {
	if engine == nil {
		return c.ClickHouse.Options()
	}
	at := engine.Endpoint()
	return clickhouse.Options{
		Addresses: []string{at.Address}, Database: c.ClickHouse.Database, Durability: c.ClickHouse.Durability,
		Username: at.Username, Password: at.Password,
	}, nil
}

func (a *App) newCycle() (*Cycle, error) {
	notifier, err := a.notifier()
	if err != nil {
		return nil, err
	}
	slots := make(map[string]registry.Slot, len(a.config.Models))
	for _, m := range a.config.Models {
		slots[m.Policy.Model] = m.Slot
	}
	ports := alerts.Ports{Registry: mover{a.registry, slots}, Journal: a.store, Traffic: a.store, Notifier: notifier}
	return &Cycle{
		registry:  watcher{registry: a.registry, store: a.store, log: a.log},
		resolver:  resolver{registry: a.registry, store: a.store, log: a.log, metrics: newEventMetrics(a.metrics, a.config.Models)},
		store:     a.store,
		evaluator: evaluate.New(a.store, a.store, a.store),
		applier:   alerts.NewApplier(ports, a.log, a.metrics),
		observe:   a.options.Observe,
	}, nil
}

// notifier returns nil when nobody is to be told.
func (a *App) notifier() (alerts.Notifier, error) {
	if a.config.Slack == nil {
		return nil, nil
	}
	token, err := os.ReadFile(a.config.Slack.TokenFile)
	if err != nil {
		return nil, fmt.Errorf("slack.token_file: %w", err)
	}
	return slack.New(slack.Config{Token: strings.TrimSpace(string(token)), APIURL: a.config.Slack.APIURL}, a.log), nil
}

// Started returns when every part runs, or ctx ends.
func (a *App) Started(ctx context.Context) error {
	select {
	case <-a.started:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Address returns where HTTP listens, once it does.
func (a *App) Address(ctx context.Context) (string, error) {
	select {
	case address := <-a.address:
		a.address <- address
		return address, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Advance moves a stepped clock: it waits until what is in the topics is
// stored, then runs every tick that falls due, in order.
func (a *App) Advance(ctx context.Context, to time.Time) error {
	if err := a.Started(ctx); err != nil {
		return err
	}
	if a.consumer != nil {
		if err := a.consumer.Drained(ctx); err != nil {
			return err
		}
	}
	return a.stepped.Advance(ctx, to)
}

// Store is what has been stored; valid once Started.
func (a *App) Store() *clickhouse.Store { return a.store }

// Engine is the embedded engine, nil when a server is used.
func (a *App) Engine() *chengine.Engine { return a.engine }

func (a *App) probes() []probe {
	probes := []probe{{"clickhouse", func(ctx context.Context) error {
		if a.Started(ctx) != nil {
			return errors.New("starting")
		}
		return a.store.Ping(ctx)
	}}}
	if a.config.Kafka != nil {
		probes = append(probes, probe{"kafka", func(ctx context.Context) error {
			if a.Started(ctx) != nil {
				return errors.New("starting")
			}
			return a.consumer.Healthy()
		}})
	}
	return append(probes, probe{"registry", func(ctx context.Context) error {
		_, err := a.registry.Model(ctx, a.config.Models[0].Policy.Model)
		if errors.Is(err, registry.ErrNotFound) {
			return nil
		}
		return err
	}})
}
