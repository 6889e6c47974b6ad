package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/segmentio/kafka-go"
)

// span is a range of offsets, both ends included.
type span struct{ first, last int64 }

// pending is the metadata that says: this range is being stored.
func (s span) pending() string { return fmt.Sprintf("pending %d-%d", s.first, s.last) }

// topicMark stands in a commit's metadata before the id of its topic.
const topicMark = "topic "

// metadata is what a commit says beside its offset: the pending range, if any,
// and which life of the topic it speaks of, where that is known.
func metadata(pending string, id topicID) string {
	if id == (topicID{}) {
		return pending
	}
	return strings.TrimPrefix(pending+" "+topicMark+id.String(), " ")
}

// parseMetadata is the inverse of metadata; what is not of its making is empty.
func parseMetadata(text string) (pending string, id topicID) {
	if i := strings.LastIndex(text, topicMark); i >= 0 {
		if id, ok := parseTopicID(text[i+len(topicMark):]); ok {
			return strings.TrimSuffix(text[:i], " "), id
		}
	}
	return text, topicID{}
}

// parsePending reads a pending range. One that does not start at the committed
// offset is not ours.
func parsePending(pending string, offset int64) (span, bool) {
	var s span
	if n, err := fmt.Sscanf(pending, "pending %d-%d", &s.first, &s.last); err != nil || n != 2 {
		return span{}, false
	}
	return s, s.first == offset && s.last >= s.first && s.pending() == pending
}

// errFenced means that the group has given our partitions to others, or is
// about to: nothing of this generation may be committed any more.
var errFenced = errors.New("the consumer group has moved on to another generation")

// commit is one partition's offset on its way to the group's coordinator.
type commit struct {
	place    place
	offset   int64
	metadata string
	done     chan error
}

// committer sends commits one request at a time, each with all that have
// gathered meanwhile: a commit takes milliseconds, whatever it holds.
type committer struct {
	client     *kafka.Client
	group      string
	generation int
	member     string
	requests   chan commit
}

// run serves until ctx ends.
func (c *committer) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-c.requests:
			batch := []commit{first}
			for more := true; more; {
				select {
				case next := <-c.requests:
					batch = append(batch, next)
				default:
					more = false
				}
			}
			c.send(ctx, batch)
		}
	}
}

func (c *committer) send(ctx context.Context, batch []commit) {
	request := &kafka.OffsetCommitRequest{GroupID: c.group, GenerationID: c.generation, MemberID: c.member, Topics: make(map[string][]kafka.OffsetCommit)}
	for _, b := range batch {
		request.Topics[b.place.topic] = append(request.Topics[b.place.topic],
			kafka.OffsetCommit{Partition: b.place.partition, Offset: b.offset, Metadata: b.metadata})
	}
	response, err := c.client.OffsetCommit(ctx, request)
	answers := make(map[place]error)
	if err == nil {
		for topic, partitions := range response.Topics {
			for _, p := range partitions {
				answers[place{topic, p.Partition}] = p.Error
			}
		}
	}
	for _, b := range batch {
		answer, answered := answers[b.place]
		if err != nil {
			answer = err
		} else if !answered {
			answer = errNoAnswer
		}
		b.done <- answer
	}
}

// commit stores the offset and the pending range, "" for none, of a partition
// that this generation owns. It tries again until ctx ends or the generation is
// over (errFenced).
func (g *generation) commit(ctx context.Context, p *partition, offset int64, pending string) error {
	c := commit{place: p.place, offset: offset, metadata: metadata(pending, p.id), done: make(chan error, 1)}
	for attempt := 1; ; attempt++ {
		select {
		case g.committer.requests <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
		var err error
		select {
		case err = <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, kafka.IllegalGeneration), errors.Is(err, kafka.UnknownMemberId), errors.Is(err, kafka.RebalanceInProgress):
			return fmt.Errorf("commit offset %d of %s: %w: %w", offset, p.place, errFenced, err)
		}
		g.failed(opCommit, "commit failed", err, "topic", p.place.topic, "partition", p.place.partition, "offset", offset, "attempt", attempt)
		if !backoff(ctx, attempt) {
			return ctx.Err()
		}
	}
}
