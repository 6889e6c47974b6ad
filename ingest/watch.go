package ingest

import (
	"context"
	"time"
)

// watch looks after what the fetch loops cannot see, and reports true when the
// group must deal its partitions anew: one that exists is not read, or a topic is
// another one than before.
func (g *generation) watch(ctx context.Context) bool {
	ticker := time.NewTicker(g.watchInterval)
	defer ticker.Stop()
	missing := 0
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		case <-g.doubt:
		}
		anew, err := g.topicsAnew(ctx)
		unread := 0
		if err == nil {
			unread, err = g.unread(ctx)
		}
		if err == nil {
			err = g.measureLag(ctx)
		}
		if err != nil {
			if ctx.Err() == nil {
				g.failed(opOffsets, "partitions not checked", err)
			}
			continue
		}
		if anew {
			return true
		}
		if unread == 0 {
			missing = 0
			continue
		}
		// It must be missing twice, for metadata take a moment to spread.
		if missing++; missing == 2 {
			g.log.Info("partitions without reader found: rebalancing", "partition", unread)
			return true
		}
	}
}

// unread counts the partitions that exist and that the group does not read: a new
// one, one of a new topic, or one that the group's leader did not see.
func (g *generation) unread(ctx context.Context) (int, error) {
	partitions, err := g.cluster.partitions(ctx)
	if err != nil {
		return 0, err
	}
	assigned, stable, err := g.cluster.assigned(ctx)
	if err != nil || !stable {
		return 0, err
	}
	n := 0
	for _, p := range partitions {
		if !assigned[place{p.Topic, p.ID}] {
			n++
		}
	}
	return n, nil
}

// topicsAnew reports whether a topic that we read was deleted and created anew.
// Its log may be longer than what was read of the former one, so that offsets
// alone do not tell.
func (g *generation) topicsAnew(ctx context.Context) (bool, error) {
	ids, err := g.cluster.topicIDs(ctx)
	if err != nil {
		return false, err
	}
	for _, p := range g.partitions {
		if differ(p.id, ids[p.place.topic]) {
			return true, nil
		}
	}
	return false, nil
}

// suspectTopics asks for the topics to be looked at now.
func (g *generation) suspectTopics() {
	select {
	case g.doubt <- struct{}{}:
	default: // they will be
	}
}

// measureLag asks where the logs end: while storage is slow, no fetch tells.
func (g *generation) measureLag(ctx context.Context) error {
	if len(g.partitions) == 0 {
		return nil
	}
	places := make([]place, len(g.partitions))
	for i, p := range g.partitions {
		places[i] = p.place
	}
	all, err := g.cluster.bounds(ctx, places)
	if err != nil {
		return err
	}
	for _, p := range g.partitions {
		p.stable.Store(all[p.place].end)
		g.observeLag(p.place.topic)
	}
	return nil
}
