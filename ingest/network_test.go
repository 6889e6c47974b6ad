package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
)

// The network between us and the broker cuts, stalls and swallows answers, those
// to commits among them, while messages come in.
func TestNetworkStormBeforeTheBroker(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker behind a proxy")
	}
	chosen := parts.Seed(t)
	var proxy *parts.Proxy
	direct := ""
	broker := parts.KafkaCluster(t, 1, func(listen string) string {
		proxy, direct = parts.NewProxy(t, listen), listen
		return proxy.Address
	})[0]
	createTopic(t, broker.Address, "predictions", 2)
	cfg := config(broker.Address)
	cfg.Topics = cfg.Topics[:1]
	cfg.Flush.Rows = 50
	sink := &memory{}
	c := start(t, cfg, sink)
	ctx, calm := context.WithCancel(t.Context())
	var storm sync.WaitGroup
	storm.Go(func() { proxy.Storm(ctx, rand.New(rand.NewPCG(chosen, 0)), 300*time.Millisecond) })
	// The producer's answers are lost too: it repeats, and is idempotent.
	p := producer(t, broker.Address)
	var want []string
	for n := range 60 {
		ids, messages := names(fmt.Sprintf("m%03d", n), 20)
		produce(t, p, "predictions", n%2, messages...)
		want = append(want, ids...)
		time.Sleep(100 * time.Millisecond)
	}
	calm()
	storm.Wait()
	eventually(t, "all stored", func() bool { return len(sink.ids()) >= len(want) })
	c.drained(t)
	if diff := cmp.Diff(sorted(want), sink.ids()); diff != "" {
		t.Errorf("stored %d of %d through %s before %s (-want +got):\n%s", len(sink.ids()), len(want), proxy.Address, direct, diff)
	}
	sink.check(t)
}

// A broker that is lost without a word, connections half open, is noticed by our
// own patience, and reading goes on over new connections.
func TestBrokerLostWithoutAWord(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker behind a proxy")
	}
	var proxy *parts.Proxy
	broker := parts.KafkaCluster(t, 1, func(listen string) string {
		proxy = parts.NewProxy(t, listen)
		return proxy.Address
	})[0]
	createTopic(t, broker.Address, "predictions", 1)
	cfg := config(broker.Address)
	cfg.Topics = cfg.Topics[:1]
	sink := &memory{}
	c := start(t, cfg, sink)
	produce(t, producer(t, broker.Address), "predictions", 0, prediction("a"))
	c.drained(t)
	proxy.HalfOpen()
	began := time.Now()
	produce(t, producer(t, broker.Address), "predictions", 0, prediction("b"))
	for len(sink.ids()) < 2 && time.Since(began) < parts.Patience {
		time.Sleep(50 * time.Millisecond)
	}
	if diff := cmp.Diff([]string{"a", "b"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
	t.Logf("stored after %s", time.Since(began).Round(10*time.Millisecond))
	sink.check(t)
}
