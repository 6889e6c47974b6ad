package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

// write makes a file in the test's own directory.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func parse(t *testing.T, text string) config.Config {
	t.Helper()
	c, err := config.Parse("driftd.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// server is the clickhouse section of an empty database in the real engine.
func server(t *testing.T, dir string) string {
	t.Helper()
	o := parts.Database(t)
	return fmt.Sprintf("clickhouse: {addresses: [%q], dial_timeout: 30s, database: %s, username: %s, password_file: %s}\n",
		o.Addr[0], o.Auth.Database, o.Auth.Username, write(t, dir, "password", o.Auth.Password))
}

// migrate does what `driftd migrate` does.
func migrate(t *testing.T, c config.Config) *clickhouse.Store {
	t.Helper()
	store, done, err := app.OpenStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// daemon is a running App.
type daemon struct {
	*app.App
	t *testing.T
}

// run starts the daemon; it must end without an error when the test does.
func run(t *testing.T, o app.Options) daemon {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	o.Version = "test"
	a, err := app.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the daemon ended with: %v", err)
		}
	})
	return daemon{a, t}
}

func (d daemon) started() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), parts.Patience)
	defer cancel()
	if err := d.Started(ctx); err != nil {
		d.t.Fatal(err)
	}
}

// ask sends a request to the daemon's HTTP interface.
func (d daemon) ask(method, path string) (status int, text string) {
	d.t.Helper()
	address, err := d.Address(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), method, "http://"+address+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// metric sums the samples of a metric whose labels have the given values.
func (d daemon) metric(name string, labels map[string]string) float64 {
	d.t.Helper()
	families, err := d.Gather()
	if err != nil {
		d.t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			left := maps.Clone(labels)
			for _, l := range m.GetLabel() {
				if left[l.GetName()] == l.GetValue() {
					delete(left, l.GetName())
				}
			}
			if len(left) == 0 {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// eventually waits for a condition; it says what was awaited when it never comes.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(parts.Patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// producer sends to the broker's topics, which it makes.
func producer(t *testing.T, broker string, topics ...string) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	request := kmsg.NewPtrCreateTopicsRequest()
	request.TimeoutMillis = 60_000
	for _, name := range topics {
		topic := kmsg.NewCreateTopicsRequestTopic()
		topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, 2, 1
		// By their timestamps, retention would delete events of the past.
		keep, forever := kmsg.NewCreateTopicsRequestTopicConfig(), "-1"
		keep.Name, keep.Value = "retention.ms", &forever
		topic.Configs = append(topic.Configs, keep)
		request.Topics = append(request.Topics, topic)
	}
	answer, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range answer.Topics {
		if err := kerr.ErrorForCode(topic.ErrorCode); err != nil {
			t.Fatalf("create topic %s: %v", topic.Topic, err)
		}
	}
	return client
}

// contains reports which of the parts a text lacks.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}
