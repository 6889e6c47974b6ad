package ingest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// driftd is the daemon as `driftd run` starts it, over the given configuration.
func driftd(ctx context.Context, args []string) error {
	c, err := config.Load(args[0])
	if err != nil {
		return err
	}
	daemon, err := app.New(app.Options{Config: c, Log: slog.New(slog.NewTextHandler(os.Stdout, nil))})
	if err != nil {
		return err
	}
	return daemon.Run(ctx)
}

// configuration is the daemon's file in a scene.
func configuration(s *scene) string { return filepath.Join(s.dir, "driftd.yaml") }

// prepareDriftd writes the configuration and makes the tables.
func prepareDriftd(s *scene) {
	secret := filepath.Join(s.dir, "secret")
	if err := os.WriteFile(secret, []byte(s.at.Password), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var features strings.Builder
	for i := range numbers + categories {
		kind := "number"
		if i >= numbers {
			kind = "category"
		}
		fmt.Fprintf(&features, "      %s: %s\n", feature(i), kind)
	}
	text := fmt.Sprintf(`kafka: {brokers: ["%s"], group: %s, topics: [{name: %s, kind: predictions}]}
clickhouse: {addresses: ["%s"], dial_timeout: 30s, username: %s, password_file: %s}
registry: {file: %s}
http: {listen: "127.0.0.1:0"}
models:
  - name: bench
    task: binary
    positive: "1"
    serving: {alias: champion}
    schedule: "0 0 1 1 *"
    labels: {maturity: 72h}
    features:
%s`, s.broker, s.name, topic, s.at.Address, s.at.Username, secret, filepath.Join(s.dir, "registry.json"), features.String())
	if err := os.WriteFile(configuration(s), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	c, err := config.Load(configuration(s))
	if err != nil {
		s.t.Fatal(err)
	}
	options, err := app.StoreOptions(c, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	store, err := clickhouse.Open(options, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if err := store.EnsureModel(s.t.Context(), c.Models[0].Ingest); err != nil {
		s.t.Fatal(err)
	}
}

func startDriftd(s *scene) *child { return startChild(s, "driftd", configuration(s)) }
