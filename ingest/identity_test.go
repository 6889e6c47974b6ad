package ingest

import (
	"errors"
	"testing"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTopicIDs(t *testing.T) {
	for name, start := range map[string]func(testing.TB) string{
		"kfake": func(t testing.TB) string { _, broker := fake(t); return broker },
		"kafka": func(t testing.TB) string { return parts.Kafka(t) },
	} {
		t.Run(name, func(t *testing.T) {
			broker := start(t)
			if name == "kafka" {
				for _, topic := range []string{"predictions", "outcomes"} {
					createTopic(t, broker, topic, 2)
				}
			}
			cfg := config(broker)
			cfg.Topics = append(cfg.Topics, Topic{Name: "absent", Kind: PredictionsTopic})
			c, err := newCluster(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer c.close()
			ids, err := c.topicIDs(t.Context())
			if err != nil || len(ids) != 2 || !differ(ids["predictions"], ids["outcomes"]) {
				t.Errorf("ids %v, %v: want those of the two topics that exist", ids, err)
			}
			again, err := c.topicIDs(t.Context())
			if diff := cmp.Diff(ids, again); diff != "" || err != nil {
				t.Errorf("asked again: %v %s", err, diff)
			}
		})
	}
}

// What a broker says about topics is read to the end and never past it.
func TestTopicIDsOfADamagedAnswer(t *testing.T) {
	answer := kmsg.NewPtrMetadataResponse()
	answer.SetVersion(identityVersion)
	b := kmsg.NewMetadataResponseBroker()
	b.Host, b.Rack = "localhost", kmsg.StringPtr("a")
	answer.Brokers = append(answer.Brokers, b, b)
	p := kmsg.NewMetadataResponseTopicPartition()
	p.Replicas, p.ISR = []int32{1, 2, 3}, []int32{1}
	topic := kmsg.NewMetadataResponseTopic()
	topic.Topic, topic.TopicID, topic.Partitions = kmsg.StringPtr("predictions"), topicID{1, 2, 3}, []kmsg.MetadataResponseTopicPartition{p, p}
	gone := topic
	gone.Topic, gone.ErrorCode = kmsg.StringPtr("gone"), 3
	answer.Topics = append(answer.Topics, gone, topic)
	whole := append(make([]byte, 5), answer.AppendTo(nil)...) // correlation, no tags
	ids, err := decodeIdentities(whole)
	if diff := cmp.Diff(map[string]topicID{"predictions": {1, 2, 3}}, ids); diff != "" || err != nil {
		t.Fatalf("%v %s", err, diff)
	}
	for n := range len(whole) - 5 { // what is cut of the last four bytes and tags tells nothing
		if _, err := decodeIdentities(whole[:n]); !errors.Is(err, errCutShort) {
			t.Fatalf("the first %d of %d bytes: %v, want an error", n, len(whole), err)
		}
	}
}

// A topic that was created anew and has grown past what was read of the former
// one, so that offsets look as if nothing had happened, is read from its start:
// while the consumer runs, and after a restart with an offset that outlived its
// topic. Its ranges are not taken for the former ones.
func TestRecreatedTopicLongerThanBefore(t *testing.T) {
	broker, topic := realTopic(t, 1)
	cfg := realConfig(broker, topic)
	p := producer(t, broker)
	_, old := names("old", 50)
	ids, fresh := names("new", 200)
	sink := &memory{}
	c := start(t, cfg, sink)
	produce(t, p, topic, 0, old...)
	c.drained(t)

	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(broker), Timeout: parts.Patience, Transport: transport}
	recreate := func() {
		t.Helper()
		response, err := client.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{topic}})
		if err == nil {
			err = response.Errors[topic]
		}
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "topic created anew", func() bool {
			response, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}})
			return err == nil && response.Errors[topic] == nil
		})
		produce(t, producer(t, broker), topic, 0, fresh...)
	}
	afresh := &memory{}
	c.sink = afresh // no insert is under way
	recreate()
	eventually(t, "all of the new topic stored", func() bool { return len(afresh.ids()) == len(ids) })
	if diff := cmp.Diff(ids, afresh.ids()); diff != "" {
		t.Errorf("running: %s", diff)
	}
	if got := testutil.ToFloat64(c.metrics.resets.WithLabelValues(topic)); got != 1 {
		t.Errorf("running: %v resets counted, want 1", got)
	}
	c.drained(t)
	c.stop()

	// A commit of the old topic that came after its end.
	all, err := c.cluster.committed(t.Context(), []place{{topic, 0}})
	if err != nil {
		t.Fatal(err)
	}
	c.cluster.close()
	recreate()
	stale := all[place{topic, 0}]
	_, err = client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: cfg.Group, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{
		topic: {{Partition: 0, Offset: 100, Metadata: stale.Metadata}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	again := &memory{}
	next := start(t, cfg, again)
	next.drained(t)
	if diff := cmp.Diff(ids, again.ids()); diff != "" {
		t.Errorf("after a restart: %s", diff)
	}
	if got := testutil.ToFloat64(next.metrics.resets.WithLabelValues(topic)); got != 1 {
		t.Errorf("after a restart: %v resets counted, want 1", got)
	}
}

func TestTokensTellTopicsApart(t *testing.T) {
	a := Batch{Topic: "events", TopicID: topicID{1}.String(), First: 5, Last: 9}
	b := a
	b.TopicID = topicID{2}.String()
	if a.Token("t") == b.Token("t") {
		t.Errorf("both topics have the token %s", a.Token("t"))
	}
}
