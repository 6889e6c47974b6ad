package ingest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Batches in every codec, from one producer each, are read from one partition; so
// are records without key, without value, and with headers.
func TestAllCodecs(t *testing.T) {
	_, broker := fake(t)
	sink := &memory{}
	c := start(t, config(broker), sink)
	var want []string
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		ids, messages := names(name, 200)
		p := producer(t, broker, kgo.ProducerBatchCompression(codec))
		produce(t, p, "predictions", 0, messages...)
		want = append(want, ids...)
		for _, r := range []*kgo.Record{
			{Value: []byte(prediction(name + "-headers")), Key: []byte(name), Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("x")}, {Key: "empty"}}},
			{Value: nil, Key: []byte(name)},
		} {
			r.Topic = "predictions"
			if err := p.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, name+"-headers", string(EmptyMessage))
	}
	c.drained(t)
	if diff := cmp.Diff(sorted(want), sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
}

// A batch that arrives damaged is refused by its checksum and fetched again; what
// came before it in the answer is kept, and nothing is skipped. One that is the
// first of its answer is counted.
func TestDamagedBatchIsFetchedAgain(t *testing.T) {
	cluster, broker := fake(t)
	var mu sync.Mutex
	var batches [][]byte
	cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		records := append([]byte(nil), r.(*kmsg.ProduceRequest).Topics[0].Partitions[0].Records...)
		records[7] = byte(10 * len(batches)) // the base offset, which the broker gives
		batches = append(batches, records)
		return nil, nil, false
	})
	var damaged atomic.Int64
	cluster.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		request := r.(*kmsg.FetchRequest)
		if len(request.Topics) == 0 || damaged.Load() >= 2 {
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.FetchResponse)
		for _, asked := range request.Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic = asked.Topic
			for _, p := range asked.Partitions {
				partition := kmsg.NewFetchResponseTopicPartition()
				partition.Partition = p.Partition
				if asked.Topic == "predictions" {
					mu.Lock()
					bad := slices.Concat(batches[p.FetchOffset/10:]...)
					mu.Unlock()
					bad[len(bad)-1] ^= 0xff // in the last batch
					partition.HighWatermark, partition.LastStableOffset, partition.RecordBatches = 20, 20, bad
					damaged.Add(1)
				}
				topic.Partitions = append(topic.Partitions, partition)
			}
			response.Topics = append(response.Topics, topic)
		}
		return response, nil, true
	})
	ids, messages := names("a", 20)
	p := producer(t, broker, kgo.ProducerBatchCompression(kgo.NoCompression()))
	produce(t, p, "predictions", 0, messages[:10]...)
	produce(t, p, "predictions", 0, messages[10:]...)
	sink := &memory{}
	c := start(t, config(broker), sink)
	eventually(t, "all stored", func() bool { return len(sink.ids()) == 20 })
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	if got := testutil.ToFloat64(c.metrics.errors.WithLabelValues(opFetch)); got < 1 {
		t.Errorf("%v failed fetches counted, %d answers were damaged", got, damaged.Load())
	}
}

// Whoever commits, in whichever generation, commits for partitions that this
// generation has given to it.
func TestNoCommitForALostPartition(t *testing.T) {
	cluster, broker := fake(t, kfake.SeedTopics(4, "predictions"))
	type owner struct {
		member     string
		generation int32
	}
	var mu sync.Mutex
	owned := map[owner]map[place]bool{}
	var wrong []string
	commits := 0
	cluster.ControlKey(int16(kmsg.SyncGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		request := r.(*kmsg.SyncGroupRequest)
		for _, a := range request.GroupAssignment {
			var assignment kmsg.ConsumerMemberAssignment
			if err := assignment.ReadFrom(a.MemberAssignment); err != nil {
				wrong = append(wrong, err.Error())
			}
			all := map[place]bool{}
			for _, topic := range assignment.Topics {
				for _, p := range topic.Partitions {
					all[place{topic.Topic, int(p)}] = true
				}
			}
			owned[owner{a.MemberID, request.Generation}] = all
		}
		return nil, nil, false
	})
	cluster.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		request := r.(*kmsg.OffsetCommitRequest)
		for _, topic := range request.Topics {
			for _, p := range topic.Partitions {
				commits++
				if at := (place{topic.Topic, int(p.Partition)}); !owned[owner{request.MemberID, request.Generation}][at] {
					wrong = append(wrong, at.String())
				}
			}
		}
		return nil, nil, false
	})
	rebalance(t, broker, config(broker))
	mu.Lock()
	defer mu.Unlock()
	if len(wrong) > 0 || commits == 0 || len(owned) < 3 {
		t.Errorf("%d commits in %d assignments, %d of them for partitions of others: %v", commits, len(owned), len(wrong), wrong)
	}
}

// A group whose offsets have expired reads everything again, from the start of the
// log, and says so; the storage keeps one copy (internal/clickhouse,
// TestEverythingReadAgain).
func TestExpiredOffsetsReadFromTheStart(t *testing.T) {
	_, broker := fake(t)
	ids, messages := names("a", 100)
	p := producer(t, broker)
	produce(t, p, "predictions", 0, messages...)
	first := start(t, config(broker), &memory{})
	first.drained(t)
	first.stop()
	request := kmsg.NewPtrDeleteGroupsRequest()
	request.Groups = []string{"driftd"}
	if response, err := request.RequestWith(t.Context(), p); err != nil || response.Groups[0].ErrorCode != 0 {
		t.Fatal(err, response)
	}
	sink := &memory{}
	start(t, config(broker), sink).drained(t)
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

// A log that ends in a marker has nothing to read at its end, and says so at once:
// the fetch loop waits all the same.
func TestTrailingMarkerIsNoHotLoop(t *testing.T) {
	broker, topic := realTopic(t, 1)
	p := producer(t, broker, kgo.TransactionalID(topic))
	if err := p.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, p, topic, 0, prediction("a"))
	if err := p.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	proxy := &countingDial{}
	c := start(t, realConfig(broker, topic), &memory{}, func(c *Consumer) {
		c.cluster.transport.Dial, c.watchInterval = proxy.dial, time.Minute
	})
	c.drained(t)
	time.Sleep(200 * time.Millisecond)
	before := proxy.writes.Load()
	time.Sleep(2 * time.Second)
	// A long poll lasts half a second; metadata come to a few more.
	if got := proxy.writes.Load() - before; got > 20 {
		t.Errorf("%d requests in 2 s with nothing to read", got)
	} else {
		t.Logf("%d requests in 2 s", got)
	}
}
