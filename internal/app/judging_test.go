package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
)

// Models that share a cron minute are all judged, but not all at once.
func TestModelsOfOneMinuteTakeTurns(t *testing.T) {
	const models, most = 48, 32
	dir := t.TempDir()
	var text strings.Builder
	fmt.Fprintf(&text, "%sregistry: {file: %s/registry.json}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n", server(t, dir), dir)
	for i := range models {
		fmt.Fprintf(&text, "  - {name: m%d, task: binary, positive: \"1\", schedule: \"*/15 * * * *\", features: {wind: number}}\n", i)
	}
	c := parse(t, text.String())
	migrate(t, c)
	var mu sync.Mutex
	running, highest, judged := 0, 0, 0
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	d := run(t, app.Options{Config: c, Stepped: start, Observe: func(config.Model, []evaluate.Verdict, alerts.Plan) {
		mu.Lock()
		running, judged = running+1, judged+1
		highest = max(highest, running)
		mu.Unlock()
		time.Sleep(50 * time.Millisecond) // long enough for all others to get here, if they may
		mu.Lock()
		running--
		mu.Unlock()
	}})
	d.started()
	if err := d.Advance(t.Context(), start.Add(15*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if judged != models || highest > most {
		t.Errorf("%d of %d models judged, up to %d at once: want all, and at most %d at once", judged, models, highest, most)
	}
}
