package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestBatchesCloseOnRowsBytesAndTime(t *testing.T) {
	_, broker := fake(t)
	_, messages := names("a", 1000)
	produce(t, producer(t, broker), "predictions", 0, messages...)
	size := len(messages[0])
	for _, test := range []struct {
		name  string
		flush Flush
		want  []int // rows of the batches; the last one closes on time
	}{
		{"rows", Flush{Rows: 300, Bytes: 1 << 30, After: 200 * time.Millisecond}, []int{300, 300, 300, 100}},
		{"bytes", Flush{Rows: 1 << 30, Bytes: Bytes(400 * size), After: 200 * time.Millisecond}, []int{400, 400, 200}},
		{"time", Flush{Rows: 1 << 30, Bytes: 1 << 30, After: 200 * time.Millisecond}, []int{1000}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(broker)
			cfg.Group, cfg.Flush, cfg.MaxInFlight = test.name, test.flush, 1<<30
			sink := &memory{}
			start(t, cfg, sink).drained(t)
			var got []int
			next := int64(0)
			for _, call := range sink.calls() {
				got = append(got, call.rows)
				if call.first != next {
					t.Errorf("batch starts at %d, want %d: ranges must join", call.first, next)
				}
				next = call.last + 1
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A replay takes exactly its range, also when the range ends in offsets that
// hold nothing to read; what lies beyond goes into the next batch.
func TestReplayEndsInAGap(t *testing.T) {
	g := &generation{Consumer: &Consumer{cfg: config("")}}
	d, err := newDecoding(Topic{Kind: PredictionsTopic}, g.cfg, []Model{churn}, newMetrics(nil, nil, []Model{churn}))
	if err != nil {
		t.Fatal(err)
	}
	at := func(offset int64) record {
		return record{offset: offset, value: protocol.NewBytes([]byte(prediction(fmt.Sprint(offset))))}
	}
	for _, test := range []struct {
		name       string
		chunk      chunk
		rows, left int
	}{
		{"records beyond", chunk{records: []record{at(0), at(1), at(5), at(6)}, next: 7}, 2, 2},
		{"none beyond", chunk{records: []record{at(0), at(1)}, next: 7}, 2, 0},
		{"nothing visible", chunk{next: 7}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			replay := newReplay(place{"predictions", 0}, span{0, 3}, d.decoder.Models())
			rest := g.fill(replay, test.chunk, d)
			if !replay.full(g.cfg.Flush) || replay.rows != test.rows || replay.close().Last != 3 {
				t.Errorf("replay: %d rows, range ends at %d, want %d rows and 3", replay.rows, replay.Last, test.rows)
			}
			next := newRange(place{"predictions", 0}, replay.next, d.decoder.Models())
			if rest = g.fill(next, rest, d); len(rest.records) != 0 || next.rows != test.left || next.First != 4 || next.next != 7 {
				t.Errorf("next batch: %d rows in [%d,%d), want %d in [4,7)", next.rows, next.First, next.next, test.left)
			}
		})
	}
}

// A stop gives a long insert its time and completes it, heartbeats going on,
// even when it takes longer than the session.
func TestStopFinishesALongInsert(t *testing.T) {
	_, broker := fake(t, kfake.GroupMinSessionTimeout(time.Second))
	cfg := config(broker)
	cfg.SessionTimeout = time.Second
	entered := make(chan struct{}, 1)
	sink := &memory{before: func(ctx context.Context, _ *Batch, _ bool) error {
		entered <- struct{}{}
		if !sleep(ctx, 2500*time.Millisecond) {
			return ctx.Err()
		}
		return nil
	}}
	c := start(t, cfg, sink)
	produce(t, producer(t, broker), "predictions", 0, prediction("a"))
	<-entered
	c.stop()
	if got := committedMetadata(t, c); got.CommittedOffset != 1 || got.Metadata != "" || len(sink.ids()) != 1 {
		t.Errorf("committed %+v, stored %v: want offset 1 without metadata, and the row", got, sink.ids())
	}
}

// With the storage down, what is held in memory stays bounded and the group is
// not left; when it is back, everything comes in.
func TestSlowStorageStopsFetching(t *testing.T) {
	cluster, broker := fake(t)
	sink, restore := unavailable()
	cfg := config(broker)
	cfg.Flush.Bytes, cfg.MaxInFlight = 256<<10, 1<<20
	c := start(t, cfg, sink, func(c *Consumer) { c.fetchBytes = fetchBytes{128 << 10, 128 << 10} })
	// Uncompressed: the budget may be exceeded by one answer, whose size Kafka
	// bounds as it comes over the wire.
	p := producer(t, broker, kgo.ProducerBatchCompression(kgo.NoCompression()))
	ids, messages := names("a", 40_000) // 9 MB
	for len(messages) > 0 {
		produce(t, p, "predictions", 0, messages[:500]...)
		messages = messages[500:]
	}
	eventually(t, "unhealthy", func() bool { return c.Healthy() != nil })
	eventually(t, "a batch is held", func() bool { return testutil.ToFloat64(c.metrics.inFlight) >= 256<<10 })
	time.Sleep(1500 * time.Millisecond) // more than one heartbeat
	// One open batch, one being stored, and the chunks queued for decoding. kfake
	// may answer with one batch more than asked for.
	if got := testutil.ToFloat64(c.metrics.inFlight); got > 1.5*(1<<20) || got < 256<<10 {
		t.Errorf("%v bytes in flight, want at most about 1 MB", got)
	}
	if info := cluster.GroupInfo("driftd"); info == nil || len(info.Members) != 1 {
		t.Errorf("group while storage is down: %+v", info)
	}
	restore()
	c.drained(t)
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	for _, call := range sink.calls() {
		if call.suspect {
			t.Errorf("suspect after errors that say that nothing was applied: %+v", call)
		}
	}
	eventually(t, "nothing in flight", func() bool { return testutil.ToFloat64(c.metrics.inFlight) == 0 })
	eventually(t, "no lag", func() bool { return testutil.ToFloat64(c.metrics.lag.WithLabelValues("predictions")) == 0 })
}

// A range that was begun with more memory than there is now must be read in full
// all the same, or its partition would stand still.
func TestPendingRangeLargerThanTheMemoryIsStored(t *testing.T) {
	_, broker := fake(t)
	ids, messages := names("a", 4000) // 900 kB
	p := producer(t, broker)
	for some := range slices.Chunk(messages, 100) { // a fetch returns whole batches
		produce(t, p, "predictions", 0, some...)
	}
	sink := &memory{}
	cfg := config(broker)
	cfg.Flush.After, cfg.StopTimeout = time.Minute, 0
	cfg.Flush.Rows = len(messages)
	doom(t, cfg, sink, func(die func(context.Context) error) {
		sink.before = func(ctx context.Context, _ *Batch, _ bool) error { return die(ctx) }
	})

	sink.before = nil
	cfg.Flush.Bytes, cfg.MaxInFlight = 16<<10, 32<<10
	next := start(t, cfg, sink, func(c *Consumer) { c.fetchBytes = fetchBytes{8 << 10, 8 << 10} })
	next.drained(t)
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	if calls := sink.calls(); calls[0].rows != len(ids) || !calls[0].suspect {
		t.Errorf("first insert %+v, want the whole pending range again", calls[0])
	}
}

// An error that does not say that nothing was applied makes the next attempt a
// suspect one, of the same range.
func TestAmbiguousErrorsMakeSuspects(t *testing.T) {
	_, broker := fake(t)
	var tries atomic.Int64
	sink := &memory{}
	sink.after = func(context.Context, *Batch) error {
		if tries.Add(1) == 1 {
			return errDown
		}
		return nil
	}
	c := start(t, config(broker), sink)
	_, messages := names("a", 10)
	produce(t, producer(t, broker), "predictions", 0, messages...)
	c.drained(t)
	at := place{"predictions", 0}
	want := []insert{{at, 0, 9, 10, false}, {at, 0, 9, 10, true}}
	if diff := cmp.Diff(want, sink.calls(), cmp.AllowUnexported(insert{}, place{})); diff != "" {
		t.Error(diff)
	}
}

// A topic that does not exist yet keeps nothing from working, and is read from
// its first message once it does.
func TestTopicCreatedLater(t *testing.T) {
	cluster, broker := fake(t)
	cfg := config(broker)
	cfg.Topics = append(cfg.Topics, Topic{Name: "late", Kind: PredictionsTopic})
	sink := &memory{}
	c := start(t, cfg, sink)
	p := producer(t, broker)
	produce(t, p, "predictions", 0, prediction("a"))
	c.drained(t)
	if diff := cmp.Diff([]string{"a"}, sink.ids()); diff != "" {
		t.Fatal(diff)
	}
	if err := cluster.CreateTopic("late", 2, nil); err != nil {
		t.Fatal(err)
	}
	produce(t, p, "late", 0, prediction("b"))
	produce(t, p, "late", 1, prediction("c"))
	c.drained(t)
	if diff := cmp.Diff([]string{"a", "b", "c"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

func TestPartitionsAddedLater(t *testing.T) {
	_, broker := fake(t)
	sink := &memory{}
	c := start(t, config(broker), sink)
	p := producer(t, broker)
	produce(t, p, "predictions", 0, prediction("a"))
	c.drained(t)
	request := kmsg.NewPtrCreatePartitionsRequest()
	topic := kmsg.NewCreatePartitionsRequestTopic()
	topic.Topic, topic.Count = "predictions", 3
	request.Topics = append(request.Topics, topic)
	if _, err := request.RequestWith(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p = producer(t, broker) // knows the new partitions
	produce(t, p, "predictions", 2, prediction("b"))
	c.drained(t)
	if diff := cmp.Diff([]string{"a", "b"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

func TestLargeAndEmptyMessages(t *testing.T) {
	_, broker := fake(t)
	sink := &memory{}
	cfg := config(broker)
	cfg.MaxMessage = 100 << 10
	c := start(t, cfg, sink, func(c *Consumer) { c.fetchBytes = fetchBytes{10_000, 1000} })
	produce(t, producer(t, broker), "predictions", 0,
		prediction("a"), "", prediction(strings.Repeat("x", 600)), strings.Repeat(" ", 90<<10)+prediction("b"), strings.Repeat("y", 200<<10), prediction("c"))
	c.drained(t)
	want := []string{"a", "b", string(BadField), "c", string(EmptyMessage), string(TooLarge)}
	if diff := cmp.Diff(want, sink.ids()); diff != "" {
		t.Error(diff)
	}
}
