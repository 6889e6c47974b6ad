package ingest

import (
	"bytes"
	"context"
	"time"
)

// MaxKept is how many bytes a rejected message may have to be kept whole, so
// that it can be decoded again: what brokers accept by default. Of a longer
// one the excerpt remains.
const MaxKept = 1 << 20

// kept returns a copy of the message, nil when it is too long to be kept.
func kept(message []byte) []byte {
	if len(message) > MaxKept {
		return nil
	}
	return bytes.Clone(message)
}

// keepEncoded keeps a value that has no JSON text as it came; the excerpt is
// of its base64.
func (r *Reject) keepEncoded(value []byte) {
	r.Message, r.Size, r.Encoded = kept(value), len(value), true
}

// Rejected is a stored reject, with its newest reason.
type Rejected struct {
	Topic     string
	Partition int
	At        time.Time // when it was stored
	Reject
}

// RejectFilter selects rejects; the zero value of a field selects all.
type RejectFilter struct {
	Since                time.Time // stored then or later
	Model, Topic, Reason string
}

// Replayed is what became of a rejected message that was decoded again.
type Replayed struct {
	Topic     string
	Partition int
	Offset    int64
	Stored    bool // as events, or to be skipped; else the rest says why not
	Model     string
	Reason    Reason
	Detail    string
}

// RejectStore keeps rejects.
type RejectStore interface {
	// Replayable returns rejects that were kept whole as JSON and are no events
	// yet, with their messages, in the order of topic, partition and offset: those after the
	// given one, limit or fewer; none when there are no more.
	Replayable(ctx context.Context, f RejectFilter, after Rejected, limit int) ([]Rejected, error)
	// SaveReplays records what became of them.
	SaveReplays(ctx context.Context, replays []Replayed) error
}
