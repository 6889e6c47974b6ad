package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
)

// generation is the work on the partitions that the group has given us, from
// one rebalance to the next.
type generation struct {
	*Consumer
	log        *slog.Logger
	committer  *committer
	budget     *budget
	partitions []*partition
	fetcher    *fetcher
	attempts   attempts
	doubt      chan struct{} // one token: the topics may be others than before
}

// serve works on one generation of the group until the group ends it
// (membership), ctx ends, or somebody else turns out to own our partitions.
func (c *Consumer) serve(ctx, membership context.Context, kg *kafka.Generation) error {
	g := &generation{
		Consumer: c,
		log:      c.log.With("generation", kg.ID),
		committer: &committer{
			client: c.cluster.client, group: kg.GroupID, generation: int(kg.ID), member: kg.MemberID,
			requests: make(chan commit),
		},
		budget: &budget{limit: int64(c.cfg.MaxInFlight), gauge: c.metrics.inFlight},
		doubt:  make(chan struct{}, 1),
	}
	fetching, stopFetching := context.WithCancel(membership)
	defer stopFetching()
	defer context.AfterFunc(ctx, stopFetching)()
	// Storing outlives fetching: a batch in work is finished, within bounds. When
	// the group takes the partitions away, heartbeats have stopped already and we
	// must be back within the session timeout.
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()
	defer context.AfterFunc(fetching, func() {
		grace := c.cfg.SessionTimeout / 2
		if ctx.Err() != nil {
			grace = c.cfg.StopTimeout
		}
		sleep(working, grace)
		stopWorking()
	})()

	if err := g.locate(fetching, kg.Assignments); err != nil {
		return err
	}
	g.metrics.assigned.Set(float64(len(g.partitions)))
	defer g.metrics.assigned.Set(0)
	defer g.metrics.inFlight.Set(0)
	defer g.forgetHealth()
	g.log.Info("partitions assigned", "partition", len(g.partitions))

	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { g.committer.run(working) })
	background.Go(func() { g.fetcher.run(fetching) })
	background.Go(func() {
		if g.watch(fetching) {
			stopFetching() // leaving this function makes the group rebalance
		}
	})
	var work errgroup.Group
	for _, p := range g.partitions {
		work.Go(func() error { return g.gather(fetching, p) })
		work.Go(func() error {
			err := g.store(working, fetching, p)
			stopFetching() // one partition's end is the generation's
			if errors.Is(err, errFenced) {
				stopWorking()
			}
			return err
		})
	}
	background.Go(func() {
		if g.guard(working) {
			stopFetching()
			stopWorking()
		}
	})
	<-fetching.Done()
	defer stopWorking()
	return g.join(working, &work)
}

// locate finds where each assigned partition goes on: at its pending range, at
// the committed offset, or at the start of the log.
func (g *generation) locate(ctx context.Context, assignments map[string][]kafka.PartitionAssignment) error {
	g.fetcher = &fetcher{g: g, size: g.fetchBytes, wakes: make(map[int]chan struct{})}
	var places []place
	for topic, partitions := range assignments {
		for _, p := range partitions {
			places = append(places, place{topic, p.ID})
		}
	}
	if len(places) == 0 {
		return nil
	}
	var committed map[place]kafka.OffsetFetchPartition
	var starts map[place]bounds
	var ids map[string]topicID
	var anew map[place]bool
	for attempt := 1; ; attempt++ {
		var err error
		if ids, err = g.cluster.topicIDs(ctx); err == nil {
			committed, err = g.cluster.committed(ctx, places)
		}
		if err == nil {
			anew = g.forgetFormerTopics(ids, committed)
			starts, err = g.starts(ctx, committed)
		}
		if err == nil {
			break
		}
		if ctx.Err() == nil {
			g.failed(opOffsets, "committed offsets unknown", err, "attempt", attempt)
		}
		if !backoff(ctx, attempt) {
			return fmt.Errorf("find committed offsets: %w", ctx.Err())
		}
	}
	maps.Copy(g.lives, ids)
	for _, at := range places {
		start, replay := committed[at].CommittedOffset, (*span)(nil)
		if start < 0 {
			start = starts[at].first
			if anew[at] {
				g.metrics.resets.WithLabelValues(at.topic).Inc()
				g.metrics.gaps.WithLabelValues(at.topic).Add(float64(start)) // what retention has taken of it
				g.log.Error("topic was created anew: reading it from the start", "topic", at.topic, "partition", at.partition, "offset", start)
			}
			g.log.Info("no committed offset: reading from the start of the log", "topic", at.topic, "partition", at.partition, "offset", start)
		} else if pending, ok := parsePending(committed[at].Metadata, start); ok {
			replay = &pending
		}
		p := newPartition(at, g.topics[at.topic], start, replay)
		p.id = ids[at.topic]
		g.partitions = append(g.partitions, p)
	}
	return nil
}

// forgetFormerTopics reduces the metadata to the pending ranges and takes back
// the offsets that speak of a topic which has been created anew since. It returns
// the partitions of such topics.
func (g *generation) forgetFormerTopics(ids map[string]topicID, committed map[place]kafka.OffsetFetchPartition) map[place]bool {
	anew := make(map[place]bool)
	for at, c := range committed {
		pending, id := parseMetadata(c.Metadata)
		c.Metadata = pending
		if c.CommittedOffset < 0 { // the broker forgets them with the topic
			id = g.lives[at.topic]
		}
		if differ(id, ids[at.topic]) {
			anew[at] = true
			c.CommittedOffset, c.Metadata = -1, ""
		}
		committed[at] = c
	}
	return anew
}

// starts finds the start of the log of the partitions without committed offset.
func (g *generation) starts(ctx context.Context, committed map[place]kafka.OffsetFetchPartition) (map[place]bounds, error) {
	var unread []place
	for at, c := range committed {
		if c.CommittedOffset < 0 {
			unread = append(unread, at)
		}
	}
	if len(unread) == 0 {
		return nil, nil
	}
	return g.cluster.bounds(ctx, unread)
}

func (g *generation) wake() { g.fetcher.wake() }

// observeLag sets the lag of the topic, as far as its partitions are ours.
func (g *generation) observeLag(topic string) {
	lag := int64(0)
	for _, p := range g.partitions {
		if p.place.topic == topic {
			lag += max(0, p.stable.Load()-p.completed.Load())
		}
	}
	g.metrics.lag.WithLabelValues(topic).Set(float64(lag))
}

// forgetHealth takes back what was said about partitions that are no longer ours.
func (g *generation) forgetHealth() {
	for _, p := range g.partitions {
		g.health.set(p.place.String(), nil)
	}
}
