package ingest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// queuedChunks is how many fetched chunks may wait for decoding: one in work,
// one ready, so that decoding and fetching overlap.
const queuedChunks = 2

// chunk is what one fetch brought for one partition.
type chunk struct {
	records []record
	next    int64 // offset after the chunk
	reset   bool  // the partition starts anew at next; no records
}

// partition is one partition that this generation owns. Three goroutines work
// on it, in this order: a fetch loop, gather, store.
type partition struct {
	place  place
	id     topicID // of the topic
	topic  Topic
	beside bool  // the mapping asks for keys or headers
	start  int64 // first offset to read
	replay *span // range to be stored again first, or nil

	chunks chan chunk
	closed chan *rangeBatch

	// Of the fetch loops, under their mutex.
	next       int64
	leader     int
	busy       bool  // a fetch is under way
	parked     bool  // waiting after an error
	replayLast int64 // end of the pending range, -1 without one
	beyond     int   // empty answers in a row while the log ends before replay does

	anew      atomic.Bool  // offsets come a second time, with other records
	stable    atomic.Int64 // end of what can be read, as last told by the leader
	completed atomic.Int64 // everything before is stored
}

func newPartition(at place, topic Topic, start int64, replay *span) *partition {
	p := &partition{
		place: at, topic: topic, beside: topic.mapping().Beside(topic.Kind.events()), start: start, replay: replay,
		chunks: make(chan chunk, queuedChunks), closed: make(chan *rangeBatch),
		next: start, leader: -1, replayLast: -1,
	}
	if replay != nil {
		p.replayLast = replay.last
	}
	p.completed.Store(start)
	p.stable.Store(start)
	return p
}

// gather decodes chunks into batches and hands each batch on when it is full, or
// when it has waited long enough, or memory is short, and store is free to take it.
func (g *generation) gather(ctx context.Context, p *partition) error {
	models := g.models.Load()
	d, err := g.decoding(p, *models)
	if err != nil {
		return err
	}
	open := newRange(p.place, p.start, d.decoder.Models())
	if p.replay != nil {
		open = newReplay(p.place, *p.replay, d.decoder.Models())
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	var rest chunk             // not yet in a batch
	var waiting bool           // the timer runs, or has run off
	var due, seal bool         // the batch has waited long enough; the batch must go before a reset
	var schema <-chan struct{} // closed when the schema is there that the next record lacks; nil if it lacks none
	var work sync.WaitGroup
	defer work.Wait()
	for {
		if now := g.models.Load(); now != models && !open.begun() && !open.replay && schema == nil {
			models = now // declared while running
			if d, err = g.decoding(p, *models); err != nil {
				return err
			}
			open = newRange(p.place, open.First, d.decoder.Models())
		}
		if !seal && schema == nil {
			if rest = g.fill(open, rest, d); d.next.lacks != nil {
				schema = g.obtain(ctx, p, rest.records[0], *d.next.lacks, &work)
			}
		}
		if open.begun() && !waiting && !open.replay {
			timer.Reset(g.untilFlush())
			waiting = true
		}
		due = due || open.begun() && !open.replay && g.budget.pressed()
		full := open.full(g.cfg.Flush) || seal
		in, out := p.chunks, p.closed
		if full || schema != nil {
			in = nil
		}
		if !full && !due {
			out = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			due = true
		case <-schema:
			schema = nil
		case out <- open:
			timer.Stop()
			waiting, due, seal = false, false, false
			next := open.next
			if rest.reset {
				next, rest = rest.next, chunk{}
			}
			open = newRange(p.place, next, d.decoder.Models())
		case c := <-in:
			g.wake()
			switch {
			case !c.reset:
				rest = c
			case open.begun() && !open.replay:
				rest, seal = c, true
			default:
				g.budget.release(open.bytes)
				open = newRange(p.place, c.next, d.decoder.Models())
			}
		}
	}
}

// decoding returns what turns the partition's records into rows.
func (g *generation) decoding(p *partition, models []Model) (*decoding, error) {
	d, err := newDecoding(p.topic, g.cfg, models, g.metrics)
	if err == nil && p.topic.Format.Registered() {
		d.schemas = g.schemas.NewDecoder(p.topic.Format, int(g.cfg.MaxMessage))
	}
	return d, err
}

// untilFlush returns how long a batch that begins now may wait. All partitions'
// batches become due at the same moments, so that they go into storage together.
func (g *generation) untilFlush() time.Duration {
	now := time.Now()
	return now.Truncate(g.cfg.Flush.After).Add(g.cfg.Flush.After).Sub(now)
}

// fill moves records into the batch until it is full or a record's schema is
// lacking, and returns the others.
func (g *generation) fill(open *rangeBatch, c chunk, d *decoding) chunk {
	for len(c.records) > 0 && !open.full(g.cfg.Flush) {
		r := c.records[0]
		if open.replay && r.offset >= open.until {
			open.next = open.until
			return c
		}
		if !d.load(r) {
			return c
		}
		open.add(r, d)
		c.records = c.records[1:]
	}
	if len(c.records) == 0 && c.next > open.next && !open.full(g.cfg.Flush) {
		open.next = c.next // control records, aborted ones, gaps
		if open.replay {
			open.next = min(open.next, open.until)
		}
	}
	if len(c.records) == 0 && open.next >= c.next {
		return chunk{}
	}
	return c
}
