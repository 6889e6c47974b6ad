package app

import (
	"context"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// RejectOptions select rejects; the zero value of a field selects all.
type RejectOptions struct {
	Since                time.Time
	Model, Topic, Reason string
}

func (o RejectOptions) filter() ingest.RejectFilter {
	return ingest.RejectFilter{Since: o.Since, Model: o.Model, Topic: o.Topic, Reason: o.Reason}
}

// Rejects is what is rejected now. It is JSON for programs.
type Rejects struct {
	Counts []RejectCount `json:"counts"`
	Newest []Reject      `json:"newest"`
}

// RejectCount is how many rejects one reason and model have.
type RejectCount struct {
	Reason     string    `json:"reason"`
	Model      string    `json:"model"` // "" when it could not be read
	Rows       uint64    `json:"rows"`
	First      time.Time `json:"first"`
	Last       time.Time `json:"last"`
	Replayable uint64    `json:"replayable"` // of rows, those whose message is kept whole
}

// Reject is one rejected message.
type Reject struct {
	At        time.Time `json:"at"`
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Offset    int64     `json:"offset"`
	Place     string    `json:"place,omitempty"` // in a file
	Model     string    `json:"model"`
	Reason    string    `json:"reason"`
	Detail    string    `json:"detail"`
	Excerpt   string    `json:"excerpt"`
	Bytes     int       `json:"bytes"`
}

// ListRejects counts the open rejects and returns the newest of them.
func ListRejects(ctx context.Context, store *clickhouse.Store, o RejectOptions, limit int) (Rejects, error) {
	out := Rejects{Counts: []RejectCount{}, Newest: []Reject{}}
	counts, err := store.RejectCounts(ctx, o.filter())
	if err != nil {
		return out, err
	}
	for _, c := range counts {
		out.Counts = append(out.Counts, RejectCount{c.Reason, c.Model, c.Rows, c.First, c.Last, c.Whole})
	}
	newest, err := store.Rejects(ctx, o.filter(), limit)
	for _, r := range newest {
		out.Newest = append(out.Newest, Reject{
			At: r.At, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Place: r.Place, Model: r.Model,
			Reason: string(r.Reason), Detail: r.Detail, Excerpt: r.Excerpt, Bytes: r.Size,
		})
	}
	return out, err
}

// Replayed says what became of rejects. It is JSON for programs.
type Replayed struct {
	Stored  int            `json:"stored"`             // became events
	Skipped int            `json:"not_selected"`       // none of those that the mapping asks for
	Failed  map[string]int `json:"rejected_by_reason"` // still no events, by their newest reason
	Lost    uint64         `json:"not_kept"`           // their messages are not kept whole, or not any more
	Dry     bool           `json:"dry_run"`
}

// ReplayRejects decodes the selected rejects by the configuration as it is now
// and stores what can be read.
func ReplayRejects(ctx context.Context, store *clickhouse.Store, c config.Config, o RejectOptions, dry bool, progress func(seen, total int)) (Replayed, error) {
	out := Replayed{Failed: map[string]int{}, Dry: dry}
	counts, err := store.RejectCounts(ctx, o.filter())
	if err != nil {
		return out, err
	}
	total := 0
	for _, n := range counts {
		total += int(n.Whole)
		out.Lost += n.Rows - n.Whole
	}
	cfg, models := decoding(c)
	replay, err := ingest.NewReplayer(cfg, models, store, store).Run(ctx, o.filter(), dry, func(seen int) { progress(seen, total) })
	out.Stored, out.Skipped = replay.Stored, replay.Skipped
	for reason, n := range replay.Failed {
		out.Failed[string(reason)] = n
	}
	return out, err
}
