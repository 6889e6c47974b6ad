package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// tickMetrics count evaluations. Label values are models of the configuration.
type tickMetrics struct {
	runs     *prometheus.CounterVec
	duration *prometheus.HistogramVec
	last     *prometheus.GaugeVec
}

func newTickMetrics(reg prometheus.Registerer) *tickMetrics {
	m := &tickMetrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_evaluate_runs_total", Help: "Evaluations by model and how they ended: done or failed.",
		}, []string{"model", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "driftd_evaluate_duration_seconds", Help: "Duration of one evaluation.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14),
		}, []string{"model"}),
		last: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "driftd_evaluate_last_tick_timestamp_seconds", Help: "The last tick that was evaluated.",
		}, []string{"model"}),
	}
	reg.MustRegister(m.runs, m.duration, m.last)
	return m
}

func (m *tickMetrics) ran(model string, tick time.Time, took time.Duration, err error) {
	m.duration.WithLabelValues(model).Observe(took.Seconds())
	if err != nil {
		m.runs.WithLabelValues(model, "failed").Inc()
		return
	}
	m.runs.WithLabelValues(model, "done").Inc()
	m.last.WithLabelValues(model).Set(float64(tick.Unix()))
}

func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "driftd_build_info", Help: "1, labelled with the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	return info
}
