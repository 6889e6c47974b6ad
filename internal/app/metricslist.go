package app

import (
	"cmp"
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry/webhook"
)

// Metric describes one metric that the daemon can have.
type Metric struct {
	Name, Type, Help string
	Labels           []string
}

// everything is a configuration that has every part.
const everything = `
kafka: {brokers: ["kafka:9092"], topics: [{name: predictions, kind: predictions}]}
registry: {mlflow: {url: "http://mlflow:5000"}}
models: [{name: model, task: binary, positive: "1", features: {feature: number}, labels: {maturity: 1h}}]
`

// Metrics lists every metric of the daemon's own, by name. It is asked of the
// code that makes them: nothing is connected to.
func Metrics() ([]Metric, error) {
	c, err := config.Parse("everything.yaml", []byte(everything))
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	made := &recorder{}
	made.MustRegister(buildInfo("version"))
	newReloadMetrics(made)
	chengine.New(chengine.Config{}, log, made)
	store, err := clickhouse.Open(clickhouse.Options{Addresses: []string{"clickhouse:9000"}}, made)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	w := &work{config: c, log: log, metrics: made}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	if err := w.attach(context.Background(), store, schedule.Wall{}, nil, nil); err != nil {
		return nil, err
	}
	webhook.Describe(made) // its secret is a file, which nobody has here
	slack.Describe(made)   // and so are its tokens
	slices.SortFunc(made.metrics, func(a, b Metric) int { return cmp.Compare(a.Name, b.Name) })
	return made.metrics, nil
}

// recorder is a registerer that remembers what was registered.
type recorder struct{ metrics []Metric }

// Register implements [prometheus.Registerer].
func (r *recorder) Register(c prometheus.Collector) error {
	descriptions := make(chan *prometheus.Desc, 1)
	go func() { c.Describe(descriptions); close(descriptions) }()
	for d := range descriptions {
		r.metrics = append(r.metrics, describe(d, c))
	}
	return nil
}

// MustRegister implements [prometheus.Registerer].
func (r *recorder) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		_ = r.Register(c) // always nil
	}
}

// Unregister implements [prometheus.Registerer].
func (r *recorder) Unregister(prometheus.Collector) bool { return false }

// What the library lets out of a description is only its text.
var (
	descText  = regexp.MustCompile(`^Desc\{fqName: "([^"]*)", help: "((?:[^"\\]|\\.)*)",.* constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)
	labelName = regexp.MustCompile(`[a-z_]+`)
)

func describe(d *prometheus.Desc, c prometheus.Collector) Metric {
	found := descText.FindStringSubmatch(d.String())
	if found == nil {
		panic("describe a metric: " + d.String() + ": the library writes it in another form")
	}
	m := Metric{Name: found[1], Help: strings.ReplaceAll(found[2], `\"`, `"`), Labels: labelName.FindAllString(found[4], -1)}
	for constant := range strings.SplitSeq(found[3], ",") {
		if name, _, ok := strings.Cut(constant, "="); ok {
			m.Labels = append(m.Labels, name)
		}
	}
	// A gauge can do all that a counter can: it is asked first.
	switch c.(type) {
	case *prometheus.GaugeVec, prometheus.Gauge:
		m.Type = "gauge"
	case *prometheus.HistogramVec, prometheus.Histogram:
		m.Type = "histogram"
	default: // collectors of our own count, too
		m.Type = "counter"
	}
	return m
}
