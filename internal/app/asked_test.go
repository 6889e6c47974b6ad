package app_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

// yearly is a model that is judged once a year, unless people ask for something.
const yearly = `  - {name: %s, task: binary, positive: "1", schedule: "0 0 1 1 *", features: {tenure: number}, act: {approvers: [alice]}}
`

// The next tick is months away; what a person asks for is done within seconds.
func TestAnOrderDoesNotWaitForTheSchedule(t *testing.T) {
	dir := t.TempDir()
	registry := write(t, dir, "registry.json", `{"models": {"churn": {"aliases": {"champion": "2"}, "versions": {"1": {}, "2": {}}}}}`)
	c := parse(t, server(t, dir)+"registry: {file: "+registry+"}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n"+fmt.Sprintf(yearly, "churn"))
	store := migrate(t, c)
	roll := func(to string) (string, error) {
		id, err := app.Rollback(t.Context(), store, c.Models[0], to, "alice", "complaints", time.Now().UTC().Truncate(time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		return app.Outcome(t.Context(), store, c.Models[0], id, parts.Patience)
	}
	t.Run("while it runs", func(t *testing.T) {
		d := run(t, app.Options{Config: c})
		d.started()
		for _, to := range []string{"1", "2"} {
			if text, err := roll(to); err != nil {
				t.Errorf("%s, %v", text, err)
			}
		}
		if got := d.metric("driftd_evaluate_extra_ticks_total", map[string]string{"model": "churn"}); got < 2 {
			t.Errorf("%g extra ticks are counted, want two", got)
		}
		contains(t, content(t, c)["registry"], `"champion": "2"`)
		for _, frozen := range []bool{true, false} {
			if err := app.Freeze(t.Context(), store, frozen, "alice", "moving house", time.Now().UTC().Truncate(time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			text, err := roll("2") // which serves already
			want := map[bool]float64{true: 1}[frozen]
			if got := d.metric("driftd_frozen", map[string]string{"model": "churn"}); got != want || !errors.Is(err, app.ErrNotDone) {
				t.Errorf("driftd_frozen is %g, want %g; %s, %v", got, want, text, err)
			}
		}
		// One that a tick has seen is no cause for another.
		before := d.metric("driftd_evaluate_runs_total", nil)
		time.Sleep(3 * time.Second)
		if after := d.metric("driftd_evaluate_runs_total", nil); after != before {
			t.Errorf("%g ticks more though nobody asked", after-before)
		}
	})
	t.Run("given while nothing ran", func(t *testing.T) {
		id, err := app.Rollback(t.Context(), store, c.Models[0], "1", "alice", "complaints", time.Now().UTC().Truncate(time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		run(t, app.Options{Config: c})
		if text, err := app.Outcome(t.Context(), store, c.Models[0], id, parts.Patience); err != nil {
			t.Errorf("%s, %v", text, err)
		}
	})
}

// Of two replicas, the one that leads the model answers, once.
func TestOneReplicaAnswersAnOrder(t *testing.T) {
	const models = 24 // one replica draws all once in 8 million runs
	broker, dir := parts.Kafka(t), t.TempDir()
	producer(t, broker, "clicked.predictions")
	file, text := "", fmt.Sprintf("kafka: {brokers: [%q], group: asked, topics: [{name: clicked.predictions, kind: predictions}]}\n", broker)+server(t, dir)
	text += "registry: {file: " + dir + "/registry.json}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n"
	for i := range models {
		name := fmt.Sprintf("asked-%d", i)
		text += fmt.Sprintf(yearly, name)
		file += fmt.Sprintf(`%q: {"aliases": {"champion": "2"}, "versions": {"1": {}, "2": {}}},`, name)
	}
	write(t, dir, "registry.json", `{"models": {`+file[:len(file)-1]+`}}`)
	c := parse(t, text)
	store := migrate(t, c)
	daemons := []daemon{run(t, app.Options{Config: c}), run(t, app.Options{Config: c})}
	leads := func(d daemon) int { return int(d.metric("driftd_leads", nil)) }
	eventually(t, "the two share the models", func() bool {
		a, b := leads(daemons[0]), leads(daemons[1])
		return a > 0 && b > 0 && a+b == models
	})
	ids := map[string]config.Model{}
	for _, m := range c.Models {
		id, err := app.Rollback(t.Context(), store, m, "1", "alice", "complaints", time.Now().UTC().Truncate(time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = m
	}
	for id, m := range ids {
		if text, err := app.Outcome(t.Context(), store, m, id, parts.Patience); err != nil {
			t.Errorf("%s: %s, %v", id, text, err)
		}
		stages, err := store.ActionStages(t.Context(), m.Policy.Model, time.Now().Add(time.Minute))
		if err != nil || len(stages) != 2 || stages[0].Stage != alerts.Intent || stages[1].Stage != alerts.Done {
			t.Errorf("%s: stages %+v (%v), want one intent and that it was done", id, stages, err)
		}
	}
	if got := daemons[0].metric("driftd_evaluate_extra_ticks_total", nil) + daemons[1].metric("driftd_evaluate_extra_ticks_total", nil); got != models {
		t.Errorf("%g extra ticks of both, want one a model", got)
	}
}
