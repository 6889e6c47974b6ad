package parts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// kafkaConfig is one node that is broker and controller, with short timeouts. Its
// arguments are the client port, the controller port and the directory.
const kafkaConfig = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:%[2]d
listeners=PLAINTEXT://127.0.0.1:%[1]d,CONTROLLER://127.0.0.1:%[2]d
controller.listener.names=CONTROLLER
log.dirs=%[3]s/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=250
auto.create.topics.enable=false
`

var broker part[string]

// Kafka returns the bootstrap address of a running Apache Kafka broker. It is
// shared: use topics and groups of your own. Topics are not created by themselves.
func Kafka(t testing.TB) string {
	t.Helper()
	java, libs := kafkaParts(t)
	return broker.get(t, "Apache Kafka", func() (string, error) {
		return startKafka(java, libs)
	})
}

// kafkaParts returns the paths of Java and of Kafka's libraries.
func kafkaParts(t testing.TB) (java, libs string) {
	t.Helper()
	libs, err := cached("kafka", kafkaVersion, "libs")
	if err != nil {
		absent(t, "Apache Kafka", "fetch-kafka", err)
	}
	if java, err = exec.LookPath("java"); err != nil {
		absent(t, "Java", "fetch-kafka, with Java 17 or later on the PATH", err)
	}
	return java, libs
}

func startKafka(java, libs string) (string, error) {
	dir, err := os.MkdirTemp("", "driftd-kafka-")
	if err != nil {
		return "", err
	}
	client, err := freePort()
	if err != nil {
		return "", err
	}
	controller, err := freePort()
	if err != nil {
		return "", err
	}
	bootstrap := fmt.Sprintf("127.0.0.1:%d", client)
	return bootstrap, startBroker(java, libs, dir, fmt.Sprintf(kafkaConfig, client, controller, dir), bootstrap)
}

// startBroker runs a broker in dir until it is ready; format is added to the
// arguments that format its storage.
func startBroker(java, libs, dir, properties, bootstrap string, format ...string) error {
	command, err := formatBroker(java, libs, dir, properties, format...)
	if err != nil {
		return err
	}
	g, err := startGuarded(dir, nil, command...)
	if err != nil {
		return err
	}
	return g.waitFor(Patience, func() error { return kafkaReady(bootstrap) })
}

// formatBroker prepares a broker in dir and returns the command that runs it.
func formatBroker(java, libs, dir, properties string, format ...string) ([]string, error) {
	config := filepath.Join(dir, "server.properties")
	if err := os.WriteFile(config, []byte(properties), 0o600); err != nil {
		return nil, err
	}
	const cluster = "ZHJpZnRkLXRlc3QtcGFydA" // 16 bytes in base64, as the format asks
	classes := []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-cp", filepath.Join(libs, "*")}
	arguments := append(slices.Clone(classes), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", config)
	if out, err := exec.Command(java, append(arguments, format...)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format storage: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return append(append([]string{java}, classes...), "kafka.Kafka", config), nil
}

// kafkaReady creates a topic and joins a group: the port answers long before
// either works.
func kafkaReady(bootstrap string) error {
	const topic = "driftd-parts-ready"
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()

	client := &kafka.Client{Addr: kafka.TCP(bootstrap), Timeout: Patience, Transport: &kafka.Transport{}}
	defer client.Transport.(*kafka.Transport).CloseIdleConnections()
	created, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}},
	})
	if err != nil {
		return fmt.Errorf("create topic: %w", err)
	}
	if err := created.Errors[topic]; err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		return fmt.Errorf("create topic: %w", err)
	}

	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:               topic,
		Brokers:          []string{bootstrap},
		Topics:           []string{topic},
		JoinGroupBackoff: 100 * time.Millisecond,
	})
	if err != nil {
		return fmt.Errorf("join group: %w", err)
	}
	defer group.Close()
	if _, err := group.Next(ctx); err != nil {
		return fmt.Errorf("join group: %w", err)
	}
	return nil
}
