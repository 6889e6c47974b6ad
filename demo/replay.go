package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/demo/data"
)

// Daemon is the driftd under replay, in this process or in another.
type Daemon interface {
	// Advance tells it that event time has come to the given moment and
	// returns when everything produced before is stored and every tick that
	// fell due has run. Asking again for the same moment changes nothing.
	Advance(ctx context.Context, to time.Time) error
}

// World is what surrounds driftd: the serving code, which follows the slot, and
// the people who promote versions.
type World interface {
	Serving(ctx context.Context) (version string, err error)
	Register(ctx context.Context, version string) error
	Promote(ctx context.Context, version string) error
}

// Replay plays a story: stretch by stretch, events first, then time.
type Replay struct {
	Story   Story
	Flights *data.Flights
	Broker  string // bootstrap address
	Daemon  Daemon
	World   World
	Pause   time.Duration     // between stretches, 0 for none
	Passed  func(t time.Time) // after each stretch; nil for nobody
}

// Stretches are a day long and end at the moment of the daily tick, so that
// traffic follows a switch from the very next event on.
const (
	stretch  = 24 * time.Hour
	tickTime = 10 * time.Minute // after midnight: see the schedule in demo.yaml
)

// Run plays the story to its end and returns how many events were sent.
func (r *Replay) Run(ctx context.Context) (sent int, err error) {
	producer, err := newProducer(ctx, r.Broker)
	if err != nil {
		return 0, err
	}
	defer producer.close()
	if err := r.deploy(ctx, Champion); err != nil {
		return 0, err
	}
	events := newStream(r.Story, r.Flights)
	promoted := false
	for to := r.Story.From.Add(tickTime); !to.After(r.Story.To); to = to.Add(stretch) {
		serving, err := r.World.Serving(ctx)
		if err != nil {
			return sent, fmt.Errorf("ask who serves on %s: %w", to.Format(time.DateOnly), err)
		}
		events.until(to, serving, func(m message) { sent++; producer.send(m) })
		if err := producer.flush(ctx); err != nil {
			return sent, fmt.Errorf("produce the events before %s: %w", to.Format(time.RFC3339), err)
		}
		if !promoted && !to.Before(r.Story.Promote) {
			promoted = true
			if err := r.deploy(ctx, Challenger); err != nil {
				return sent, err
			}
		}
		if err := r.Daemon.Advance(ctx, to); err != nil {
			return sent, fmt.Errorf("advance to %s: %w", to.Format(time.RFC3339), err)
		}
		if r.Passed != nil {
			r.Passed(to)
		}
		if err := pause(ctx, r.Pause); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// deploy registers a version and makes it the champion, as people do. Of the
// challenger it is the mistake: its offline card looks splendid.
func (r *Replay) deploy(ctx context.Context, version string) error {
	if err := r.World.Register(ctx, version); err != nil {
		return fmt.Errorf("register version %s: %w", version, err)
	}
	if err := r.World.Promote(ctx, version); err != nil {
		return fmt.Errorf("promote version %s: %w", version, err)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
