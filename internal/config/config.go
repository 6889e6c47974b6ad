package config

import (
	"slices"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/mlflow"
	"github.com/driftd/driftd/registry/webhook"
)

// Config is a configuration that has been checked. It must not be changed.
type Config struct {
	File string // where it was read from

	Kafka      *ingest.Config    // nil: nothing is consumed
	Engine     *chengine.Config  // nil: a server is used
	ClickHouse clickhouse.Config // with Engine only database and durability are set
	Registry   Registry
	Slack      *Slack // nil: no channel is told
	Receivers  []receivers.Config
	HTTP       HTTP
	Links      alerts.Links // where messages lead to
	Log        Log
	Models     []Model // at least one, in the order of the file

	Warnings []Problem // what works but is probably not meant

	source file
}

// Registry says where versions are registered: in a file or on a server.
type Registry struct {
	File    string          // the embedded registry's file
	MLflow  *mlflow.Config  // a server
	Webhook *webhook.Config // who is asked to switch slots; nil: driftd does it
}

// Model is one model to watch, as each package wants to know it.
type Model struct {
	Policy evaluate.Policy
	Alerts alerts.Policy
	Ingest ingest.Model
	Slot   registry.Slot
	// Signature says that the file lists no features: they are those of the
	// serving version's signature, and those that were promoted.
	Signature bool
	Fallback  string // alias of the version to fall back to; "" is the previous holder of the slot
	Schedule  schedule.Schedule
	Gate      Gate
}

// Declares reports whether the file lists the feature.
func (m Model) Declares(feature string) bool {
	return slices.ContainsFunc(m.Ingest.Features, func(f ingest.Feature) bool { return f.Name == feature })
}

// Overdue returns the first tick after the newest verdict, if so long ago that a
// busy daemon does not explain it; else zero.
func (m Model) Overdue(newest, now time.Time) time.Time {
	due := m.Schedule.Next(newest)
	if due.IsZero() || m.Schedule.Next(due).Add(10*time.Minute).After(now) {
		return time.Time{}
	}
	return due
}
