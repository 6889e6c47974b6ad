package app

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/registry"
)

// tickMetrics count evaluations. Label values are models of the configuration.
type tickMetrics struct {
	runs     *prometheus.CounterVec
	duration *prometheus.HistogramVec
	missed   *prometheus.CounterVec
	asked    *prometheus.CounterVec
	last     *prometheus.GaugeVec
	frozen   *prometheus.GaugeVec
}

// How an evaluation ended, label values.
const (
	tickDone   = "done"
	tickFailed = "failed"
)

func newTickMetrics(reg prometheus.Registerer, models []config.Model) *tickMetrics {
	m := &tickMetrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_evaluate_runs_total", Help: "Evaluations by model and how they ended: done or failed.",
		}, []string{"model", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "driftd_evaluate_duration_seconds", Help: "Duration of one evaluation.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14),
		}, []string{"model"}),
		missed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_evaluate_missed_ticks_total", Help: "Ticks that fell due while driftd was down and were caught up; those with nothing to judge are left out.",
		}, []string{"model"}),
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_evaluate_extra_ticks_total", Help: "Ticks out of turn, because people asked for something.",
		}, []string{"model"}),
		last: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_evaluate_last_tick_timestamp_seconds", Help: "The last tick that was evaluated.",
		}, []string{"model"}),
		frozen: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_frozen", Help: "1 if the model's last tick found that people froze driftd, or the configuration does; 0 where another replica evaluates the model.",
		}, []string{"model"}),
	}
	for _, model := range models {
		name := model.Policy.Model
		m.runs.WithLabelValues(name, tickDone)
		m.runs.WithLabelValues(name, tickFailed)
		m.duration.WithLabelValues(name)
		m.missed.WithLabelValues(name)
		m.asked.WithLabelValues(name)
		m.frozen.WithLabelValues(name)
	}
	reg.MustRegister(m.runs, m.duration, m.missed, m.asked, m.last, m.frozen)
	return m
}

// eventMetrics count what events leave open. Label values are models of the
// configuration.
type eventMetrics struct {
	unresolved *prometheus.GaugeVec
	orphans    *prometheus.GaugeVec

	counted  ends // of the blocks whose orphans were counted
	resolved ends // of the buckets up to which no id was left
}

// ends are moments up to which something is known, one of each model.
type ends struct {
	mu sync.Mutex
	by map[string]time.Time
}

// at reports whether it is known up to the moment.
func (e *ends) at(model string, to time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.by[model].Equal(to)
}

func (e *ends) set(model string, to time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.by == nil {
		e.by = map[string]time.Time{}
	}
	e.by[model] = to
}

func newEventMetrics(reg prometheus.Registerer, models []config.Model) *eventMetrics {
	m := &eventMetrics{
		unresolved: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_evaluate_unresolved_versions", Help: "Run ids and logged model ids in predictions that no version of the registry is known by; such predictions wait.",
		}, []string{"model"}),
		orphans: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_evaluate_orphan_outcomes", Help: "Requests in the newest matured block of labels that have an outcome and no prediction.",
		}, []string{"model"}),
	}
	for _, model := range models {
		m.unresolved.WithLabelValues(model.Policy.Model)
		m.orphans.WithLabelValues(model.Policy.Model)
	}
	reg.MustRegister(m.unresolved, m.orphans)
	return m
}

func (m *eventMetrics) setOrphans(model string, to time.Time, n uint64) {
	m.orphans.WithLabelValues(model).Set(float64(n))
	m.counted.set(model, to)
}

func (m *eventMetrics) setUnresolved(model string, to time.Time, n int) {
	m.unresolved.WithLabelValues(model).Set(float64(n))
	if n > 0 {
		to = time.Time{} // the next tick looks again
	}
	m.resolved.set(model, to)
}

func (m *tickMetrics) ran(model string, tick time.Time, took time.Duration, err error) {
	m.duration.WithLabelValues(model).Observe(took.Seconds())
	if err != nil {
		m.runs.WithLabelValues(model, tickFailed).Inc()
		return
	}
	m.runs.WithLabelValues(model, tickDone).Inc()
	m.last.WithLabelValues(model).Set(float64(tick.Unix()))
}

// froze notes whether the model's newest tick found everything frozen.
func (m *tickMetrics) froze(model string, on bool) {
	value := 0.0
	if on {
		value = 1
	}
	m.frozen.WithLabelValues(model).Set(value)
}

// slotMetrics tell what the registry showed at the last tick. Label values are
// models of the configuration and the classes of outcomes.
type slotMetrics struct {
	looks   *prometheus.CounterVec
	holders *prometheus.GaugeVec
	unread  *prometheus.GaugeVec
}

func newSlotMetrics(reg prometheus.Registerer, models []config.Model) *slotMetrics {
	m := &slotMetrics{
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_registry_looks_total", Help: "Looks at the serving slot, one a tick, by model and what came of it: ok, or what is wrong.",
		}, []string{"model", "result"}),
		holders: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_registry_slot_holders", Help: "Versions in the serving slot when it could last be read: 1 is right.",
		}, []string{"model"}),
		unread: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_registry_unread_tags", Help: "Tags that people wrote for driftd and that say nothing it understands.",
		}, []string{"model"}),
	}
	for _, model := range models {
		for _, class := range registry.Classes() {
			m.looks.WithLabelValues(model.Policy.Model, string(class))
		}
		m.unread.WithLabelValues(model.Policy.Model)
	}
	reg.MustRegister(m.looks, m.holders, m.unread)
	return m
}

func (m *slotMetrics) looked(model string, class registry.Class, seen alerts.Serving) {
	m.looks.WithLabelValues(model, string(class)).Inc()
	if !seen.Known {
		return
	}
	n := len(seen.Also)
	if seen.Ref.Version != "" {
		n++
	}
	m.holders.WithLabelValues(model).Set(float64(n))
}

// reloadMetrics tell of the configuration that is in effect.
type reloadMetrics struct {
	success prometheus.Gauge
	at      prometheus.Gauge
}

func newReloadMetrics(reg prometheus.Registerer) *reloadMetrics {
	m := &reloadMetrics{
		success: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "driftd_config_reload_success", Help: "1 if the configuration was read and put into effect when last asked for, else 0.",
		}),
		at: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "driftd_config_reload_timestamp_seconds", Help: "When the configuration in effect was put into effect.",
		}),
	}
	reg.MustRegister(m.success, m.at)
	return m
}

func (m *reloadMetrics) ended(err error) {
	if err != nil {
		m.success.Set(0)
		return
	}
	m.success.Set(1)
	m.at.SetToCurrentTime()
}

func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "driftd_build_info", Help: "1, labelled with the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	return info
}
