package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// These tests run against a real Apache Kafka.

// realTopic creates a topic of its own on the real broker.
func realTopic(t *testing.T, partitions int) (broker, topic string) {
	t.Helper()
	broker = parts.Kafka(t)
	topic = fmt.Sprintf("ingest-%d", time.Now().UnixNano())
	createTopic(t, broker, topic, partitions)
	return broker, topic
}

func createTopic(t *testing.T, broker, topic string, partitions int) {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(broker), Timeout: parts.Patience, Transport: transport}
	response, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}}})
	if err == nil {
		err = response.Errors[topic]
	}
	if err != nil {
		t.Fatal(err)
	}
}

func realConfig(broker, topic string) Config {
	cfg := config(broker)
	cfg.Group = "group-of-" + topic
	cfg.Topics = []Topic{{Name: topic, Kind: PredictionsTopic}}
	return cfg
}

// Three producers write random transactions, side by side, committed and
// aborted. Whatever the size of the fetches and wherever reading begins, what
// was committed is stored and nothing else is.
func TestReadCommitted(t *testing.T) {
	seed := int64(parts.Seed(t))
	broker, topic := realTopic(t, 2)
	var mu sync.Mutex
	var want []string
	var wg sync.WaitGroup
	for producing := range 3 {
		wg.Go(func() {
			random := rand.New(rand.NewSource(seed + int64(producing)))
			p, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
				kgo.TransactionalID(fmt.Sprintf("%s-%d", topic, producing)))
			if err != nil {
				t.Error(err)
				return
			}
			defer p.Close()
			for tx := range 40 {
				if err := p.BeginTransaction(); err != nil {
					t.Error(err)
					return
				}
				end := kgo.TryAbort
				if random.Intn(2) == 0 {
					end = kgo.TryCommit
				}
				for i := range random.Intn(5) + 1 {
					ids, messages := names(fmt.Sprintf("p%d-t%02d-%d-%v", producing, tx, i, bool(end)), random.Intn(4)+1)
					produce(t, p, topic, random.Intn(2), messages...)
					if end == kgo.TryCommit {
						mu.Lock()
						want = append(want, ids...)
						mu.Unlock()
					}
				}
				if err := p.EndTransaction(t.Context(), end); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, size := range []int32{100, 2000, 1 << 20} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			cfg := realConfig(broker, topic)
			cfg.Group += t.Name()
			cfg.Flush.Rows = 37
			sink := &memory{}
			small := func(c *Consumer) { c.fetchBytes = fetchBytes{size * 2, size} }
			// A few restarts, so that reading begins in the middle of transactions.
			for i := range 3 {
				c := start(t, cfg, sink, small)
				eventually(t, "some rows", func() bool { return len(sink.ids()) >= len(want)*i/4 })
				c.stop()
			}
			c := start(t, cfg, sink, small)
			c.drained(t)
			if diff := cmp.Diff(sorted(want), sink.ids()); diff != "" {
				t.Errorf("stored %d of %d (-want +got):\n%s", len(sink.ids()), len(want), diff)
			}
			sink.check(t)
			began := time.Now()
			c.drained(t) // the log ends in a marker: its offset is committed too
			t.Logf("%d rows, empty wait %s", len(want), time.Since(began))
		})
	}
}

func TestRebalanceOnKafka(t *testing.T) {
	leakless(t)
	broker, topic := realTopic(t, 4)
	rebalance(t, broker, realConfig(broker, topic))
}

func TestTopicCreatedAfterStartOnKafka(t *testing.T) {
	broker, topic := realTopic(t, 1)
	cfg := realConfig(broker, topic)
	late := topic + "-late"
	cfg.Topics = append(cfg.Topics, Topic{Name: late, Kind: PredictionsTopic})
	sink := &memory{}
	c := start(t, cfg, sink)
	produce(t, producer(t, broker), topic, 0, prediction("a"))
	c.drained(t)
	createTopic(t, broker, late, 2)
	p := producer(t, broker)
	produce(t, p, late, 0, prediction("b"))
	produce(t, p, late, 1, prediction("c"))
	c.drained(t)
	if diff := cmp.Diff([]string{"a", "b", "c"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

// A crash in an insert leaves a pending range in the broker's offsets; the next
// process stores it first, then goes on.
func TestRestartOnKafka(t *testing.T) {
	leakless(t)
	broker, topic := realTopic(t, 1)
	cfg := realConfig(broker, topic)
	cfg.StopTimeout = 0
	ids, messages := names("a", 500)
	p := producer(t, broker)
	produce(t, p, topic, 0, messages[:300]...)
	sink := &memory{}
	doom(t, cfg, sink, func(die func(context.Context) error) {
		sink.after = func(ctx context.Context, _ *Batch) error { return die(ctx) }
	})
	sink.after = nil
	first := sink.calls()[0]
	produce(t, p, topic, 0, messages[300:]...)
	cfg.Flush.Rows = 33
	start(t, cfg, sink).drained(t)
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	first.suspect = true
	if diff := cmp.Diff(first, sink.calls()[1], cmp.AllowUnexported(insert{}, place{})); diff != "" {
		t.Errorf("range stored again: %s", diff)
	}
}

// A process that was stopped past its session can commit nothing: neither a new
// intent nor the completion of an old one.
func TestZombieIsFenced(t *testing.T) {
	broker, topic := realTopic(t, 1)
	cfg := realConfig(broker, topic)
	c, err := New(cfg, []Model{churn}, &memory{}, discardLog, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.cluster.close()
	live := start(t, cfg, &memory{})
	produce(t, producer(t, broker), topic, 0, prediction("a"))
	live.drained(t)
	g := &generation{Consumer: c, log: discardLog, committer: &committer{
		client: c.cluster.client, group: cfg.Group, generation: 0, member: "a-member-long-gone", requests: make(chan commit),
	}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go g.committer.run(ctx)
	at := place{topic, 0}
	if err := g.commit(ctx, newPartition(at, Topic{Kind: PredictionsTopic}, 0, nil), 0, span{0, 0}.pending()); !errors.Is(err, errFenced) {
		t.Errorf("commit of a zombie: %v, want %v", err, errFenced)
	}
	all, err := c.cluster.committed(t.Context(), []place{at})
	if err != nil {
		t.Fatal(err)
	}
	if got := all[at]; got.CommittedOffset != 1 || strings.HasPrefix(got.Metadata, "pending") {
		t.Errorf("committed: %+v, want offset 1 without metadata", got)
	}
}

// The lockstep on the real broker, for the record.
func BenchmarkRoundOnKafka(b *testing.B) {
	broker := parts.Kafka(b)
	topic := fmt.Sprintf("ingest-bench-%d", time.Now().UnixNano())
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(broker), Timeout: parts.Patience, Transport: transport}
	if _, err := client.CreateTopics(b.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}}); err != nil {
		b.Fatal(err)
	}
	c := start(b, realConfig(broker, topic), &discard{})
	p := producer(b, broker)
	_, messages := names("a", 3000)
	c.drained(b)
	for b.Loop() {
		produce(b, p, topic, 0, messages...)
		c.drained(b)
	}
}
