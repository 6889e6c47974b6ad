package ingest

import (
	"github.com/driftd/driftd/ingest/decode"
	"github.com/prometheus/client_golang/prometheus"
)

// Results of events and inserts, label values.
const (
	stored   = "stored"
	rejected = "rejected"
	ok       = "ok"
	failed   = "error"
)

type metrics struct {
	events         *prometheus.CounterVec   // topic, result
	rejects        *prometheus.CounterVec   // reason
	skipped        *prometheus.CounterVec   // topic, reason
	typeViolations *prometheus.CounterVec   // model, feature
	undeclared     *prometheus.CounterVec   // model
	gaps           *prometheus.CounterVec   // topic
	resets         *prometheus.CounterVec   // topic
	replays        *prometheus.CounterVec   // topic
	hung           *prometheus.CounterVec   // topic
	lag            *prometheus.GaugeVec     // topic
	insertDuration *prometheus.HistogramVec // result
	batchRows      prometheus.Histogram
	eventDelay     prometheus.Histogram
	inFlight       prometheus.Gauge
	errors         *prometheus.CounterVec // operation
	assigned       prometheus.Gauge
	stalled        prometheus.Gauge
	leads          *prometheus.GaugeVec // model
}

// Operations on Kafka that can fail, label values.
const (
	opConnect = "connect"
	opJoin    = "join"
	opFetch   = "fetch"
	opCommit  = "commit"
	opOffsets = "offsets"
)

func newMetrics(reg prometheus.Registerer, topics []Topic, models []Model) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "driftd_ingest_" + name, Help: help}, labels)
	}
	m := &metrics{
		events:         counter("events_total", "Events stored, and messages stored as rejects.", "topic", "result"),
		rejects:        counter("rejects_total", "Messages stored as rejects, by reason; of a message of several events some may be stored.", "reason"),
		skipped:        counter("skipped_total", "Messages that the topic's mapping does not take for events: deletes, others than it asks for, empty lists.", "topic", "reason"),
		typeViolations: counter("type_violations_total", "Values of declared features that had the wrong type and were stored as null.", "model", "feature"),
		undeclared:     counter("undeclared_features_total", "Values of features that are not declared, kept beside the typed columns.", "model"),
		gaps:           counter("gap_offsets_total", "Offsets deleted by Kafka's retention before they were read.", "topic"),
		resets:         counter("resets_total", "Times a partition was shorter than what had been read of it, as after its topic was created anew, and was read from its start.", "topic"),
		replays:        counter("replays_total", "Pending ranges read again after an interruption.", "topic"),
		hung:           counter("hung_inserts_total", "Inserts that did not end although their time was up, and were left behind.", "topic"),
		lag:            prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "driftd_ingest_lag_events", Help: "Offsets readable and not yet stored, over the partitions of this process."}, []string{"topic"}),
		insertDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "driftd_ingest_insert_duration_seconds", Help: "Time to store one batch.", Buckets: prometheus.ExponentialBuckets(0.002, 2, 14)}, []string{"result"}),
		batchRows:      prometheus.NewHistogram(prometheus.HistogramOpts{Name: "driftd_ingest_batch_rows", Help: "Messages in one batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 10)}),
		eventDelay:     prometheus.NewHistogram(prometheus.HistogramOpts{Name: "driftd_ingest_event_delay_seconds", Help: "Time from the Kafka timestamp of a batch's oldest message until the batch was stored.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 14)}),
		inFlight:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "driftd_ingest_in_flight_bytes", Help: "Messages fetched and not yet stored."}),
		errors:         counter("kafka_errors_total", "Failed operations on Kafka; all are repeated.", "operation"),
		assigned:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "driftd_ingest_assigned_partitions", Help: "Partitions this process reads."}),
		leads:          prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "driftd_leads", Help: "1 while this process is the replica that evaluates and acts for the model."}, []string{"model"}),
		stalled:        prometheus.NewGauge(prometheus.GaugeOpts{Name: "driftd_ingest_stalled_partitions", Help: "Partitions that wait for the schema registry."}),
	}
	for _, t := range topics {
		m.events.WithLabelValues(t.Name, stored)
		m.events.WithLabelValues(t.Name, rejected)
		for _, reason := range decode.Skips {
			m.skipped.WithLabelValues(t.Name, string(reason))
		}
		m.gaps.WithLabelValues(t.Name)
		m.resets.WithLabelValues(t.Name)
		m.replays.WithLabelValues(t.Name)
		m.hung.WithLabelValues(t.Name)
		m.lag.WithLabelValues(t.Name)
	}
	for _, r := range Reasons {
		m.rejects.WithLabelValues(string(r))
	}
	for _, model := range models {
		m.undeclared.WithLabelValues(model.Name)
		for _, f := range model.Features {
			m.typeViolations.WithLabelValues(model.Name, f.Name)
		}
	}
	for _, result := range []string{ok, failed} {
		m.insertDuration.WithLabelValues(result)
	}
	for _, op := range []string{opConnect, opJoin, opFetch, opCommit, opOffsets} {
		m.errors.WithLabelValues(op)
	}
	if reg != nil {
		reg.MustRegister(m.events, m.rejects, m.skipped, m.typeViolations, m.undeclared, m.gaps, m.resets, m.replays, m.hung, m.lag,
			m.insertDuration, m.batchRows, m.eventDelay, m.inFlight, m.errors, m.assigned, m.stalled, m.leads)
	}
	return m
}
