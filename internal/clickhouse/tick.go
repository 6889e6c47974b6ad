package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
)

// StartTick records what the registry showed when the tick was first started
// and returns it, completed by the slot's history: a tick that is repeated
// after a crash sees what the first one saw. When the registry could not be
// read, the last known holder is assumed, so that judging can go on.
func (s *Store) StartTick(ctx context.Context, name, slot string, tick time.Time, seen alerts.Serving) (alerts.Serving, error) {
	before, started, err := s.started(ctx, name, tick)
	if err != nil {
		return seen, err
	}
	if started {
		seen = before
	} else if err := s.recordTick(ctx, name, tick, "started", seen); err != nil {
		return seen, err
	}
	return s.observe(ctx, name, slot, tick, seen)
}

// FinishTick records that everything the tick asked for was tried.
func (s *Store) FinishTick(ctx context.Context, name string, tick time.Time) error {
	return s.recordTick(ctx, name, tick, "done", alerts.Serving{})
}

func (s *Store) recordTick(ctx context.Context, name string, tick time.Time, state string, seen alerts.Serving) error {
	held, also := seen.Held, seen.Also
	if held == nil {
		held = map[string]string{}
	}
	if also == nil {
		also = []string{}
	}
	unfit := make(map[string]string, len(seen.Unfit))
	for version, reason := range seen.Unfit {
		unfit[version] = string(reason)
	}
	return s.insertInTurn(ctx, call{
		file: "insert_tick", subject: fmt.Sprintf("record that tick %s of %s is %s", tick.Format(time.RFC3339), name, state),
	}, [][]any{{name, tick, state, seen.Known, seen.Ref.Version, seen.Fallback, held, also, seen.Lost, seen.Mode.String(), unfit}})
}

// started returns what the registry showed at a tick that was started before.
func (s *Store) started(ctx context.Context, name string, tick time.Time) (seen alerts.Serving, found bool, err error) {
	about := call{file: "started_tick", subject: "read tick of " + name, args: args{"tick": tick}}
	all, err := s.reads.started.about(ctx, s, name, about, func(rows driver.Rows) (string, alerts.Serving, error) {
		var seen alerts.Serving
		var mode string
		var unfit map[string]string
		err := rows.Scan(&seen.Ref.Name, &seen.Known, &seen.Ref.Version, &seen.Fallback, &seen.Held, &seen.Also, &seen.Lost, &mode, &unfit)
		if err == nil && mode != "" {
			seen.Mode, err = alerts.ParseMode(mode)
		}
		for version, reason := range unfit {
			if seen.Unfit == nil {
				seen.Unfit = make(map[string]alerts.Reason, len(unfit))
			}
			seen.Unfit[version] = alerts.Reason(reason)
		}
		return seen.Ref.Name, seen, err
	})
	if len(all) == 0 {
		return seen, false, err
	}
	return all[0], true, err
}

// LastTick returns the last tick that was done; the zero time when none was.
func (s *Store) LastTick(ctx context.Context, name string) (last time.Time, err error) {
	all, err := s.reads.lastTick.about(ctx, s, name, call{file: "last_tick", subject: "read the last tick of " + name}, func(rows driver.Rows) (model string, last time.Time, err error) {
		err = rows.Scan(&model, &last)
		return model, last, err
	})
	if len(all) == 0 {
		return time.Time{}, err
	}
	return known(all[0]), err
}
