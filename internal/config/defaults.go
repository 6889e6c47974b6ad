package config

import (
	"reflect"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry/mlflow"
	"github.com/driftd/driftd/registry/webhook"
)

// Where the embedded parts keep their data, relative to the working directory.
const (
	defaultEngine   = "driftd-data/clickhouse"
	defaultRegistry = "driftd-data/registry.json"
)

const day = 24 * time.Hour

// fresh makes sections that are not empty before anything is read into them.
var fresh = map[reflect.Type]any{
	reflect.TypeFor[file](): file{
		HTTP: HTTP{Listen: "127.0.0.1:9464"},
		Log:  Log{Format: "text"},
		ClickHouse: clickHouseSection{Config: clickhouse.Config{
			Database: "driftd", Username: "default", DialTimeout: 5 * time.Second, Durability: clickhouse.PageCache,
		}},
	},
	reflect.TypeFor[clickhouse.Dashboards](): clickhouse.Dashboards{Username: clickhouse.DashboardsUsername},
	reflect.TypeFor[ingest.Config]():         ingest.Defaults(),
	reflect.TypeFor[mlflow.Config]():         withoutURL(mlflow.DefaultConfig()),
	reflect.TypeFor[webhook.Config]():        webhook.DefaultConfig(),
	reflect.TypeFor[embeddedSection]():       embeddedSection{Path: defaultEngine},
	reflect.TypeFor[modelSection](): modelSection{
		Schedule:  "*/15 * * * *",
		Bucket:    time.Hour,
		Lateness:  5 * time.Minute,
		Block:     day,
		Labels:    labelsSection{Minimum: 200, Absent: absentUnknown},
		Reference: referenceSection{FirstDays: 14},
		Drift:     driftSection{Window: window(day)},
		Budgets:   budgetsSection{Demotions: 0.01, Pages: 0.5, DriftAlerts: 2, DataAlerts: 2},
		Act: actSection{
			Mode: "observe", Fallback: "previous",
			MinBake: 6 * time.Hour, Cooldown: day, Effect: 30 * time.Minute, MaxAge: 90 * day, Approval: 4 * time.Hour, Stalled: 4,
		},
		Notify: notifySection{Interval: 15 * time.Minute, Repeat: day},
	},
	reflect.TypeFor[performanceSection](): performanceSection{Evidence: "paired"},
	reflect.TypeFor[validateSection]():    defaultValidate(),
}

// withoutURL: a section that names no server is a mistake, not a local server.
func withoutURL(c mlflow.Config) mlflow.Config {
	c.URL = ""
	return c
}

// withDefaults returns an addressable value of the type, with its defaults.
func withDefaults(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	if d, ok := fresh[t]; ok {
		v.Set(reflect.ValueOf(d))
	}
	return v
}

// complete fills in what depends on other keys.
func (f *file) complete() {
	if len(f.ClickHouse.Addresses) == 0 && f.ClickHouse.Embedded == nil {
		f.ClickHouse.Embedded = &embeddedSection{Path: defaultEngine}
	}
	if f.ClickHouse.Embedded != nil {
		f.ClickHouse.Username, f.ClickHouse.DialTimeout = "", 0 // the engine says how to reach it
	}
	if f.Registry.File == "" && f.Registry.MLflow == nil {
		f.Registry.File = defaultRegistry
	}
	for i := range f.Models {
		f.Models[i].complete()
	}
}

func (m *modelSection) complete() {
	if m.Serving == (servingSection{}) {
		m.Serving.Alias = "champion"
	}
	if m.Labels.Coverage == nil {
		least := 0.8
		if m.Labels.Absent == absentNegative {
			least = 0 // half of the reference's
		}
		m.Labels.Coverage = &least
	}
	if m.Drift.Measures == nil {
		for _, measure := range drift.Catalog {
			if measure.Default && !measure.Quality() {
				m.Drift.Measures = append(m.Drift.Measures, measure.Name)
			}
		}
	}
	distributions, quality := map[string]float64{}, map[string]float64{}
	for _, measure := range drift.Catalog {
		if measure.Quality() {
			quality[measure.Name] = measure.Tolerance
		} else {
			distributions[measure.Name] = measure.Tolerance
		}
	}
	for _, check := range drift.Stream {
		quality[check.Name] = check.Tolerance
	}
	fill(&m.Drift.Tolerate, m.Drift.Measures, distributions)
	if m.Quality.Checks == nil {
		m.Quality.Checks = qualityChecks(true)
	}
	fill(&m.Quality.Tolerate, m.Quality.Checks, quality)

	if m.Validate != nil {
		m.Validate.complete()
	}
	task, err := model.ParseTask(m.Task)
	if err != nil {
		return
	}
	if m.Performance == nil && m.Labels.Maturity > 0 {
		m.Performance = withDefaults(reflect.TypeFor[performanceSection]()).Addr().Interface().(*performanceSection)
	}
	if p := m.Performance; p != nil {
		margins := map[string]float64{}
		stated := p.Metrics != nil
		for _, metric := range performance.Of(task.String()) {
			if metric.Default && !stated {
				p.Metrics = append(p.Metrics, metric.Name)
			}
			if metric.Weight != performance.Shown {
				margins[metric.Name] = metric.Tolerance
			}
		}
		fill(&p.Tolerate, p.Metrics, margins)
	}
}

// fill adds the default of each name to a map that may be absent.
func fill(m *map[string]float64, names []string, defaults map[string]float64) {
	for _, name := range names {
		if value, known := defaults[name]; known {
			if *m == nil {
				*m = map[string]float64{}
			}
			if _, stated := (*m)[name]; !stated {
				(*m)[name] = value
			}
		}
	}
}
