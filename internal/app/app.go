package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// Options are what the daemon is made of.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Version string
	// Load reads the configuration again for a reload; nil when it cannot be.
	Load func() (config.Config, error)
	// Stepped, when not zero, is where a clock stands that moves only when
	// told: by Advance, or by POST /-/clock. The zero time is the wall clock.
	Stepped time.Time
	// Observe is told every evaluation after it was applied; may be nil.
	Observe func(config.Model, []evaluate.Verdict, alerts.Plan)
}

// App is the daemon. New does nothing; Run does everything.
type App struct {
	options   Options
	config    config.Config // as started; a reload changes only the work
	log       *slog.Logger
	metrics   *prometheus.Registry
	clock     schedule.Clock
	stepped   *schedule.Stepped
	engine    *chengine.Engine // nil: a server is used
	store     *clickhouse.Store
	obstacle  atomic.Pointer[error] // why the store cannot be used yet
	address   chan string
	started   chan struct{}
	stopped   chan struct{}
	reloads   *reloadMetrics
	reloading sync.Mutex
	work      atomic.Pointer[work] // what runs now
	next      chan *work           // what is to run instead
}

// New puts the daemon together without touching anything outside.
func New(o Options) (*App, error) {
	a := &App{
		options: o, config: o.Config, log: o.Log, metrics: prometheus.NewRegistry(), clock: schedule.Wall{},
		address: make(chan string, 1), started: make(chan struct{}), stopped: make(chan struct{}), next: make(chan *work),
	}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(o.Version))
	a.reloads = newReloadMetrics(a.metrics)
	if !o.Stepped.IsZero() {
		a.stepped = schedule.NewStepped(o.Stepped, len(o.Config.Models))
		a.clock = a.stepped
	}
	w, err := newWork(o.Config, o.Log)
	if err != nil {
		return nil, err
	}
	a.work.Store(w)
	if o.Config.Engine != nil {
		a.engine = chengine.New(*o.Config.Engine, o.Log, a.metrics)
	}
	return a, nil
}

// Run works until ctx ends, then stops part by part, what consumes before what
// stores, and returns nil; or an error when a part could not go on.
func (a *App) Run(ctx context.Context) error {
	defer close(a.stopped)
	s := newStack(a.log)
	err := a.start(ctx, s)
	if err == nil {
		close(a.started)
		a.reloads.ended(nil)
		a.log.Info("driftd is running", "models", len(a.config.Models))
		err = s.wait(ctx)
	} else if ctx.Err() != nil {
		err = nil // told to stop while it waited for a neighbour
	}
	return errors.Join(err, s.stop())
}

// start starts the parts, in the order in which they need each other.
func (a *App) start(ctx context.Context, s *stack) error {
	web := &server{listen: a.config.HTTP.Listen, metrics: a, log: a.log, address: a.address, ready: a.probes(), reload: a.Reload, page: a.page(), buttons: a.buttons}
	web.admin = admin{tokenFile: a.config.HTTP.AdminTokenFile, freeze: a.freeze}
	if a.stepped != nil {
		web.advance = a.Advance
	}
	s.start(ctx, "http", web.run)
	go a.greet(ctx)
	if err := a.openStore(ctx, s); err != nil {
		return err
	}
	if err := a.work.Load().attach(ctx, a.store, a.clock, a.waiting(), a.options.Observe); err != nil {
		return err
	}
	s.startPatiently(ctx, "work", a.runWork)
	return nil
}

// waiting lets some time pass in a tick; nil when time moves only by ticks.
func (a *App) waiting() func(context.Context, time.Duration) error {
	if a.stepped != nil {
		return nil
	}
	return func(ctx context.Context, d time.Duration) error { return a.clock.Sleep(ctx, a.clock.Now().Add(d)) }
}

// buttons hears requests that Slack signs, nil when the configuration has no secret
// for them.
func (a *App) buttons() http.Handler {
	if w := a.work.Load(); a.hasStarted() && w.signed() {
		return w.buttons
	}
	return nil
}

// Gather returns all metrics: the daemon's own and those of the work.
func (a *App) Gather() ([]*dto.MetricFamily, error) {
	return prometheus.Gatherers{a.metrics, a.work.Load().gatherer}.Gather()
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
	check := a.store.CheckSchema
	if a.engine != nil {
		check = a.store.Migrate
	}
	// The embedded engine, too, may be killed between any two statements.
	if err := a.untilReachable(ctx, check); err != nil {
		return err
	}
	return a.untilReachable(ctx, func(ctx context.Context) error { return ensureModels(ctx, a.store, a.config.Models) })
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

// untilReachable repeats what failed because a server cannot be reached. A
// schema that differs, a refused password and a mistake in the configuration are
// final: waiting mends none.
func (a *App) untilReachable(ctx context.Context, try func(context.Context) error) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := try(ctx)
		if err == nil || !clickhouse.Failed(err) || errors.Is(err, clickhouse.ErrSchemaDiffers) || clickhouse.Refused(err) {
			return err
		}
		a.obstacle.Store(&err)
		a.log.Warn("clickhouse cannot be reached, trying again", "component", "clickhouse", "wait", wait, "err", err)
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
	if consumer := a.work.Load().consumer; consumer != nil {
		if err := consumer.Drained(ctx); err != nil {
			return err
		}
	}
	return a.stepped.Advance(ctx, to)
}

// Store is what has been stored; valid once Started.
func (a *App) Store() *clickhouse.Store { return a.store }

// Engine is the embedded engine, nil when a server is used.
func (a *App) Engine() *chengine.Engine { return a.engine }
