package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
	"github.com/driftd/driftd/registry/mlflow"
	"github.com/driftd/driftd/registry/webhook"
)

// work is what a reload replaces: what reads, judges and tells, with the
// configuration it was made from. What may fail, fails in newWork and attach,
// before anything that runs is touched.
type work struct {
	config   config.Config
	log      *slog.Logger
	gatherer prometheus.Gatherer // its metrics; they start anew with it
	metrics  prometheus.Registerer
	registry registry.Registry
	tracker  tracker                    // nil: the registry keeps no runs
	buttons  *slack.Listener            // nil: messages have none
	slack    alerts.Notifier            // nil: no channel is told
	others   map[string]alerts.Receiver // told beside it, by name
	consumer *ingest.Consumer           // nil: nothing is consumed
	features *declarer
	cycle    *Cycle
	gate     *gatekeeper
	ticks    *tickMetrics
	judging  chan struct{} // holds one for each model that is judged now
	running  chan struct{} // closed once it runs
}

// newWork makes what needs no store.
func newWork(c config.Config, log *slog.Logger) (*work, error) {
	metrics := prometheus.NewRegistry()
	w := &work{config: c, log: log, gatherer: metrics, metrics: metrics, judging: make(chan struct{}, maxJudging), running: make(chan struct{})}
	return w, w.prepare()
}

func (w *work) prepare() (err error) {
	opened, err := openReader(w.config.Registry, w.metrics)
	if err != nil {
		return err
	}
	w.tracker, _ = opened.(tracker)
	if w.registry, err = withSwitch(w.config.Registry, opened, w.metrics); err != nil {
		return err
	}
	w.ticks = newTickMetrics(w.metrics, w.config.Models)
	if w.slack, err = openSlack(w.config, w.log); err != nil {
		return err
	}
	w.others, err = openReceivers(w.config.Receivers, w.config.Links)
	return err
}

func openRegistry(c config.Registry, reg prometheus.Registerer) (registry.Registry, error) {
	opened, err := openReader(c, reg)
	if err != nil {
		return nil, err
	}
	return withSwitch(c, opened, reg)
}

// withSwitch lets somebody else switch, if the configuration says so.
func withSwitch(c config.Registry, opened registry.Registry, reg prometheus.Registerer) (registry.Registry, error) {
	if c.Webhook == nil {
		return opened, nil
	}
	return webhook.New(*c.Webhook, opened, reg)
}

func openReader(c config.Registry, reg prometheus.Registerer) (registry.Registry, error) {
	if c.MLflow != nil {
		return mlflow.New(*c.MLflow, reg)
	}
	return filestore.New(filestore.Config{Path: c.File})
}

func openReceivers(all []receivers.Config, links alerts.Links) (map[string]alerts.Receiver, error) {
	opened := make(map[string]alerts.Receiver, len(all))
	for _, c := range all {
		r, err := receivers.New(c, links.Incident)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", c.Name, err)
		}
		opened[c.Name] = r
	}
	return opened, nil
}

// attach makes what works on the store. wait is nil where time stands still.
func (w *work) attach(ctx context.Context, store *clickhouse.Store, clock schedule.Clock, wait func(context.Context, time.Duration) error, observe func(config.Model, []evaluate.Verdict, alerts.Plan)) error {
	slots := make(map[string]registry.Slot, len(w.config.Models))
	for _, m := range w.config.Models {
		slots[m.Policy.Model] = m.Slot
	}
	w.features = newDeclarer(w.registry, store, w.config.Models, w.log)
	w.features.refreshAll(ctx)
	if w.config.Kafka != nil {
		var err error
		if w.consumer, err = ingest.New(*w.config.Kafka, w.features.ingested(), store, w.log, w.metrics); err != nil {
			return err
		}
		w.features.consumer = w.consumer
	}
	slot := mover{w.registry, slots}
	ports := alerts.Ports{Registry: slot, Journal: store, Traffic: store, Notifier: w.slack, Receivers: w.others}
	if wait != nil {
		ports.Slots, ports.Wait = slot, w.aside(wait)
	}
	if w.consumer != nil {
		ports.Leadership = leadership{w.consumer}
	}
	if err := w.listen(store, clock); err != nil {
		return err
	}
	w.gate = newGatekeeper(validator{registry: w.registry, tracker: w.tracker, labels: store}, ports.Leadership, w.log, w.metrics, w.config.Models)
	w.cycle = &Cycle{
		registry:  watcher{registry: w.registry, inputs: newInputs(w.registry), store: store, log: w.log, metrics: newSlotMetrics(w.metrics, w.config.Models)},
		resolver:  resolver{registry: w.registry, store: store, log: w.log, metrics: newEventMetrics(w.metrics, w.config.Models)},
		store:     store,
		evaluator: evaluate.New(store, store, store).WithBaselines(newBaselines(w.registry, w.log)).WithArrivals(store).WithHoldings(store).WithRevisions(store).WithCounting(store.Counters()),
		applier:   alerts.NewApplier(ports, w.log, w.metrics),
		observe:   observe,
		froze:     w.ticks.froze,
	}
	return nil
}

// aside lets another model be judged while a tick waits.
func (w *work) aside(wait func(context.Context, time.Duration) error) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		<-w.judging
		defer func() { w.judging <- struct{}{} }()
		return wait(ctx, d)
	}
}

// start starts the parts of the work.
func (w *work) start(ctx context.Context, s *stack, a *App) {
	if w.consumer != nil {
		s.start(ctx, "ingest", w.consumer.Run)
	}
	s.start(ctx, "features", w.features.run)
	if w.buttons != nil {
		s.start(ctx, "slack", w.buttons.Run)
	}
	bell := newBell(a.store, a.clock, w.log, w.config.Models)
	s.start(ctx, "orders", bell.run)
	for _, m := range w.config.Models {
		l := loop{work: w, store: a.store, clock: a.clock, bell: bell, model: m}
		if a.stepped != nil {
			l.from, l.waited = a.options.Stepped, true
		}
		run := l.run
		if w.consumer != nil && a.stepped == nil { // one process alone is told the time
			run = l.lead
		}
		s.start(ctx, "evaluate "+m.Policy.Model, run)
	}
	close(w.running)
}

// ensureModels makes or widens the table of every model.
func ensureModels(ctx context.Context, store *clickhouse.Store, models []config.Model) error {
	for _, m := range models {
		if err := store.EnsureModel(ctx, m.Ingest); err != nil {
			return err
		}
	}
	return nil
}
