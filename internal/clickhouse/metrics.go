package clickhouse

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	duration *prometheus.HistogramVec
}

// newMetrics makes the package's metrics; a nil registerer means none are shown.
func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "driftd_clickhouse_query_duration_seconds",
		Help:    "Duration of statements, from sending to the last row, by file in queries/ and result (ok or error).",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30, 120},
	}, []string{"query", "result"})}
	if reg != nil {
		reg.MustRegister(m.duration)
	}
	return m
}

func (m *metrics) observe(query string, start time.Time, err error) {
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.duration.WithLabelValues(query, result).Observe(time.Since(start).Seconds())
}
