package alerts

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	decisions *tally
	actions   *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	notify    *prometheus.CounterVec
	receivers *prometheus.CounterVec
	readBacks *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		decisions: &tally{
			desc: prometheus.NewDesc("driftd_alerts_decisions_total",
				"Lines of plans, refusals of guards and what is not told, by reason.", []string{"model", "reason"}, nil),
			n: map[string]map[Reason]uint64{},
		},
		actions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_actions_total",
			Help: "Outcomes of actions on the registry's serving slot.",
		}, []string{"kind", "result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "driftd_action_duration_seconds",
			Help:    "Time it took to move the serving slot and read it back.",
			Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 30, 60},
		}, []string{"kind"}),
		notify: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_notify_total",
			Help: "Deliveries of incidents.",
		}, []string{"result"}),
		receivers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_receivers_total",
			Help: "Deliveries of incidents to receivers beside the channel.",
		}, []string{"receiver", "result"}),
		readBacks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_action_read_backs_total",
			Help: "What a serving slot showed some seconds after it was moved: the target, another version, or nothing that could be read.",
		}, []string{"result"}),
	}
	for _, stage := range []Stage{Done, Effective, NoEffect, Undone, Failed, Overtaken, WouldHave, Proposed, Agreed, Expired, Refused, "uncertain"} {
		m.actions.WithLabelValues(string(Demote), string(stage))
	}
	m.duration.WithLabelValues(string(Demote))
	m.notify.WithLabelValues("sent")
	m.notify.WithLabelValues("failed")
	for _, result := range []string{"target", "other", "unread"} {
		m.readBacks.WithLabelValues(result)
	}
	if reg != nil {
		reg.MustRegister(m.decisions, m.actions, m.duration, m.notify, m.receivers, m.readBacks)
	}
	return m
}

// receiver starts the receiver's counters at 0.
func (m *metrics) receiver(name string) {
	m.receivers.WithLabelValues(name, "sent")
	m.receivers.WithLabelValues(name, "failed")
}

// known starts the model's counters at 0, so that a first event is a rate.
func (m *metrics) known(model string) { m.decisions.known(model) }

func (m *metrics) decided(model string, line Line) {
	m.decisions.add(model, line.Reason)
	if line.Incident != nil && line.Incident.Blocked != "" {
		m.decisions.add(model, line.Incident.Blocked)
	}
	if line.Incident != nil && line.Incident.Held != "" && line.Incident.Held != line.Reason {
		m.decisions.add(model, line.Incident.Held)
	}
}

func (m *metrics) acted(kind What, result string) {
	m.actions.WithLabelValues(string(kind), result).Inc()
}

func (m *metrics) took(kind What, d time.Duration) {
	m.duration.WithLabelValues(string(kind)).Observe(d.Seconds())
}

func (m *metrics) readBack(result string) { m.readBacks.WithLabelValues(result).Inc() }

func (m *metrics) told(result string) { m.notify.WithLabelValues(result).Inc() }

func (m *metrics) received(name, result string) { m.receivers.WithLabelValues(name, result).Inc() }
