package ingest

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go/protocol"
)

// replayRows is how many rejects are replayed at a time.
const replayRows = 5000

// Replay is what became of rejects that were decoded again.
type Replay struct {
	Stored  int            // became events
	Skipped int            // are none of those that the mapping asks for
	Failed  map[Reason]int // still cannot, by their newest reason
}

// Replayer decodes rejected messages again, after the configuration has been
// mended, and stores what can be read now under its own topic, partition and
// offset.
//
// A message becomes an event once, however often and whenever this is killed:
// events are looked up before they are inserted, and only then is the reject
// marked. Of a message with several events, those that were good before stay as
// they are.
type Replayer struct {
	cfg     Config
	models  []Model
	sink    EventSink
	rejects RejectStore
	metrics *metrics
}

// EventSink stores events one by one.
type EventSink interface {
	// InsertMissing stores those events of the batch that are not stored yet,
	// known by offset, prediction id and version.
	InsertMissing(ctx context.Context, b *Batch) error
}

// NewReplayer returns a replayer. Of the configuration, the longest message
// counts.
func NewReplayer(cfg Config, models []Model, sink EventSink, rejects RejectStore) *Replayer {
	return &Replayer{cfg: cfg, models: models, sink: sink, rejects: rejects, metrics: newMetrics(nil, nil, models)}
}

// Run replays every reject that the filter selects. A dry run stores nothing
// and tells what would be. progress is told how many have been seen.
func (r *Replayer) Run(ctx context.Context, f RejectFilter, dry bool, progress func(seen int)) (Replay, error) {
	decoders := make(map[readAs]*decoding)
	total := Replay{Failed: make(map[Reason]int)}
	seen := 0
	for after := (Rejected{Reject: Reject{Offset: -1}}); ; {
		page, err := r.rejects.Replayable(ctx, f, after, replayRows)
		if err != nil || len(page) == 0 {
			return total, err
		}
		for rest := page; len(rest) > 0; {
			n := alike(rest)
			how := readAs{rest[0].ReadAs, rest[0].Kind}
			if decoders[how] == nil {
				if decoders[how], err = newDecoding(r.cfg.Topic(how.topic, how.kind), r.cfg, r.models, r.metrics); err != nil {
					return total, err
				}
			}
			if err := r.replay(ctx, rest[:n], decoders[how], dry, &total); err != nil {
				return total, err
			}
			rest = rest[n:]
		}
		after = page[len(page)-1]
		seen += len(page)
		progress(seen)
	}
}

// readAs is how a message is decoded.
type readAs struct {
	topic string
	kind  TopicKind
}

// Topic returns the topic of that name and kind as it is configured now; of
// one that is not, messages are driftd's own.
func (c Config) Topic(name string, kind TopicKind) Topic {
	for _, t := range c.Topics {
		if t.Name == name && t.Kind == kind {
			return t
		}
	}
	return Topic{Name: name, Kind: kind}
}

// alike returns how many of the first rejects are of one partition and read
// alike.
func alike(rejects []Rejected) int {
	for i, r := range rejects {
		if first := rejects[0]; r.Topic != first.Topic || r.Partition != first.Partition || r.Kind != first.Kind || r.ReadAs != first.ReadAs {
			return i
		}
	}
	return len(rejects)
}

// replay decodes rejects of one partition, stores what can be read now, and
// then says so.
func (r *Replayer) replay(ctx context.Context, rejects []Rejected, d *decoding, dry bool, total *Replay) error {
	first := rejects[0]
	b := newRange(place{first.Topic, first.Partition}, first.Offset, d.decoder.Models())
	skipped := make(map[int64]bool)
	for _, reject := range rejects {
		events, failures := b.events, len(b.Rejects)
		b.add(record{
			offset: reject.Offset, time: reject.Time, value: protocol.NewBytes(reject.Message),
			beside: &beside{key: reject.Key, headers: reject.Headers},
		}, d)
		skipped[reject.Offset] = b.events == events && len(b.Rejects) == failures
	}
	batch := b.close()
	failed := make(map[int64]Reject, len(batch.Rejects))
	for _, reject := range batch.Rejects {
		failed[reject.Offset] = reject
	}
	batch.Rejects = nil // they are stored
	if !dry && b.events > 0 {
		if err := r.sink.InsertMissing(ctx, batch); err != nil {
			return fmt.Errorf("replay offsets %d to %d of %s: %w", batch.First, batch.Last, batch.placeName(), err)
		}
	}
	var replays []Replayed
	for _, before := range rejects {
		replayed := Replayed{Topic: before.Topic, Partition: before.Partition, Offset: before.Offset}
		now, still := failed[before.Offset]
		switch {
		case skipped[before.Offset]:
			total.Skipped++
			replayed.Stored = true
		case !still:
			total.Stored++
			replayed.Stored = true
		default:
			total.Failed[now.Reason]++
			if now.Model == before.Model && now.Reason == before.Reason && now.Detail == before.Detail {
				continue
			}
			replayed.Model, replayed.Reason, replayed.Detail = now.Model, now.Reason, now.Detail
		}
		replays = append(replays, replayed)
	}
	if dry || len(replays) == 0 {
		return nil
	}
	return r.rejects.SaveReplays(ctx, replays)
}
