package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
)

// mlflowWorld is a real MLflow server as people and serving code use it: by
// REST calls of its own, not through driftd's client.
type mlflowWorld struct{ url string }

func (w mlflowWorld) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, w.url+"/api/2.0/mlflow/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

func (w mlflowWorld) Serving(ctx context.Context) (string, error) {
	var out struct {
		ModelVersion struct{ Version string } `json:"model_version"`
	}
	err := w.call(ctx, http.MethodGet, "registered-models/alias?name="+ModelName+"&alias=champion", nil, &out)
	return out.ModelVersion.Version, err
}

func (w mlflowWorld) Register(ctx context.Context, version string) error {
	if version == Champion {
		if err := w.call(ctx, http.MethodPost, "registered-models/create", map[string]string{"name": ModelName}, nil); err != nil {
			return err
		}
	}
	var made struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			}
		}
	}
	if err := w.call(ctx, http.MethodPost, "runs/create", map[string]string{"experiment_id": "0"}, &made); err != nil {
		return err
	}
	run := made.Run.Info.ID
	return w.call(ctx, http.MethodPost, "model-versions/create",
		map[string]string{"name": ModelName, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"}, nil)
}

func (w mlflowWorld) Promote(ctx context.Context, version string) error {
	return w.call(ctx, http.MethodPost, "registered-models/alias", map[string]string{"name": ModelName, "alias": "champion", "version": version}, nil)
}

func (w mlflowWorld) tags(ctx context.Context, version string) (map[string]string, error) {
	var out struct {
		ModelVersion struct {
			Tags []struct{ Key, Value string }
		} `json:"model_version"`
	}
	err := w.call(ctx, http.MethodGet, "model-versions/get?name="+ModelName+"&version="+version, nil, &out)
	tags := map[string]string{}
	for _, t := range out.ModelVersion.Tags {
		tags[t.Key] = t.Value
	}
	return tags, err
}

func createTopics(t *testing.T, broker, prefix string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request := kmsg.NewPtrCreateTopicsRequest()
	request.TimeoutMillis = 60_000
	for _, name := range []string{PredictionTopic, OutcomeTopic} {
		topic := kmsg.NewCreateTopicsRequestTopic()
		topic.Topic, topic.NumPartitions, topic.ReplicationFactor = prefix+name, 2, 1
		// The events are of 2013: by their timestamps, retention would delete them.
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
}

// The loop over real servers: Apache Kafka in, the ClickHouse engine behind,
// tags and the alias changed in MLflow, a message in Slack.
func TestFaultyVersionIsTakenBackOverKafkaAndMLflow(t *testing.T) {
	t.Setenv(chengine.LibraryEnv, parts.Library(t))
	broker, world := parts.Kafka(t), mlflowWorld{parts.MLflow(t)}
	createTopics(t, broker, "")
	story := Story{
		Name: "leak", Scores: map[string]string{Champion: "v1", Challenger: "v2"}, Broken: 10_000,
		From: date(2013, time.August, 25), Promote: date(2013, time.September, 1), To: date(2013, time.September, 22),
	}
	flights, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	people := slackfake.New(token)
	defer people.Close()
	dir := t.TempDir()
	if _, err := configure(dir, broker, people.URL(), flights); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "driftd.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("file: "+dir+"/registry.json"), []byte(`mlflow: {url: "`+world.url+`"}`), 1)
	c, err := config.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := app.New(app.Options{Config: c, Version: "test", Stepped: story.From, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
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
	replay := Replay{Story: story, Flights: flights, Broker: broker, Daemon: daemon, World: world}
	sent, err := replay.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}

	stored, err := daemon.Store().Stored(ctx, ModelName)
	if err != nil {
		t.Fatal(err)
	}
	total := stored.Predictions + stored.Outcomes
	for _, n := range stored.Rejects {
		total += n
	}
	if int(total) != sent {
		t.Errorf("%d events sent, %d stored (%+v)", sent, total, stored)
	}
	if serving, err := world.Serving(ctx); err != nil || serving != Champion {
		t.Errorf("MLflow's alias champion is at version %q (%v), want %s", serving, err, Champion)
	}
	tags, err := world.tags(ctx, Challenger)
	if err != nil || tags["driftd_health"] != "demoted" || tags["driftd_replaced_by"] != Champion {
		t.Errorf("tags of version %s: %v (%v)", Challenger, tags, err)
	}
	told := 0
	for _, m := range people.Messages("#flight-delays") {
		if strings.Contains(m.Header, "was demoted") {
			told++
			t.Log(slackfake.Render(m))
		}
	}
	if told != 1 {
		t.Errorf("%d messages tell of the demotion, want 1", told)
	}
}
