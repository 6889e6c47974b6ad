package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// Quality is what became of the messages of one model in one bucket.
type Quality struct {
	Bucket   time.Time
	Kind     ingest.TopicKind
	Events   uint64 // stored, by their own time
	Rejected uint64 // not stored and not replayed, by their Kafka timestamp
}

// Rate returns the share of messages that were rejected, 0 to 1.
func (q Quality) Rate() float64 {
	if q.Rejected == 0 {
		return 0
	}
	return float64(q.Rejected) / float64(q.Events+q.Rejected)
}

// RejectsByBucket returns, for every bucket of [from, to) with messages, how
// many of the model's became events and how many did not, predictions before
// outcomes. Rejects whose model could not be read are counted for the model ""
// only; rows of files are not counted. Both times are aligned to buckets.
func (s *Store) RejectsByBucket(ctx context.Context, model string, from, to time.Time, bucket time.Duration) ([]Quality, error) {
	var all []Quality
	err := s.read(ctx, call{
		file:    "rejects_by_bucket",
		subject: fmt.Sprintf("count rejects of %s from %s to %s", model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   predictionsTable(model),
		args:    args{"model": model, "from": from, "to": to, "bucket": bucket.Milliseconds()},
	}, func(rows driver.Rows) error {
		var number int64
		var kind string
		var q Quality
		err := rows.Scan(&number, &kind, &q.Events, &q.Rejected)
		q.Bucket, q.Kind = time.UnixMilli(number*bucket.Milliseconds()).UTC(), ingest.TopicKind(kind)
		all = append(all, q)
		return err
	})
	return all, err
}
