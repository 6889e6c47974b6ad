package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var errCrash = errors.New("the process is gone")

// die ends the consumer without any grace, from within: it returns when nothing
// more can be sent.
func die(ctx context.Context, r *running) error {
	r.cancel()
	<-ctx.Done()
	return errCrash
}

// doom runs a consumer until the sink, or what else arm tells of it, calls die.
func doom(t *testing.T, cfg Config, sink Sink, arm func(die func(context.Context) error)) {
	t.Helper()
	var victim *running
	armed := make(chan struct{})
	arm(func(ctx context.Context) error {
		<-armed
		return die(ctx, victim)
	})
	victim = start(t, cfg, sink)
	close(armed)
	<-victim.cancelled()
	victim.stop()
}

// A crash after the intent makes the next owner store exactly the same range,
// however different it would cut its batches itself; a crash before leaves
// nothing behind.
func TestCrashAtEachStep(t *testing.T) {
	for _, test := range []struct {
		name   string
		commit string // crash when this metadata is about to be committed: "pending" or "" (completion)
		before bool   // crash in the insert, before anything is stored
		half   bool   // crash in the insert, with half of it stored
		after  bool   // crash with all stored, before the sink's answer is seen
		replay bool   // expect the range again
	}{
		{name: "before the intent", commit: "pending"},
		{name: "after the intent", before: true, replay: true},
		{name: "in the insert", half: true, replay: true},
		{name: "after the insert", after: true, replay: true},
		{name: "before the completion", commit: "completion", replay: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			leakless(t)
			cluster, broker := fake(t)
			ids, messages := names("a", 1000)
			p := producer(t, broker)
			produce(t, p, "predictions", 0, messages[:800]...)

			sink := &memory{}
			cfg := config(broker)
			cfg.StopTimeout = 0
			cfg.Flush.Rows = 300
			var crashed, gone atomic.Bool // the victim has crashed; it has ended
			var victim *running
			armed := make(chan struct{})
			sink.before = func(ctx context.Context, b *Batch, suspect bool) error {
				<-armed
				switch {
				case test.before:
					crashed.Store(true)
					return die(ctx, victim)
				case test.half:
					crashed.Store(true)
					half := *b
					half.Predictions = []*Predictions{firstHalf(b.Predictions[0])}
					sink.keep(&half, suspect)
					return die(ctx, victim)
				}
				return nil
			}
			sink.after = func(ctx context.Context, b *Batch) error {
				if test.after {
					crashed.Store(true)
					return die(ctx, victim)
				}
				return nil
			}
			if test.commit != "" {
				cluster.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
					cluster.KeepControl()
					if gone.Load() {
						return nil, nil, false
					}
					if crashed.Load() {
						return nil, errCrash, true // whatever was under way is lost too
					}
					metadata := r.(*kmsg.OffsetCommitRequest).Topics[0].Partitions[0].Metadata
					if pending := metadata != nil && strings.HasPrefix(*metadata, "pending"); pending != (test.commit == "pending") {
						return nil, nil, false
					}
					crashed.Store(true)
					victim.cancel()
					return nil, errCrash, true
				})
			}
			victim = start(t, cfg, sink)
			close(armed)
			<-victim.cancelled()
			victim.stop()
			gone.Store(true)

			var open []insert
			if test.replay {
				open = sink.calls()
				if test.before { // nothing was stored: the range is only in the commit
					pending := committedMetadata(t, victim)
					s, ok := parsePending(pending.Metadata, pending.CommittedOffset)
					if !ok {
						t.Fatalf("no pending range committed: %+v", pending)
					}
					open = []insert{{at: place{"predictions", 0}, first: s.first, last: s.last}}
				}
			}
			produce(t, p, "predictions", 0, messages[800:]...)
			sink.before, sink.after = nil, nil
			cfg.Flush.Rows = 77 // would cut other ranges
			before := len(sink.calls())
			next := start(t, cfg, sink)
			next.drained(t)
			if diff := cmp.Diff(ids, sink.ids()); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
			sink.check(t)
			for i, call := range sink.calls()[before:] {
				if call.suspect != (test.replay && i == 0) {
					t.Errorf("insert %d of the next owner: %+v", i, call)
				}
			}
			if test.replay {
				got, want := sink.calls()[before], open[len(open)-1]
				if got.first != want.first || got.last != want.last {
					t.Errorf("range stored again is %d-%d, want %d-%d", got.first, got.last, want.first, want.last)
				}
			}
		})
	}
}

func firstHalf(p *Predictions) *Predictions {
	h := *p
	h.ID, h.Offset = p.ID[:p.Rows()/2], p.Offset[:p.Rows()/2]
	return &h
}

// The storm: processes die and the storage fails at random moments while
// messages come in; in the end each is stored once.
func TestNothingLostOrDoubledInAStorm(t *testing.T) {
	leakless(t)
	seed := int64(parts.Seed(t))
	random := rand.New(rand.NewSource(seed))
	_, broker := fake(t, kfake.SeedTopics(3, "predictions"))
	p := producer(t, broker)
	dice := make(chan int)
	stop := make(chan struct{})
	go func() {
		source := rand.New(rand.NewSource(seed + 1))
		for {
			select {
			case dice <- source.Intn(6):
			case <-stop:
				return
			}
		}
	}()
	defer close(stop)
	sink := &memory{}
	sink.before = func(ctx context.Context, b *Batch, suspect bool) error {
		switch <-dice {
		case 0:
			return definite{errDown}
		case 1: // stored in part, then the connection broke
			if len(b.Predictions) > 0 {
				half := *b
				half.Predictions = []*Predictions{firstHalf(b.Predictions[0])}
				sink.keep(&half, suspect)
			}
			return errDown
		}
		return nil
	}
	sink.after = func(context.Context, *Batch) error {
		if <-dice == 0 {
			return errDown // stored, and the answer was lost
		}
		return nil
	}
	cfg := config(broker)
	cfg.Flush.Rows = 50
	lives := 40
	if testing.Short() {
		lives = 8
	}
	var want []string
	for life := range lives {
		cfg.StopTimeout = time.Duration(random.Intn(2)) * 20 * time.Millisecond
		c := start(t, cfg, sink)
		for i := range 3 {
			ids, messages := names(fmt.Sprintf("l%02d-%d", life, i), random.Intn(200)+1)
			produce(t, p, "predictions", random.Intn(3), messages...)
			want = append(want, ids...)
		}
		time.Sleep(time.Duration(random.Intn(120)) * time.Millisecond)
		c.stop()
	}
	sink.before, sink.after = nil, nil
	start(t, cfg, sink).drained(t)
	got := sink.ids()
	if diff := cmp.Diff(sorted(want), got); diff != "" {
		t.Errorf("stored %d of %d (-want +got):\n%s", len(got), len(want), diff)
	}
	sink.check(t)
	suspects := 0
	for _, call := range sink.calls() {
		if call.suspect {
			suspects++
		}
	}
	t.Logf("%d messages, %d inserts, %d of them suspect", len(want), len(sink.calls()), suspects)
	if suspects == 0 {
		t.Error("no insert was suspect: the storm was none")
	}
}
