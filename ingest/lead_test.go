package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// office watches who works on which share, and complains of two at once.
type office struct {
	t      *testing.T
	mu     sync.Mutex
	holder map[string]string
	epochs map[string]int32
}

func (o *office) holders() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := map[string]int{}
	for _, who := range o.holder {
		n[who]++
	}
	return n
}

// share makes the member work on the share until the test ends, or stop is called.
func (o *office) share(ctx context.Context, who string, c *Consumer, share string) {
	_ = c.Lead(ctx, share, func(ctx context.Context, epoch int32) error {
		o.mu.Lock()
		if other := o.holder[share]; other != "" {
			o.t.Errorf("%s begins %s while %s works on it", who, share, other)
		}
		if epoch <= o.epochs[share] {
			o.t.Errorf("%s begins %s in term %d after term %d", who, share, epoch, o.epochs[share])
		}
		o.holder[share], o.epochs[share] = who, epoch
		o.mu.Unlock()
		<-ctx.Done()
		o.mu.Lock()
		defer o.mu.Unlock()
		o.holder[share] = ""
		return ctx.Err()
	})
}

// Members share the work, and each share has one worker: while they come and go,
// also when there are more of them than partitions.
func TestSharesHaveOneLeader(t *testing.T) {
	leakless(t)
	_, broker := fake(t, kfake.SeedTopics(1, "predictions"))
	lead(t, config(broker))
}

func TestSharesHaveOneLeaderOnKafka(t *testing.T) {
	lead(t, realConfig(realTopic(t, 2)))
}

func lead(t *testing.T, cfg Config) {
	const shares = 40 // one of three members draws none once in 4 million runs
	o := &office{t: t, holder: map[string]string{}, epochs: map[string]int32{}}
	var all sync.WaitGroup
	join := func(who string) (leave func()) {
		c := start(t, cfg, &memory{})
		ctx, cancel := context.WithCancel(t.Context())
		var mine sync.WaitGroup
		for i := range shares {
			all.Add(1)
			mine.Go(func() {
				defer all.Done()
				o.share(ctx, who, c.Consumer, fmt.Sprintf("model-%d", i))
			})
		}
		return func() {
			cancel()
			mine.Wait()
			c.stop()
		}
	}
	settled := func(who ...string) func() bool {
		return func() bool {
			n, total := o.holders(), 0
			for _, w := range who {
				total += n[w]
			}
			return total == shares && !slices.ContainsFunc(who, func(w string) bool { return n[w] == 0 })
		}
	}
	leaveA := join("a")
	eventually(t, "a has all", settled("a"))
	leaveB := join("b")
	leaveC := join("c")
	eventually(t, "all three have some", settled("a", "b", "c"))
	leaveA()
	eventually(t, "b and c have all", settled("b", "c"))
	leaveB()
	eventually(t, "c has all", settled("c"))
	leaveC()
	all.Wait()
}

// Who was stopped for longer than the session finds out by asking: its own
// heartbeats have not noticed yet.
func TestConfirmRefusesAnEndedTerm(t *testing.T) {
	_, broker := fake(t)
	cfg := config(broker)
	a := start(t, cfg, &memory{})
	begun := make(chan int32, 10)
	working, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		_ = a.Lead(working, "model", func(ctx context.Context, epoch int32) error {
			begun <- epoch
			<-ctx.Done()
			return nil
		})
	}()
	first := <-begun
	asked := time.Now()
	if until, err := a.Confirm(t.Context(), first); err != nil || until.Before(asked.Add(cfg.SessionTimeout)) || until.After(time.Now().Add(cfg.SessionTimeout)) {
		t.Fatalf("in its term: until %s, %v", until, err)
	}
	b := start(t, cfg, &memory{}) // makes a rebalance, and a new term with it
	eventually(t, "the first term is over", func() bool {
		_, err := a.Confirm(t.Context(), first)
		return errors.Is(err, ErrNotLeading)
	})
	if _, err := a.Confirm(t.Context(), first+100); !errors.Is(err, ErrNotLeading) {
		t.Errorf("a term that never was: %v", err)
	}
	stop()
	a.stop()
	b.stop()
}

// The group itself refuses: nobody told the member that its term is over.
func TestConfirmAsksTheGroup(t *testing.T) {
	for name, cfg := range map[string]Config{"kfake": config(second(fake(t))), "kafka": realConfig(realTopic(t, 1))} {
		t.Run(name, func(t *testing.T) {
			a := start(t, cfg, &memory{})
			eventually(t, "a is a member", func() bool { return a.terms.current() != nil })
			now := a.terms.current()
			for what, zombie := range map[string]*term{
				"a member that was given up":  {ctx: now.ctx, epoch: now.epoch, member: "a-member-long-gone"},
				"a generation that has ended": {ctx: now.ctx, epoch: now.epoch - 1, member: now.member},
			} {
				a.terms.become(zombie)
				if until, err := a.Confirm(t.Context(), zombie.epoch); !errors.Is(err, ErrNotLeading) {
					t.Errorf("%s leads until %s (%v)", what, until, err)
				}
			}
			a.terms.become(now)
			if _, err := a.Confirm(t.Context(), now.epoch); err != nil {
				t.Errorf("the member itself: %v", err)
			}
			a.stop()
		})
	}
}

func second[A, B any](_ A, b B) B { return b }

// Work that ends by itself ends Lead: it is a part that failed.
func TestLeadReturnsWhatEndedByItself(t *testing.T) {
	_, broker := fake(t)
	a := start(t, config(broker), &memory{})
	failure := errors.New("broken")
	if err := a.Lead(t.Context(), "model", func(context.Context, int32) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("Lead returned %v", err)
	}
	a.stop()
}

// Lots spread shares evenly, and a member that goes moves only its own.
func TestLots(t *testing.T) {
	members := []string{"driftd-0@host-1f2e", "driftd-1@host-77aa", "driftd-2@host-9c01"}
	owner := func(share string, members []string) string {
		for _, m := range members {
			if (&term{member: m, members: members}).owns(share) {
				return m
			}
		}
		t.Fatalf("%s has no owner", share)
		return ""
	}
	n := map[string]int{}
	const shares = 3000
	for i := range shares {
		share := fmt.Sprintf("model-%d", i)
		before, after := owner(share, members), owner(share, members[:2])
		n[before]++
		if before != members[2] && before != after {
			t.Errorf("%s moved from %s to %s although its owner stayed", share, before, after)
		}
	}
	for m, k := range n {
		// Binomial(3000, 1/3) has a standard deviation of 26: five of them.
		if k < 870 || k > 1130 {
			t.Errorf("%s has %d of %d", m, k, shares)
		}
	}
}
