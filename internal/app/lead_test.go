package app_test

import (
	"fmt"
	"testing"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/parts"
)

// Two replicas share the models, and the one that stays takes over all of them.
func TestReplicasShareTheModels(t *testing.T) {
	const models = 24 // one replica draws all once in 8 million runs
	broker, dir := parts.Kafka(t), t.TempDir()
	producer(t, broker, "shared.predictions")
	text := fmt.Sprintf("kafka: {brokers: [%q], group: shared, topics: [{name: shared.predictions, kind: predictions}]}\n", broker) +
		server(t, dir) + fmt.Sprintf("registry: {file: %q}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n", dir+"/none.json")
	for i := range models {
		text += fmt.Sprintf("  - {name: shared-%d, task: binary, positive: \"1\", labels: {maturity: 72h}}\n", i)
	}
	c := parse(t, text)
	migrate(t, c)
	first := run(t, app.Options{Config: c})
	leads := func(d daemon) int { return int(d.metric("driftd_leads", nil)) }
	eventually(t, "one alone leads all models", func() bool { return leads(first) == models })
	t.Run("second", func(t *testing.T) {
		second := run(t, app.Options{Config: c})
		eventually(t, "the two share the models", func() bool {
			a, b := leads(first), leads(second)
			return a > 0 && b > 0 && a+b == models
		})
	})
	eventually(t, "who stays leads all models", func() bool { return leads(first) == models })
}
