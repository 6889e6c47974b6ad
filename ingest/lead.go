package ingest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// ErrNotLeading says that work was begun in a term that is over: another
// member of the group may be doing it now.
var ErrNotLeading = errors.New("another replica leads")

// Lead runs the work while this member is the one of the group that share falls
// to: anew in every term, which is a generation of the group, until ctx ends.
// The context of the work ends with the term, and the group does not begin the
// next one before the work has returned, or the session has timed out. epoch
// numbers the terms, upwards; Confirm tells whether one still holds. Lead
// returns the error of work that ended by itself.
func (c *Consumer) Lead(ctx context.Context, share string, work func(ctx context.Context, epoch int32) error) error {
	leads := c.metrics.leads.WithLabelValues(share)
	leads.Set(0)
	for ctx.Err() == nil {
		t, changed := c.terms.enter(share)
		if t != nil {
			leads.Set(1)
			err := t.work(ctx, work)
			leads.Set(0)
			if ctx.Err() == nil && t.ctx.Err() == nil {
				return err // it ended by itself
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return nil
}

// Confirm asks the group whether the term still holds, which is worth its round
// trip before anything that two must not do: a process that was stopped for a
// while learns from nobody else that it leads no more. Until the time returned no
// other term begins while work of this one goes on: that is when a group that hears
// nothing more from us gives us up, at the earliest. The error wraps ErrNotLeading
// when the term is over; any other says that nobody could tell.
func (c *Consumer) Confirm(ctx context.Context, epoch int32) (until time.Time, err error) {
	t := c.terms.current()
	if t == nil || t.epoch != epoch {
		return time.Time{}, fmt.Errorf("term %d is over: %w", epoch, ErrNotLeading)
	}
	asked := time.Now() // the answer may lie there while we are stopped
	response, err := c.cluster.client.Heartbeat(ctx, &kafka.HeartbeatRequest{GroupID: c.cfg.Group, GenerationID: t.epoch, MemberID: t.member})
	if err == nil {
		err = refusal(response)
	}
	switch {
	case err == nil:
		return asked.Add(c.cfg.SessionTimeout), nil
	case errors.Is(err, kafka.IllegalGeneration), errors.Is(err, kafka.UnknownMemberId), errors.Is(err, kafka.RebalanceInProgress):
		return time.Time{}, fmt.Errorf("term %d is over: %w: %w", epoch, ErrNotLeading, err)
	}
	return time.Time{}, fmt.Errorf("ask group %s whether term %d holds: %w", c.cfg.Group, epoch, err)
}

// refusal is the error that the coordinator answered a heartbeat with. kafka-go
// 0.4.51 reads the two fields of the answer in the order of its first version: of
// later ones it takes the error for the lower half of the throttle time.
func refusal(r *kafka.HeartbeatResponse) error {
	if r.Error != nil {
		return r.Error
	}
	if code := kafka.Error(int16(r.Throttle / time.Millisecond)); code != 0 {
		return code
	}
	return nil
}

// term is one generation of the group, for those who share work by it.
type term struct {
	ctx     context.Context // ends with the generation
	epoch   int32           // its number
	member  string          // who we are in it
	members []string        // everybody in it
	works   sync.WaitGroup  // what must end before the group may go on
}

// owns reports whether the share falls to us. Every member draws the same lots
// for a share, one for each member, and the highest wins: shares spread evenly,
// and those of a member that is gone spread over all others.
func (t *term) owns(share string) bool {
	var winner string
	var highest uint64
	for _, member := range t.members {
		if lot := lot(share, member); winner == "" || lot > highest || lot == highest && member < winner {
			winner, highest = member, lot
		}
	}
	return winner == t.member
}

func lot(share, member string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(share + "\x00" + member)) // never fails
	x := h.Sum64()
	// The last bytes of the member hardly reach the high bits: mix them.
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// work runs until the term or ctx ends.
func (t *term) work(ctx context.Context, work func(ctx context.Context, epoch int32) error) error {
	defer t.works.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(t.ctx, cancel)()
	return work(ctx, t.epoch)
}

// terms is the term that holds now, if any.
type terms struct {
	mu      sync.Mutex
	now     *term
	changed chan struct{} // closed when now becomes another; nil when nobody waits
}

func (s *terms) current() *term {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// enter begins work in the present term if the share falls to us in it, else it
// returns no term; changed is closed when there is another term to ask.
func (s *terms) enter(share string) (t *term, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	if s.now != nil && s.now.owns(share) {
		s.now.works.Add(1)
		t = s.now
	}
	return t, s.changed
}

// become makes t the present term; nil for none.
func (s *terms) become(t *term) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = t
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// hold lets the term of one generation be known until it ends, and waits, within
// bounds, until what was begun in it has ended too: only then do we join the next.
func (c *Consumer) hold(membership context.Context, kg *kafka.Generation) {
	members, err := c.cluster.settledMembers(membership, kg.MemberID)
	if err != nil {
		return // the generation is over
	}
	t := &term{ctx: membership, epoch: kg.ID, member: kg.MemberID, members: members}
	c.terms.become(t)
	<-membership.Done()
	c.terms.become(nil)
	ended := make(chan struct{})
	go func() {
		t.works.Wait()
		close(ended)
	}()
	timer := time.NewTimer(c.cfg.SessionTimeout / 2)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		c.log.Warn("work of an ended term still runs: it is left to be refused", "epoch", t.epoch)
	}
}

// settledMembers returns the group's members once it is settled with us in it.
func (c *cluster) settledMembers(ctx context.Context, us string) ([]string, error) {
	for attempt := 1; ; attempt++ {
		if members, err := c.members(ctx); err == nil && slices.Contains(members, us) {
			return members, nil
		}
		if !backoff(ctx, attempt) {
			return nil, ctx.Err()
		}
	}
}
