package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go/protocol"
	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/ingest/decode"
)

// Load is how far a file has been loaded: what an offset commit is to a
// partition. Counts are of the ranges before Next.
type Load struct {
	Source   string    // stands for the topic, "file:" and the file's digest
	Name     string    // of the file, as last given
	Kind     TopicKind // what its rows are
	Topic    string    // whose configuration they are read by, "" for none
	Started  time.Time // what the rows have instead of a Kafka timestamp
	Next     int64     // everything before is stored
	Pending  int64     // end of the range from Next on that may be stored in part; Next when there is none
	Rows     int64     // of the file
	Events   int64     // that they became
	Rejected int64     // rows that have a reject
	Skipped  int64     // rows that the mapping does not ask for
	Finished bool
}

// LoadJournal remembers loads.
type LoadJournal interface {
	// Load returns the last state of the source, and false when there is none.
	Load(ctx context.Context, source string) (Load, bool, error)
	// SaveLoad stores a state; the one with the greatest Next is the last, a
	// finished one after all others.
	SaveLoad(ctx context.Context, l Load) error
}

// Loader brings the rows of files into a sink, each exactly once. A file is a
// partition, a row's position its offset: the same decoding, the same ranges
// with intent, insert and completion as for a topic, so that a load that was
// killed is continued by running it again.
type Loader struct {
	cfg     Config
	models  []Model
	sink    Sink
	journal LoadJournal
	log     *slog.Logger
	metrics *metrics
}

// NewLoader returns a loader. Of the configuration, the batches' limits and
// the longest message count.
func NewLoader(cfg Config, models []Model, sink Sink, journal LoadJournal, log *slog.Logger) *Loader {
	return &Loader{
		cfg: cfg, models: models, sink: sink, journal: journal,
		log: log.With("component", "load"), metrics: newMetrics(nil, nil, models),
	}
}

// insertAttempts bounds how often one range is tried: a command tells who
// waits for it that the storage is down.
const insertAttempts = 8

// Run loads rows from where the load stands to their end and returns its last
// state. progress is called with every range that was stored. An error of the
// rows ends the load after what could be read was stored.
func (l *Loader) Run(ctx context.Context, at Load, rows Rows, progress func(Load)) (Load, error) {
	d, err := newDecoding(l.cfg.Topic(at.Topic, at.Kind), l.cfg, l.models, l.metrics)
	if err != nil {
		return at, err
	}
	closed := make(chan *fileRange)
	group, working := errgroup.WithContext(ctx)
	var unread error // what is wrong with the file
	end := at.Next
	group.Go(func() error {
		defer close(closed)
		end, unread = l.read(working, at, rows, d, closed)
		return nil
	})
	group.Go(func() error {
		for b := range closed {
			var err error
			if at, err = l.store(working, at, b); err != nil {
				return err
			}
			progress(at)
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return at, err
	}
	if unread != nil {
		return at, unread
	}
	at.Next, at.Pending, at.Finished = end, end, true
	return at, l.journal.SaveLoad(ctx, at)
}

// read cuts the rows into ranges, the pending one first. It returns the
// position after the last row.
func (l *Loader) read(ctx context.Context, at Load, rows Rows, d *decoding, closed chan<- *fileRange) (int64, error) {
	here := place{topic: at.Source}
	models := d.decoder.Models()
	open := &fileRange{rangeBatch: newRange(here, at.Next, models)}
	if at.Pending > at.Next {
		open.rangeBatch = newReplay(here, span{at.Next, at.Pending - 1}, models)
	}
	hand := func(b *fileRange) bool {
		select {
		case closed <- b:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for {
		row, err := rows.Next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			// What is whole is stored; a range that was begun before is not cut
			// short, because it must come out the same every time.
			if open.begun() && !open.replay {
				hand(open)
			}
			return open.next, err
		}
		if ended {
			if open.replay {
				open.next = open.until
			}
			if open.begun() && !hand(open) {
				return open.next, ctx.Err()
			}
			return open.next, nil
		}
		if row.Offset < open.First {
			continue // stored by an earlier run
		}
		if open.full(l.cfg.Flush) || open.replay && row.Offset >= open.until {
			if open.replay {
				open.next = open.until
			}
			next := open.next
			if !hand(open) {
				return next, ctx.Err()
			}
			open = &fileRange{rangeBatch: newRange(here, next, models)}
		}
		open.addRow(row, at.Started, d)
	}
}

// fileRange is a range of a file.
type fileRange struct {
	*rangeBatch
	read int64 // rows
}

// addRow decodes one row into the range.
func (b *fileRange) addRow(row Row, started time.Time, d *decoding) {
	b.read++
	rejects := len(b.Rejects)
	switch {
	case row.Size > len(row.Value):
		b.rejectRow(row, started, d.topic, &decode.Reject{Reason: TooLarge, Detail: fmt.Sprintf("the row has %d bytes, more than are read: send fewer features or raise kafka.max_message", row.Size)})
	case row.Wrong != "":
		b.rejectRow(row, started, d.topic, &decode.Reject{Reason: BadRow, Detail: row.Wrong})
	default:
		b.add(record{offset: row.Offset, time: started, value: protocol.NewBytes(row.Value)}, d)
	}
	for i := rejects; i < len(b.Rejects); i++ {
		b.Rejects[i].Place = row.Place
	}
}

// rejectRow adds a row that is no message: decoding it again cannot help, so
// that it is not kept whole.
func (b *fileRange) rejectRow(row Row, started time.Time, topic Topic, r *decode.Reject) {
	b.next = row.Offset + 1
	b.rows++
	b.bytes += int64(len(row.Value))
	b.reject(row.Offset, decode.Record{Value: row.Value, Time: started}, r, topic)
	last := &b.Rejects[len(b.Rejects)-1]
	last.Message, last.Size = nil, row.Size
}

// store brings one range in: intent, which also completes what came before,
// and insert. It returns the state after it.
func (l *Loader) store(ctx context.Context, at Load, b *fileRange) (Load, error) {
	batch := b.close()
	suspect := b.replay
	at.Next, at.Pending = batch.First, batch.Last+1
	if !suspect {
		if err := l.journal.SaveLoad(ctx, at); err != nil {
			return at, err
		}
	}
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, defaultInsertTimeout)
		err := l.sink.Insert(limited, batch, suspect)
		cancel()
		if err == nil {
			break
		}
		err = fmt.Errorf("insert rows %d to %d: %w", batch.First, batch.Last, err)
		suspect = suspect || ambiguous(err)
		if attempt == insertAttempts || ctx.Err() != nil {
			return at, err
		}
		l.log.Warn("insert failed, trying again", "attempt", attempt, "err", err)
		if !backoff(ctx, attempt) {
			return at, err
		}
	}
	at.Next = batch.Last + 1
	at.Rows += b.read
	at.Events += int64(b.events)
	at.Rejected += int64(len(batch.Rejects))
	for _, n := range b.skips {
		at.Skipped += int64(n)
	}
	return at, nil
}
