package ingest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Members come and go while messages come in; each is stored once.
func TestRebalance(t *testing.T) {
	leakless(t)
	_, broker := fake(t, kfake.SeedTopics(4, "predictions"))
	rebalance(t, broker, config(broker))
}

func rebalance(t *testing.T, broker string, cfg Config) {
	sink := &memory{}
	cfg.Flush.Rows = 100
	p := producer(t, broker)
	topic := cfg.Topics[0].Name
	var want []string
	send := func(n int) {
		for range n {
			ids, messages := names(fmt.Sprintf("m%05d", len(want)), 25)
			produce(t, p, topic, len(want)%4, messages...)
			want = append(want, ids...)
		}
	}
	a := start(t, cfg, sink)
	send(20)
	a.drained(t)
	b := start(t, cfg, sink)
	send(20)
	eventually(t, "both have partitions", func() bool { send(1); return assigned(a) > 0 && assigned(b) > 0 })
	send(20)
	b.drained(t) // of what a owns too
	send(5)
	a.stop()
	send(20)
	b.drained(t)
	if diff := cmp.Diff(sorted(want), sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	for _, call := range sink.calls() {
		if call.suspect {
			t.Errorf("suspect insert after an orderly rebalance: %+v", call)
		}
	}
}

// A member stuck in an insert loses its partitions; it stops before it would
// commit for them, and the next owner stores its range again.
func TestStuckInsertPassesOn(t *testing.T) {
	_, broker := fake(t, kfake.SeedTopics(1, "predictions"))
	cfg := config(broker)
	var stuck atomic.Bool
	entered := make(chan struct{}, 1)
	slow := &memory{}
	slow.before = func(ctx context.Context, b *Batch, _ bool) error {
		if b.Topic != "predictions" || stuck.Swap(true) {
			return nil
		}
		entered <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	a := start(t, cfg, slow)
	ids, messages := names("a", 100)
	produce(t, producer(t, broker), "predictions", 0, messages...)
	<-entered
	b := start(t, cfg, slow)
	b.drained(t)
	if diff := cmp.Diff(ids, slow.ids()); diff != "" {
		t.Error(diff)
	}
	slow.check(t)
	if calls := slow.calls(); !calls[0].suspect {
		t.Errorf("the pending range was not suspect: %+v", calls)
	}
	a.stop()
}

func TestDeal(t *testing.T) {
	member := func(id string, topics ...string) kafka.GroupMember { return kafka.GroupMember{ID: id, Topics: topics} }
	part := func(topic string, n int) (all []kafka.Partition) {
		for i := range n {
			all = append(all, kafka.Partition{Topic: topic, ID: i})
		}
		return all
	}
	for _, test := range []struct {
		name       string
		members    []kafka.GroupMember
		partitions []kafka.Partition
		want       kafka.GroupMemberAssignments
	}{
		{"small topics spread over the members", []kafka.GroupMember{member("b", "p", "o"), member("a", "p", "o")}, append(part("p", 1), part("o", 1)...),
			kafka.GroupMemberAssignments{"a": {"o": {0}}, "b": {"p": {0}}}},
		{"every partition has one reader", []kafka.GroupMember{member("a", "p"), member("b", "p")}, part("p", 3),
			kafka.GroupMemberAssignments{"a": {"p": {0, 2}}, "b": {"p": {1}}}},
		{"only to those who read the topic", []kafka.GroupMember{member("a", "p"), member("b", "o")}, append(part("p", 2), part("o", 2)...),
			kafka.GroupMemberAssignments{"a": {"p": {0, 1}}, "b": {"o": {0, 1}}}},
		{"more members than partitions", []kafka.GroupMember{member("a", "p"), member("b", "p")}, part("p", 1),
			kafka.GroupMemberAssignments{"a": {"p": {0}}, "b": {}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, deal(test.members, test.partitions)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPendingMetadata(t *testing.T) {
	for _, test := range []struct {
		metadata string
		offset   int64
		want     bool
	}{
		{span{5, 9}.pending(), 5, true},
		{span{5, 5}.pending(), 5, true},
		{span{5, 9}.pending(), 6, false},
		{"", 0, false},
		{"pending 5-4", 5, false},
		{"pending 5-9 and more", 5, false},
		{"pending five-9", 5, false},
	} {
		if got, ok := parsePending(test.metadata, test.offset); ok != test.want || ok && got.pending() != test.metadata {
			t.Errorf("%q at %d: %v %v, want %v", test.metadata, test.offset, got, ok, test.want)
		}
	}
}

func assigned(r *running) float64 { return testutil.ToFloat64(r.metrics.assigned) }
