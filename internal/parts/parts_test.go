package parts_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/segmentio/kafka-go"

	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

func TestEachDatabaseIsItsOwn(t *testing.T) {
	names := map[string]bool{}
	for range 2 {
		options := parts.Database(t)
		conn, err := clickhouse.Open(options)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.Exec(t.Context(), "CREATE TABLE same_name (x UInt8) ENGINE = MergeTree ORDER BY x"); err != nil {
			t.Fatal(err)
		}
		var name string
		if err := conn.QueryRow(t.Context(), "SELECT currentDatabase()").Scan(&name); err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("two calls of Database gave %v, want two names", names)
	}
}

func TestKafkaDeliversWhatWasProduced(t *testing.T) {
	bootstrap := parts.Kafka(t)
	ctx, cancel := context.WithTimeout(t.Context(), parts.Patience)
	defer cancel()
	const topic = "parts-test"
	client := &kafka.Client{Addr: kafka.TCP(bootstrap), Timeout: parts.Patience}
	created, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 2, ReplicationFactor: 1}},
	})
	if err != nil || created.Errors[topic] != nil {
		t.Fatal(err, created)
	}
	writer := &kafka.Writer{Addr: kafka.TCP(bootstrap), Topic: topic, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	defer writer.Close()
	if err := writer.WriteMessages(ctx, kafka.Message{Key: []byte("k"), Value: []byte("v")}); err != nil {
		t.Fatal(err)
	}
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{bootstrap}, GroupID: topic, Topic: topic, StartOffset: kafka.FirstOffset,
		MaxWait: 100 * time.Millisecond,
	})
	defer reader.Close()
	message, err := reader.ReadMessage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(message.Value); got != "v" {
		t.Errorf("consumed %q, want %q", got, "v")
	}
}

func TestMLflowAnswersTheRegistry(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		url := parts.MLflowOf(t, version)
		response, err := http.Get(url + "/api/2.0/mlflow/registered-models/search")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("search: %s", response.Status)
		}
		var models map[string]any
		if err := json.NewDecoder(response.Body).Decode(&models); err != nil {
			t.Errorf("search: body is not JSON: %v", err)
		}
		if response, err = http.Get(url + "/version"); err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if text, err := io.ReadAll(response.Body); err != nil || string(text) != version {
			t.Errorf("version %q, error %v, want %q", text, err, version)
		}
	}
}

func TestSecuredMLflowAsksForAUser(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		response, err := http.Get(parts.SecuredMLflow(t, version) + "/api/2.0/mlflow/registered-models/search")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %s to nobody", version, response.Status)
		}
	}
}

func TestAbsentPartSkipsUnlessRequired(t *testing.T) {
	t.Setenv("DRIFTD_CACHE", t.TempDir())
	if os.Getenv("DRIFTD_LIBCHDB") != "" {
		t.Setenv("DRIFTD_LIBCHDB", "")
	}
	for name, ask := range map[string]func(testing.TB){
		"engine":          func(t testing.TB) { parts.Engine(t) },
		"kafka":           func(t testing.TB) { parts.Kafka(t) },
		"mlflow":          func(t testing.TB) { parts.MLflow(t) },
		"schema registry": func(t testing.TB) { parts.SchemaRegistry(t) },
	} {
		for require, want := range map[string]string{"": "skip", "1": "fatal"} {
			t.Run(name+" require="+require, func(t *testing.T) {
				t.Setenv("DRIFTD_TEST_REQUIRE", require)
				spy := &verdict{TB: t}
				done := make(chan struct{})
				go func() {
					defer close(done)
					ask(spy)
				}()
				<-done
				if spy.is != want {
					t.Errorf("got %q, want %q", spy.is, want)
				}
			})
		}
	}
}
