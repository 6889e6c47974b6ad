package config

import (
	"log/slog"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/registry/mlflow"
	"github.com/driftd/driftd/registry/webhook"
)

// file is the configuration as it is written: one field per key. What a key
// means is said in docs/configuration.md.
type file struct {
	Kafka      *ingest.Config     `mapstructure:"kafka"`
	ClickHouse clickHouseSection  `mapstructure:"clickhouse"`
	Registry   registrySection    `mapstructure:"registry"`
	Slack      *Slack             `mapstructure:"slack"`
	Receivers  []receivers.Config `mapstructure:"receivers"`
	HTTP       HTTP               `mapstructure:"http"`
	Grafana    Grafana            `mapstructure:"grafana"`
	Log        Log                `mapstructure:"log"`
	Freeze     bool               `mapstructure:"freeze"`
	Models     []modelSection     `mapstructure:"models"`
}

// HTTP is the http section.
type HTTP struct {
	Listen         string `mapstructure:"listen"` // host:port
	AdminTokenFile string `mapstructure:"admin_token_file"`
	ExternalURL    string `mapstructure:"external_url"` // under which people open the page
}

// Log is the log section.
type Log struct {
	Level  slog.Level `mapstructure:"level"`
	Format string     `mapstructure:"format"` // text or json
}

type clickHouseSection struct {
	Embedded          *embeddedSection `mapstructure:"embedded"`
	clickhouse.Config `mapstructure:",squash"`
}

type embeddedSection struct {
	Path      string       `mapstructure:"path"`
	Library   string       `mapstructure:"library"`
	MaxMemory ingest.Bytes `mapstructure:"max_memory"`
}

type registrySection struct {
	File   string         `mapstructure:"file"`
	MLflow *mlflow.Config `mapstructure:"mlflow"`
	Switch *switchSection `mapstructure:"switch"`
}

type switchSection struct {
	Webhook *webhook.Config `mapstructure:"webhook"`
}

type modelSection struct {
	Name        string              `mapstructure:"name"`
	Task        string              `mapstructure:"task"`
	Positive    string              `mapstructure:"positive"`
	Features    features            `mapstructure:"features"`
	Segments    []string            `mapstructure:"segments"`
	Classes     []string            `mapstructure:"classes"`
	Serving     servingSection      `mapstructure:"serving"`
	Schedule    string              `mapstructure:"schedule"`
	Bucket      time.Duration       `mapstructure:"bucket"`
	Lateness    time.Duration       `mapstructure:"lateness"`
	Block       time.Duration       `mapstructure:"block"`
	Labels      labelsSection       `mapstructure:"labels"`
	Reference   referenceSection    `mapstructure:"reference"`
	Drift       driftSection        `mapstructure:"drift"`
	Quality     qualitySection      `mapstructure:"quality"`
	Performance *performanceSection `mapstructure:"performance"`
	Validate    *validateSection    `mapstructure:"validate"`
	Budgets     budgetsSection      `mapstructure:"budgets"`
	Act         actSection          `mapstructure:"act"`
	Notify      notifySection       `mapstructure:"notify"`
}

type servingSection struct {
	Alias string `mapstructure:"alias"`
	Stage string `mapstructure:"stage"`
}

type labelsSection struct {
	Maturity time.Duration `mapstructure:"maturity"`
	Minimum  int           `mapstructure:"minimum"`
	Coverage *float64      `mapstructure:"coverage"`
	Absent   string        `mapstructure:"absent"`
}

type referenceSection struct {
	From           time.Time `mapstructure:"from"`
	To             time.Time `mapstructure:"to"`
	FirstDays      int       `mapstructure:"first_days"`
	Version        string    `mapstructure:"version"`
	IgnoreBaseline bool      `mapstructure:"ignore_baseline"`
}

type driftSection struct {
	Window   window             `mapstructure:"window"`
	Measures []string           `mapstructure:"measures"`
	Tolerate map[string]float64 `mapstructure:"tolerate"`
	Compare  []string           `mapstructure:"compare"`
}

type qualitySection struct {
	Checks   []string           `mapstructure:"checks"`
	Tolerate map[string]float64 `mapstructure:"tolerate"`
}

type performanceSection struct {
	Metrics  []string           `mapstructure:"metrics"`
	Tolerate map[string]float64 `mapstructure:"tolerate"`
	Floor    map[string]float64 `mapstructure:"floor"`
	Evidence string             `mapstructure:"evidence"`
}

type budgetsSection struct {
	Demotions   float64 `mapstructure:"demotions_per_year"`
	Pages       float64 `mapstructure:"pages_per_year"`
	DriftAlerts float64 `mapstructure:"drift_alerts_per_year"`
	DataAlerts  float64 `mapstructure:"data_alerts_per_year"`
}

type actSection struct {
	Mode      string         `mapstructure:"mode"`
	Fallback  string         `mapstructure:"fallback"`
	MinBake   time.Duration  `mapstructure:"min_bake"`
	Cooldown  time.Duration  `mapstructure:"cooldown"`
	Effect    time.Duration  `mapstructure:"effect"`
	MaxAge    time.Duration  `mapstructure:"max_age"`
	Approval  time.Duration  `mapstructure:"approval_expires"`
	Approvers []string       `mapstructure:"approvers"`
	Quiet     []alerts.Quiet `mapstructure:"quiet_hours"`
	Stalled   int            `mapstructure:"stalled"`
}
