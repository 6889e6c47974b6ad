package chengine

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	restarts prometheus.Counter
	up       prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		restarts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "driftd_engine_restarts_total",
			Help: "Times the embedded ClickHouse engine ended unasked and was started again.",
		}),
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "driftd_engine_up",
			Help: "1 while the embedded ClickHouse engine answers, else 0.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.restarts, m.up)
	}
	return m
}
