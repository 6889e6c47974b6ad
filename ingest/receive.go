package ingest

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// receive hands the answer's records to their partitions.
func (f *fetcher) receive(ctx context.Context, partitions []*partition, response *fetch.Response) bool {
	asked := make(map[place]*partition, len(partitions))
	for _, p := range partitions {
		asked[p.place] = p
	}
	got := false
	for _, t := range response.Topics {
		for i := range t.Partitions {
			answer := &t.Partitions[i]
			p := asked[place{t.Topic, int(answer.Partition)}]
			if p == nil {
				continue
			}
			switch code := kafka.Error(answer.ErrorCode); code {
			case 0:
				got = f.deliver(ctx, p, answer) || got
			case kafka.OffsetOutOfRange:
				f.relocate(ctx, p)
			default: // the leader has moved, the topic is gone, …
				f.g.suspectTopics()
				f.g.failed(opFetch, "fetch refused", code, "topic", p.place.topic, "partition", p.place.partition, "offset", p.next)
				f.park(p, parkTime)
			}
		}
	}
	return got
}

// deliver queues the records of one partition. There is room: this loop alone
// sends, and it has looked.
func (f *fetcher) deliver(ctx context.Context, p *partition, answer *fetch.ResponsePartition) bool {
	p.stable.Store(answer.LastStableOffset)
	records, next, err := visible(answer.RecordSet.Records, answer.AbortedTransactions, p.next, p.beside)
	if err != nil {
		// What was read before the damage is good; the next fetch begins at it.
		f.g.failed(opFetch, "damaged records", err, "topic", p.place.topic, "partition", p.place.partition, "offset", next)
		f.park(p, corruptPark)
	}
	if next == p.next {
		f.watchReplay(ctx, p, answer.LogStartOffset, answer.HighWatermark)
		return false
	}
	bytes := int64(0)
	for _, r := range records {
		bytes += r.size()
	}
	f.g.budget.take(bytes)
	p.beyond, p.next = 0, next
	p.chunks <- chunk{records: records, next: next}
	f.g.observeLag(p.place.topic)
	return true
}

// watchReplay notices a pending range that can never be read in full, because
// the log ends before it does: the topic was created anew.
func (f *fetcher) watchReplay(ctx context.Context, p *partition, start, end int64) {
	if p.next > p.replayLast || end < 0 || end > p.replayLast {
		return
	}
	if p.beyond++; p.beyond >= f.g.patience {
		f.reset(ctx, p, start, end)
	}
}

// relocate finds where to go on when the log no longer holds the next offset.
func (f *fetcher) relocate(ctx context.Context, p *partition) {
	all, err := f.g.cluster.bounds(ctx, []place{p.place})
	if err != nil {
		f.g.failed(opOffsets, "offsets unknown", err, "topic", p.place.topic, "partition", p.place.partition)
		f.park(p, parkTime)
		return
	}
	switch log := all[p.place]; {
	case p.next < log.first:
		lost := log.first - p.next
		f.g.metrics.gaps.WithLabelValues(p.place.topic).Add(float64(lost))
		f.g.log.Error("retention deleted events before they were read", "topic", p.place.topic, "partition", p.place.partition, "offset", p.next, "rows", lost)
		p.next = log.first
		p.chunks <- chunk{next: log.first}
	case p.next > log.end:
		f.reset(ctx, p, log.first, log.end)
	default: // it came back meanwhile
		f.park(p, parkTime)
	}
}

// reset reads the partition from its start: it is not the log that was read. When
// it is that of another topic, the next generation will.
func (f *fetcher) reset(ctx context.Context, p *partition, start, end int64) {
	ids, err := f.g.cluster.topicIDs(ctx)
	if err != nil || differ(p.id, ids[p.place.topic]) {
		f.g.suspectTopics()
		f.park(p, parkTime)
		return
	}
	f.g.metrics.resets.WithLabelValues(p.place.topic).Inc()
	f.g.metrics.gaps.WithLabelValues(p.place.topic).Add(float64(start)) // deleted before it was read
	f.g.log.Error("partition is shorter than what was read of it, as after its topic was created anew: reading it from the start",
		"topic", p.place.topic, "partition", p.place.partition, "offset", p.next, "err", errShorter(end))
	p.beyond, p.next, p.replayLast = 0, start, -1
	p.anew.Store(true)
	p.chunks <- chunk{next: start, reset: true}
}

type errShorter int64

func (e errShorter) Error() string { return fmt.Sprintf("the log ends at %d", int64(e)) }
