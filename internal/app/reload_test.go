package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

const reloadable = `
http: {listen: "127.0.0.1:0"}
models:
  - {name: first, task: binary, positive: "1", labels: {maturity: 72h}}
`

const second = `  - {name: second, task: binary, positive: "1", labels: {maturity: 72h}}
`

// A reload puts the whole file into effect or nothing of it, and says why.
func TestReloadChangesAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	base := server(t, dir) + fmt.Sprintf("registry: {file: %q}\n", dir+"/registry.json") + reloadable
	c := parse(t, base)
	store := migrate(t, c)
	var file atomic.Value
	file.Store(base)
	d := run(t, app.Options{Config: c, Load: func() (config.Config, error) {
		return config.Parse("driftd.yaml", []byte(file.Load().(string)))
	}})
	d.started()
	gauge := func(name string) float64 { return d.metric("driftd_config_reload_"+name, nil) }
	runs := func(model string) float64 {
		return d.metric("driftd_evaluate_missed_ticks_total", map[string]string{"model": model})
	}
	if at := gauge("timestamp_seconds"); gauge("success") != 1 || time.Since(time.Unix(int64(at), 0)) > parts.Patience {
		t.Errorf("after the start: success %g at %g", gauge("success"), at)
	}
	stamp := gauge("timestamp_seconds")

	for _, test := range []struct{ name, text, want string }{
		{"broken", strings.Replace(base, "binary", "binray", 1), "models[0].task"},
		{"needs a restart", strings.Replace(base, "database: ", "durability: fsync, database: ", 1), "only a restart changes clickhouse.durability: page_cache, now fsync"},
		{"another address", strings.Replace(base, "127.0.0.1:0", "127.0.0.1:1", 1), "http.listen: 127.0.0.1:0, now 127.0.0.1:1"},
		{"a server without a scheme", strings.Replace(base, "registry: {file: ", "registry: {mlflow: {url: nowhere}, file: ", 1), "registry.mlflow.url"},
	} {
		file.Store(test.text)
		status, text := d.ask(http.MethodPost, "/-/reload")
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", test.name, status)
		}
		contains(t, text, test.want)
		if gauge("success") != 0 || gauge("timestamp_seconds") != stamp {
			t.Errorf("%s: success %g, timestamp moved: %v", test.name, gauge("success"), gauge("timestamp_seconds") != stamp)
		}
	}
	if status, _ := d.ask(http.MethodGet, "/-/reload"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET changes the configuration: status %d", status)
	}

	// A model that was judged three hours ago: the reload catches up for it.
	if err := store.FinishTick(t.Context(), "second", time.Now().Add(-3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	file.Store(base + second)
	if status, text := d.ask(http.MethodPost, "/-/reload"); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	if gauge("success") != 1 || gauge("timestamp_seconds") <= stamp {
		t.Errorf("after a reload: success %g at %g, before at %g", gauge("success"), gauge("timestamp_seconds"), stamp)
	}
	eventually(t, "the new model catches up on its buckets", func() bool { return runs("second") >= 3 })
	if got := runs("first"); got != 0 {
		t.Errorf("%g ticks of the other model count as missed", got)
	}
	if status, text := d.ask(http.MethodGet, "/-/ready"); status != http.StatusOK {
		t.Errorf("not ready after a reload: %d %s", status, text)
	}

	// And back again: the model is watched no longer.
	file.Store(base)
	if err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := runs("second"); got != 0 {
		t.Errorf("the model that was taken out still counts %g", got)
	}
}

func TestReloadIsRefusedWhereItCannotWork(t *testing.T) {
	dir := t.TempDir()
	c := parse(t, server(t, dir)+fmt.Sprintf("registry: {file: %q}\n", dir+"/registry.json")+reloadable)
	migrate(t, c)
	load := func() (config.Config, error) { return c, nil }
	stepped := run(t, app.Options{Config: c, Load: load, Stepped: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)})
	stepped.started()
	if err := stepped.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "--clock-from") {
		t.Errorf("stepped: %v", err)
	}
	fileless := run(t, app.Options{Config: c})
	fileless.started()
	if err := fileless.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "not read from a file") {
		t.Errorf("without a file: %v", err)
	}
}
