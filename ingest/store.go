package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// store brings the partition's batches in, one after the other, until fetching
// ends; then it finishes the one in work, as long as ctx allows.
func (g *generation) store(ctx, fetching context.Context, p *partition) error {
	next := p.start
	committed := true // the offset next is committed, without a pending range
	for {
		var b *rangeBatch
		select {
		case b = <-p.closed:
		default: // nothing is waiting: say at once that all is done
			if !committed {
				if err := g.commit(ctx, p, next, ""); err != nil {
					return err
				}
				g.complete(p, next)
				committed = true
			}
			select {
			case b = <-p.closed:
			case <-fetching.Done():
				return nil
			}
		}
		batch := b.close()
		batch.TopicID = p.id.String()
		if b.rows > 0 {
			if err := g.storeRange(ctx, fetching, p, b, batch); err != nil {
				return err
			}
		}
		g.budget.release(b.bytes)
		g.wake()
		next, committed = b.next, false
	}
}

// storeRange commits the intent, which also completes what came before, and
// inserts. A replayed range has its intent already.
func (g *generation) storeRange(ctx, fetching context.Context, p *partition, b *rangeBatch, batch *Batch) error {
	if b.replay {
		g.metrics.replays.WithLabelValues(batch.Topic).Inc()
		g.log.Info("pending range is stored again", "topic", batch.Topic, "partition", batch.Partition, "offset", batch.First, "rows", b.rows)
	} else {
		if err := g.commit(ctx, p, batch.First, span{batch.First, batch.Last}.pending()); err != nil {
			return err
		}
		g.complete(p, batch.First)
	}
	// A token of the former log's range would swallow this one.
	if err := g.insert(ctx, fetching, batch, b.replay || p.anew.Load()); err != nil {
		return err
	}
	g.metrics.events.WithLabelValues(batch.Topic, stored).Add(float64(b.events))
	g.metrics.events.WithLabelValues(batch.Topic, rejected).Add(float64(len(batch.Rejects)))
	for reason, n := range b.skips {
		g.metrics.skipped.WithLabelValues(batch.Topic, string(reason)).Add(float64(n))
	}
	for _, r := range batch.Rejects {
		g.metrics.rejects.WithLabelValues(string(r.Reason)).Inc()
	}
	g.metrics.batchRows.Observe(float64(b.rows))
	if !b.oldest.IsZero() {
		g.metrics.eventDelay.Observe(time.Since(b.oldest).Seconds())
	}
	return nil
}

// insert tries until the sink has the batch. It gives up when ctx ends, or
// after a failed attempt when fetching has ended: the range stays pending and
// the partition's next owner stores it.
func (g *generation) insert(ctx, fetching context.Context, batch *Batch, suspect bool) error {
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, g.insertTimeout)
		start := time.Now() // for the metric
		g.attempts.begin(batch)
		err := g.sink.Insert(limited, batch, suspect)
		g.attempts.end(batch)
		cancel()
		elapsed := time.Since(start)
		if err == nil {
			g.metrics.insertDuration.WithLabelValues(ok).Observe(elapsed.Seconds())
			g.health.set(batch.placeName(), nil)
			return nil
		}
		g.metrics.insertDuration.WithLabelValues(failed).Observe(elapsed.Seconds())
		err = fmt.Errorf("insert offsets %d to %d of %s: %w", batch.First, batch.Last, batch.placeName(), err)
		suspect = suspect || ambiguous(err)
		if ctx.Err() != nil || fetching.Err() != nil {
			return err
		}
		g.health.set(batch.placeName(), err)
		if g.quiet.allow("insert " + batch.placeName()) {
			g.log.Warn("insert failed", "topic", batch.Topic, "partition", batch.Partition, "offset", batch.First, "attempt", attempt, "elapsed", elapsed, "err", err)
		}
		if !backoff(fetching, attempt) {
			return err
		}
	}
}

func (b *Batch) placeName() string { return place{b.Topic, b.Partition}.String() }

// ambiguous reports whether the insert that failed with err may have been
// applied in part. Errors say so themselves; one that does not is doubted.
func ambiguous(err error) bool {
	var e interface{ Ambiguous() bool }
	return !errors.As(err, &e) || e.Ambiguous()
}

// complete notes that everything before offset is stored and committed.
func (g *generation) complete(p *partition, offset int64) {
	p.completed.Store(offset)
	g.observeLag(p.place.topic)
	g.progress.announce()
}
