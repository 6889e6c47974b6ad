//go:build linux

package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// position names one record.
type position struct {
	topic     string
	partition int
	offset    int64
}

func (p position) String() string { return fmt.Sprintf("%s/%d@%d", p.topic, p.partition, p.offset) }

// brokerLog asks the broker, by clients that are not the daemon's.
type brokerLog struct {
	address string
	client  *kafka.Client
}

func newBrokerLog(address string) *brokerLog {
	// Connections to a killed broker are of no use: none is kept. A busy one takes longer
	// than the client waits by default.
	return &brokerLog{address, &kafka.Client{Addr: kafka.TCP(address), Timeout: 30 * time.Second, Transport: &kafka.Transport{IdleTimeout: time.Second}}}
}

func (b *brokerLog) create(ctx context.Context) error {
	response, err := b.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: "predictions", NumPartitions: predictionPartitions, ReplicationFactor: 1},
		{Topic: "outcomes", NumPartitions: outcomePartitions, ReplicationFactor: 1},
	}})
	if err != nil {
		return err
	}
	return errors.Join(response.Errors["predictions"], response.Errors["outcomes"])
}

func eachPartition(visit func(topic string, partition int)) {
	for p := range predictionPartitions {
		visit("predictions", p)
	}
	for p := range outcomePartitions {
		visit("outcomes", p)
	}
}

// stored is what the group has committed for one partition.
type stored struct {
	offset      int64
	first, last int64 // the pending range, when pending
	pending     bool
}

func (b *brokerLog) committed(ctx context.Context) (map[position]stored, error) {
	request := &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{}}
	eachPartition(func(topic string, p int) { request.Topics[topic] = append(request.Topics[topic], p) })
	response, err := b.client.OffsetFetch(ctx, request)
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return nil, err
	}
	all := make(map[position]stored)
	for topic, partitions := range response.Topics {
		for _, p := range partitions {
			if p.Error != nil {
				return nil, p.Error
			}
			s := stored{offset: p.CommittedOffset}
			_, err := fmt.Sscanf(p.Metadata, "pending %d-%d", &s.first, &s.last)
			s.pending = err == nil
			all[position{topic, p.Partition, 0}] = s
		}
	}
	return all, nil
}

// progress is how far the group is, over all partitions.
func progress(all map[position]stored) (sum int64) {
	for _, s := range all {
		sum += max(0, s.offset)
	}
	return sum
}

// ends returns where the committed part of every partition ends.
func (b *brokerLog) ends(ctx context.Context) (map[position]int64, error) {
	request := &kafka.ListOffsetsRequest{IsolationLevel: kafka.ReadCommitted, Topics: map[string][]kafka.OffsetRequest{}}
	eachPartition(func(topic string, p int) {
		request.Topics[topic] = append(request.Topics[topic], kafka.LastOffsetOf(p))
	})
	response, err := b.client.ListOffsets(ctx, request)
	if err != nil {
		return nil, err
	}
	ends := make(map[position]int64)
	for topic, partitions := range response.Topics {
		for _, p := range partitions {
			if p.Error != nil {
				return nil, p.Error
			}
			ends[position{topic, p.Partition, 0}] = p.LastOffset
		}
	}
	return ends, nil
}

// drained says whether all that is committed in the topics is stored.
func (b *brokerLog) drained(ctx context.Context) bool {
	ends, err := b.ends(ctx)
	if err != nil {
		return false
	}
	committed, err := b.committed(ctx)
	if err != nil {
		return false
	}
	for at, end := range ends {
		if s := committed[at]; s.pending || max(0, s.offset) < end { // -1: nothing was ever committed
			return false
		}
	}
	return true
}

// read returns the key of every record that a reader at the isolation level sees.
func (b *brokerLog) read(ctx context.Context, level kgo.IsolationLevel) (map[position]string, error) {
	ends, err := b.ends(ctx)
	if err != nil {
		return nil, err
	}
	from := make(map[string]map[int32]kgo.Offset)
	left := 0
	for at, end := range ends {
		if end == 0 {
			continue
		}
		if from[at.topic] == nil {
			from[at.topic] = make(map[int32]kgo.Offset)
		}
		from[at.topic][int32(at.partition)] = kgo.NewOffset().AtStart()
		left++
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(b.address), kgo.ConsumePartitions(from),
		kgo.FetchIsolationLevel(level), kgo.KeepControlRecords()) // the log may end in a marker
	if err != nil {
		return nil, err
	}
	defer client.Close()
	keys := make(map[position]string)
	for left > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) {
			at := position{r.Topic, int(r.Partition), r.Offset}
			if !r.Attrs.IsControl() {
				keys[at] = string(r.Key)
			}
			if r.Offset == ends[position{r.Topic, int(r.Partition), 0}]-1 {
				left--
			}
		})
	}
	return keys, nil
}
