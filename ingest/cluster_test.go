package ingest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Three brokers, every partition on all of them. Under load the leader of a
// partition is killed and comes back, once for each broker, so that the group's
// coordinator moves as well: what was acknowledged is stored once.
func TestLeadersMove(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three brokers")
	}
	brokers := parts.KafkaCluster(t, 3, nil)
	const topic, partitions = "events", 6
	var seeds []string
	for _, b := range brokers {
		seeds = append(seeds, b.Address)
	}
	transport := &kafka.Transport{MetadataTTL: 200 * time.Millisecond}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(seeds...), Timeout: parts.Patience, Transport: transport}
	created, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 3}}})
	if err == nil {
		err = created.Errors[topic]
	}
	if err != nil {
		t.Fatal(err)
	}
	cfg := config(seeds[0])
	cfg.Brokers, cfg.Topics = seeds, []Topic{{Name: topic, Kind: PredictionsTopic}}
	cfg.Flush.Rows = 200
	sink := &memory{}
	c := start(t, cfg, sink)

	p := producer(t, seeds[0], kgo.SeedBrokers(seeds...), kgo.RequiredAcks(kgo.AllISRAcks()))
	var want []string
	var load sync.WaitGroup
	stop := make(chan struct{})
	load.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			ids, messages := names(fmt.Sprintf("m%05d", n), 10)
			var records []*kgo.Record
			for _, m := range messages {
				records = append(records, &kgo.Record{Topic: topic, Partition: int32(n % partitions), Value: []byte(m)})
			}
			if err := p.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
				t.Error(err)
				return
			}
			want = append(want, ids...)
		}
	})
	calls := func() int { return len(sink.calls()) }
	for i, b := range brokers {
		before := calls()
		eventually(t, "some ranges stored", func() bool { return calls() > before+10 })
		killed := time.Now()
		if err := b.Kill(); err != nil {
			t.Fatal(err)
		}
		// Every partition has a range of its own again.
		moved := map[int]bool{}
		seen := calls()
		for len(moved) < partitions && time.Since(killed) < parts.Patience {
			time.Sleep(20 * time.Millisecond)
			all := sink.calls()
			for _, call := range all[seen:] {
				moved[call.at.partition] = true
			}
			seen = len(all)
		}
		t.Logf("broker %d of 3 killed: all partitions stored again after %s", i+1, time.Since(killed).Round(10*time.Millisecond))
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // until its replicas are in sync: two must be
	}
	close(stop)
	load.Wait()
	c.drained(t)
	if diff := cmp.Diff(sorted(want), sink.ids()); diff != "" {
		t.Errorf("stored %d of %d (-want +got):\n%s", len(sink.ids()), len(want), diff)
	}
	sink.check(t)
	t.Logf("%d messages, 0 lost, 0 twice", len(want))
}
