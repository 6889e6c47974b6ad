package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

// The whole daemon: its configuration lists no features, its events say run ids.
// A new version that reads something new gets a column while events flow.
func TestTheDaemonFollowsANewVersion(t *testing.T) {
	dir := t.TempDir()
	versions, err := filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	release := func(run, source string, inputs ...string) {
		t.Helper()
		writeFile(t, filepath.Join(dir, source, "MLmodel"), signed(inputs...))
		ref, err := versions.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, RunID: run, Source: source})
		if err == nil {
			err = versions.Assign(t.Context(), champion, ref)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	runs := []string{strings.Repeat("ab", 16), strings.Repeat("cd", 16)}
	writeFile(t, filepath.Join(dir, "v1", "monitoring", "baseline.json"), trainedFile(2000))
	release(runs[0], "v1", "tenure:long", "since:datetime")

	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "events"))
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	producer, err := kgo.NewClient(kgo.SeedBrokers(broker.ListenAddrs()...), kgo.DefaultProduceTopic("events"))
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	sent := 0
	send := func(run string) {
		t.Helper()
		for range 10 {
			at := start.Add(time.Duration(sent) * time.Minute)
			event := fmt.Sprintf(`{"prediction_id":"%d","model":"churn","version":%q,"features":{"tenure":12,"balance":0.5,"since":%q},"timestamp":%q,"score":0.8}`,
				sent, run, at.Add(-36*time.Hour).Format(time.RFC3339), at.Format(time.RFC3339))
			if err := producer.ProduceSync(t.Context(), &kgo.Record{Value: []byte(event), Timestamp: start.Add(24 * time.Hour)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
			sent++
		}
	}

	database := parts.Database(t)
	writeFile(t, filepath.Join(dir, "password"), database.Auth.Password)
	c, err := config.Parse("driftd.yaml", fmt.Appendf(nil, `
kafka: {brokers: [%q], topics: [{name: events, kind: predictions}], flush: {after: 10ms}}
clickhouse: {addresses: [%q], dial_timeout: 30s, database: %s, username: %s, password_file: %s/password}
registry: {file: %s/registry.json}
http: {listen: "127.0.0.1:0"}
models: [{name: churn, task: binary, positive: "1", schedule: "10 * * * *"}]
`, broker.ListenAddrs()[0], database.Addr[0], database.Auth.Database, database.Auth.Username, dir, dir))
	if err != nil {
		t.Fatal(err)
	}
	store := openStore(t, database, c.Models[0].Ingest)
	daemon, err := New(Options{Config: c, Version: "test", Stepped: start, Log: log(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- daemon.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	advance := func(hours int) {
		t.Helper()
		if err := daemon.Advance(ctx, start.Add(time.Duration(hours)*time.Hour+15*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}

	send(runs[0])
	advance(1)
	send(runs[1]) // traffic before registration
	advance(2)
	release(runs[1], "v2", "tenure:long", "balance:double")
	advance(3)
	send(runs[1])
	advance(4)

	active, err := store.Activity(ctx, evaluate.Policy{Model: "churn"}, start, start.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	refs, err := store.References(ctx, "churn", start.Add(24*time.Hour))
	if ref := refs["1"]; err != nil || len(refs) != 1 || ref.Source != evaluate.SourceBaseline || ref.Rows != 2000 || !ref.Since.Equal(start) {
		t.Errorf("references %+v, error %v, want version 1's baseline", refs, err)
	}
	rows := map[string]uint64{}
	for _, a := range active {
		rows[a.Version] = a.Rows
	}
	if diff := cmp.Diff(map[string]uint64{"1": 10, "2": 20}, rows); diff != "" {
		t.Errorf("rows by version: %s", diff)
	}
	p := evaluate.Policy{Model: "churn", Features: config.Compared(daemon.work.Load().features.ingested()[0].Features)}
	for version, want := range map[string]map[string][2]uint64{ // values and nulls
		"1": {"balance": {0, 10}, "since": {10, 0}, "tenure": {10, 0}},
		"2": {"balance": {10, 10}, "since": {20, 0}, "tenure": {20, 0}},
	} {
		profiles, err := store.Profiles(ctx, p, model.Ref{Name: "churn", Version: version}, start, start.Add(24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][2]uint64{}
		for _, profile := range profiles[2:] {
			n := uint64(0)
			for _, count := range profile.N {
				n += count
			}
			got[profile.Series.Name] = [2]uint64{n, profile.Null}
			if profile.Series.Name == "since" && !slices.Equal(profile.Values, []float64{1.5}) {
				t.Errorf("version %s: ages %v, want a day and a half", version, profile.Values)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("features of version %s: %s", version, diff)
		}
	}
}
