package demo

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
)

// broker is the embedded Kafka: franz-go's in-memory model of one. It is for
// the demo and for tests; driftd's own tests run against Apache Kafka as well.
type broker struct{ cluster *kfake.Cluster }

// partitions of each topic: enough to show that ranges are per partition.
const partitions = 2

func startBroker() (*broker, error) {
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.SeedTopics(partitions, PredictionTopic, OutcomeTopic),
	)
	if err != nil {
		return nil, fmt.Errorf("start the embedded broker: %w", err)
	}
	return &broker{cluster: cluster}, nil
}

func (b *broker) address() string { return b.cluster.ListenAddrs()[0] }

func (b *broker) close() { b.cluster.Close() }
