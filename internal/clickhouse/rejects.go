package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// RejectCount is how many rejects are open, for one reason and model.
type RejectCount struct {
	Reason      string
	Model       string // "" when it could not be read
	Rows        uint64
	First, Last time.Time
	Whole       uint64 // of Rows, those that can be replayed
}

// RejectCounts counts the rejects that are not replayed, most frequent first.
func (s *Store) RejectCounts(ctx context.Context, f ingest.RejectFilter) ([]RejectCount, error) {
	var counts []RejectCount
	err := s.read(ctx, call{file: "open_reject_counts", subject: "count rejects", args: filter(f)}, func(rows driver.Rows) error {
		var c RejectCount
		err := rows.Scan(&c.Reason, &c.Model, &c.Rows, &c.First, &c.Last, &c.Whole)
		c.First, c.Last = c.First.UTC(), c.Last.UTC()
		counts = append(counts, c)
		return err
	})
	return counts, err
}

// Rejects returns the newest rejects that are not replayed, without messages.
func (s *Store) Rejects(ctx context.Context, f ingest.RejectFilter, limit int) ([]ingest.Rejected, error) {
	return s.rejects(ctx, "open_rejects", f, limit)
}

// FirstRejects returns the rejects of the smallest offsets that are not
// replayed, without messages.
func (s *Store) FirstRejects(ctx context.Context, f ingest.RejectFilter, limit int) ([]ingest.Rejected, error) {
	return s.rejects(ctx, "first_rejects", f, limit)
}

func (s *Store) rejects(ctx context.Context, query string, f ingest.RejectFilter, limit int) ([]ingest.Rejected, error) {
	a := filter(f)
	a["limit"] = limit
	var all []ingest.Rejected
	err := s.read(ctx, call{file: query, subject: "list rejects", args: a}, func(rows driver.Rows) error {
		r, err := scanReject(rows)
		all = append(all, r)
		return err
	})
	return all, err
}

// replayBytes bounds the messages of one page.
const replayBytes = 32 << 20

// Replayable implements [ingest.RejectStore].
func (s *Store) Replayable(ctx context.Context, f ingest.RejectFilter, after ingest.Rejected, limit int) ([]ingest.Rejected, error) {
	a := filter(f)
	a["limit"], a["after_topic"], a["after_partition"], a["after_offset"] = limit, after.Topic, after.Partition, after.Offset
	var all []ingest.Rejected
	bytes := 0
	err := s.read(ctx, call{file: "open_reject_messages", subject: "read rejected messages", args: a}, func(rows driver.Rows) error {
		if bytes > replayBytes {
			return nil // the next page begins here
		}
		var key, message string
		var names, values []string
		r, err := scanReject(rows, &key, &names, &values, &message)
		r.Message = []byte(message)
		if key != "" {
			r.Key = []byte(key)
		}
		for i, name := range names {
			r.Headers = append(r.Headers, ingest.Header{Key: name, Value: []byte(values[i])})
		}
		bytes += len(message)
		all = append(all, r)
		return err
	})
	return all, err
}

// SaveReplays implements [ingest.RejectStore].
func (s *Store) SaveReplays(ctx context.Context, replays []ingest.Replayed) error {
	var rows [][]any
	for _, r := range replays {
		stored := uint8(0)
		if r.Stored {
			stored = 1
		}
		rows = append(rows, []any{r.Topic, uint32(r.Partition), uint64(r.Offset), stored, r.Model, string(r.Reason), r.Detail})
	}
	return s.insertRows(ctx, call{file: "insert_reject_replays", subject: "record replayed rejects"}, rows)
}

func filter(f ingest.RejectFilter) args {
	since := f.Since
	if since.IsZero() {
		since = time.Unix(0, 0)
	}
	return args{"since": since, "model": f.Model, "topic": f.Topic, "reason": f.Reason}
}

func scanReject(rows driver.Rows, more ...any) (r ingest.Rejected, err error) {
	var partition, size uint32
	var offset uint64
	var kind, reason string
	err = rows.Scan(append([]any{&r.Topic, &partition, &offset, &r.Time, &r.At, &kind, &r.ReadAs, &r.Place, &r.Model, &reason, &r.Detail, &r.Excerpt, &size}, more...)...)
	r.Partition, r.Offset, r.Size = int(partition), int64(offset), int(size)
	r.Kind, r.Reason = ingest.TopicKind(kind), ingest.Reason(reason)
	r.Time, r.At = r.Time.UTC(), r.At.UTC()
	return r, err
}
