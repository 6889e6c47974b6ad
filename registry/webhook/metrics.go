package webhook

import "github.com/prometheus/client_golang/prometheus"

// codeError is the label code of an attempt that got no answer.
const codeError = "error"

// Describe registers the metrics that New does, for those who list them.
func Describe(reg prometheus.Registerer) { newMetrics(reg) }

type metrics struct {
	requests *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_registry_webhook_requests_total",
			Help: "Attempts to ask for a switch by webhook, by HTTP status (error: no answer).",
		}, []string{"code"}),
	}
	for _, code := range []string{"200", codeError} {
		m.requests.WithLabelValues(code)
	}
	reg.MustRegister(m.requests)
	return m
}
