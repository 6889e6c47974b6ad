package ingest

import (
	"context"
	"fmt"
	"sync"

	"github.com/driftd/driftd/ingest/schema"
)

// obtain returns a channel that is closed once the schema that record r lacks is
// there. Until then the partition stalls: nothing more is decoded, so that
// fetching stops too, while what was decoded before goes its way. Nothing is
// rejected because the registry is away, and nothing is committed that was not
// stored. The work ends with ctx.
func (g *generation) obtain(ctx context.Context, p *partition, r record, lacks schema.Key, work *sync.WaitGroup) <-chan struct{} {
	there := make(chan struct{})
	work.Go(func() {
		if g.fetchSchema(ctx, p, r, lacks) {
			close(there)
		}
	})
	return there
}

// fetchSchema asks for the schema until it has an answer. It reports false when
// ctx has ended before.
func (g *generation) fetchSchema(ctx context.Context, p *partition, r record, lacks schema.Key) bool {
	key := "schema of " + p.place.String()
	for attempt := 1; ; attempt++ {
		err := g.schemas.Fetch(ctx, lacks, r.time)
		if err == nil {
			if attempt > 1 {
				g.log.Info("partition goes on: the schema registry has answered", "topic", p.place.topic, "partition", p.place.partition, "offset", r.offset, "schema", lacks, "attempt", attempt)
			}
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if attempt == 1 {
			g.metrics.stalled.Inc()
			defer g.metrics.stalled.Dec()
			defer g.health.set(key, nil)
		}
		g.health.set(key, fmt.Errorf("%s waits at offset %d: %w", p.place, r.offset, err))
		if g.quiet.allow(key) {
			g.log.Warn("partition waits for the schema registry", "topic", p.place.topic, "partition", p.place.partition, "offset", r.offset, "schema", lacks, "attempt", attempt, "err", err)
		}
		if !backoff(ctx, attempt) {
			return false
		}
	}
}
