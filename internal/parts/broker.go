package parts

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Broker is a node of a Kafka cluster that belongs to one test, which may kill it
// and start it again.
type Broker struct {
	Address string // where clients reach it

	dir     string
	command []string
	running *guarded
}

// KafkaCluster starts brokers of Apache Kafka for this test alone. Topics may have
// as many replicas as there are brokers; with three, two must have a record before
// it is acknowledged. advertise, when not nil, is told where a broker listens and
// returns the address that clients are told instead, such as that of a proxy.
func KafkaCluster(t testing.TB, brokers int, advertise func(listen string) string) []*Broker {
	t.Helper()
	java, libs := kafkaParts(t)
	all, err := startCluster(java, libs, brokers, advertise)
	t.Cleanup(func() {
		for _, b := range all {
			b.remove()
		}
	})
	if err != nil {
		t.Fatalf("start %d brokers of Apache Kafka: %v", brokers, err)
	}
	return all
}

// Kill ends the broker as a power cut of its process would, and returns when it is
// gone.
func (b *Broker) Kill() error {
	text, err := os.ReadFile(filepath.Join(b.dir, pidFile))
	if err != nil {
		return fmt.Errorf("kill broker: %w", err)
	}
	pid, err := strconv.Atoi(string(text))
	if err == nil {
		err = syscall.Kill(-pid, syscall.SIGKILL)
	}
	if err != nil {
		return fmt.Errorf("kill broker: %w", err)
	}
	<-b.running.done
	return nil
}

// Start starts a killed broker again and returns when it serves groups.
func (b *Broker) Start() error {
	if err := b.start(); err != nil {
		return err
	}
	return b.ready()
}

func (b *Broker) start() (err error) {
	b.running, err = startGuarded(b.dir, nil, b.command...)
	return err
}

func (b *Broker) ready() error {
	return b.running.waitFor(Patience, func() error { return kafkaReady(b.Address) })
}

func (b *Broker) remove() {
	if b.running != nil {
		b.running.close()
	}
	os.RemoveAll(b.dir) // left when the broker was killed last
}

// clusterConfig is added to kafkaConfig. Its arguments are the node's number, all
// voters, where clients reach the node, the replicas of a topic and how many of
// them must have a record before it is acknowledged.
const clusterConfig = `node.id=%[1]d
controller.quorum.voters=%[2]s
advertised.listeners=PLAINTEXT://%[3]s
default.replication.factor=%[4]d
min.insync.replicas=%[5]d
offsets.topic.replication.factor=%[4]d
transaction.state.log.replication.factor=%[4]d
transaction.state.log.min.isr=%[5]d
broker.session.timeout.ms=1500
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.timeout.ms=500
controller.quorum.election.backoff.max.ms=300
`

// startCluster starts the nodes of one cluster. What it returns must be removed,
// an error or not.
func startCluster(java, libs string, n int, advertise func(string) string) ([]*Broker, error) {
	type ports struct{ client, controller int }
	var all []*Broker
	nodes := make([]ports, n)
	var voters []string
	for i := range nodes {
		var err error
		if nodes[i].client, err = freePort(); err == nil {
			nodes[i].controller, err = freePort()
		}
		if err != nil {
			return all, err
		}
		voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", i+1, nodes[i].controller))
	}
	for i, node := range nodes {
		dir, err := os.MkdirTemp("", "driftd-kafka-")
		if err != nil {
			return all, err
		}
		b := &Broker{Address: fmt.Sprintf("127.0.0.1:%d", node.client), dir: dir}
		all = append(all, b)
		if advertise != nil {
			b.Address = advertise(b.Address)
		}
		config := fmt.Sprintf(kafkaConfig, node.client, node.controller, dir) +
			fmt.Sprintf(clusterConfig, i+1, strings.Join(voters, ","), b.Address, n, (n+1)/2)
		if b.command, err = formatBroker(java, libs, dir, config); err != nil {
			return all, err
		}
		if err := b.start(); err != nil {
			return all, err
		}
	}
	for _, b := range all {
		if err := b.ready(); err != nil {
			return all, err
		}
	}
	return all, nil
}
