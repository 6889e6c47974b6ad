package ingest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// How long a leader may wait for the first message of an answer, and how often
// leaders are looked up in the transport's cache.
const (
	longPoll       = 500 * time.Millisecond
	leaderInterval = 200 * time.Millisecond
	parkTime       = 200 * time.Millisecond
	corruptPark    = 5 * time.Second
)

// fetchBytes bounds the answer of one leader and, within it, of one partition,
// as they come over the wire: compressed. A batch larger than that still comes,
// alone.
type fetchBytes struct{ total, partition int32 }

var defaultFetchBytes = fetchBytes{8 << 20, 1 << 20}

// budget bounds the bytes fetched and not yet stored, up to one answer of each
// leader: what a fetch will bring is known only afterwards.
type budget struct {
	limit int64
	used  atomic.Int64
	gauge prometheus.Gauge
}

func (b *budget) take(n int64)    { b.gauge.Set(float64(b.used.Add(n))) }
func (b *budget) release(n int64) { b.gauge.Set(float64(b.used.Add(-n))) }
func (b *budget) exhausted() bool { return b.used.Load() >= b.limit }

// pressed reports whether batches must go although they could still grow, so
// that there is room to fetch while they are stored.
func (b *budget) pressed() bool { return b.used.Load() >= b.limit/2 }

// fetcher runs one loop per leader; each asks for all partitions of that leader
// in one request.
type fetcher struct {
	g    *generation
	size fetchBytes

	mu    sync.Mutex
	wakes map[int]chan struct{} // by leader; one token: look again
}

// run follows the leaders until ctx ends.
func (f *fetcher) run(ctx context.Context) {
	var loops sync.WaitGroup
	defer loops.Wait()
	ticker := time.NewTicker(leaderInterval)
	defer ticker.Stop()
	for {
		leaders, err := f.g.cluster.leaders(ctx)
		if err != nil && ctx.Err() == nil {
			f.g.failed(opFetch, "leaders unknown", err)
		}
		for _, leader := range f.assign(leaders) {
			loops.Go(func() { f.loop(ctx, leader) })
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// assign gives every partition to its leader and returns the new leaders.
func (f *fetcher) assign(leaders map[place]int) []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var fresh []int
	for _, p := range f.g.partitions {
		leader, known := leaders[p.place]
		if !known || leader == p.leader {
			continue
		}
		p.leader = leader
		if f.wakes[leader] == nil {
			f.wakes[leader] = make(chan struct{}, 1)
			fresh = append(fresh, leader)
		}
		f.wakeLocked(leader)
	}
	return fresh
}

// wake makes all loops look again at what they may fetch.
func (f *fetcher) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for leader := range f.wakes {
		f.wakeLocked(leader)
	}
}

func (f *fetcher) wakeLocked(leader int) {
	select {
	case f.wakes[leader] <- struct{}{}:
	default:
	}
}

func (f *fetcher) loop(ctx context.Context, leader int) {
	f.mu.Lock()
	wake := f.wakes[leader]
	f.mu.Unlock()
	for ctx.Err() == nil {
		ready, full := f.take(leader)
		wait := longPoll
		if full {
			wait = time.Millisecond // the full ones are ready soon: do not keep them waiting
		}
		got := false
		if len(ready) > 0 {
			got = f.fetch(ctx, ready, wait)
			f.give(ready)
		}
		if got || len(ready) > 0 && !full {
			continue
		}
		timer := time.NewTimer(longPoll / 10)
		if len(ready) == 0 {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take marks the leader's partitions that can be fetched as busy and returns
// them; full says that others were left out because their chunks wait.
func (f *fetcher) take(leader int) (ready []*partition, full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	exhausted := f.g.budget.exhausted()
	for _, p := range f.g.partitions {
		switch {
		case p.leader != leader || p.busy || p.parked:
		case exhausted && p.next > p.replayLast: // a pending range must be read in full before it can be stored
		case len(p.chunks) == cap(p.chunks):
			full = true
		default:
			p.busy = true
			ready = append(ready, p)
		}
	}
	return ready, full
}

func (f *fetcher) give(partitions []*partition) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range partitions {
		p.busy = false
	}
}

// park leaves the partition alone for a while.
func (f *fetcher) park(p *partition, d time.Duration) {
	f.mu.Lock()
	p.parked = true
	f.mu.Unlock()
	time.AfterFunc(d, func() {
		f.mu.Lock()
		p.parked = false
		f.mu.Unlock()
		f.wake()
	})
}

// fetch asks for the partitions, which have one leader, and hands the records
// on. It reports whether there were any.
func (f *fetcher) fetch(ctx context.Context, partitions []*partition, wait time.Duration) bool {
	response, err := f.roundTrip(ctx, partitions, wait)
	switch {
	case ctx.Err() != nil:
		return false
	case err == nil:
		f.g.health.set(opFetch, nil)
		return f.receive(ctx, partitions, response)
	}
	f.g.failed(opFetch, "fetch failed", err)
	if len(partitions) > 1 && !connectionError(err) {
		// One partition's damaged batch spoils the answer for all: ask one by one.
		got := false
		for _, p := range partitions {
			got = f.fetch(ctx, []*partition{p}, time.Millisecond) || got
		}
		return got
	}
	d := parkTime
	if !connectionError(err) {
		d = corruptPark
	}
	for _, p := range partitions {
		f.park(p, d)
	}
	return false
}

func (f *fetcher) roundTrip(ctx context.Context, partitions []*partition, wait time.Duration) (*fetch.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+2*requestTimeout)
	defer cancel()
	request := &fetch.Request{
		ReplicaID: -1, SessionEpoch: -1, // no fetch session
		MaxWaitTime: int32(wait.Milliseconds()), MinBytes: 1, MaxBytes: f.size.total,
		IsolationLevel: int8(kafka.ReadCommitted),
	}
	byTopic := make(map[string]int)
	for _, p := range partitions {
		i, seen := byTopic[p.place.topic]
		if !seen {
			i = len(request.Topics)
			byTopic[p.place.topic] = i
			request.Topics = append(request.Topics, fetch.RequestTopic{Topic: p.place.topic})
		}
		request.Topics[i].Partitions = append(request.Topics[i].Partitions, fetch.RequestPartition{
			Partition: int32(p.place.partition), CurrentLeaderEpoch: -1, FetchOffset: p.next, LogStartOffset: -1,
			PartitionMaxBytes: f.size.partition,
		})
	}
	response, err := f.g.cluster.transport.RoundTrip(ctx, f.g.cluster.client.Addr, request)
	if err != nil {
		return nil, err
	}
	r := response.(*fetch.Response)
	if r.ErrorCode != 0 {
		return nil, kafka.Error(r.ErrorCode)
	}
	return r, nil
}

// connectionError reports whether err says nothing about the data.
func connectionError(err error) bool {
	var network net.Error
	var code kafka.Error
	var route *fetch.Error // a leader that is not known, or has moved
	return errors.As(err, &network) || errors.As(err, &code) || errors.As(err, &route) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}
