package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Reasons of a tenure.
const (
	slotFirstSeen = "first_seen"
	slotDemotion  = "demotion"
	slotByOthers  = "changed_by_others"
)

// Slots returns who held the model's slot until the tick, oldest first.
func (s *Store) Slots(ctx context.Context, name string, tick time.Time) ([]evaluate.Tenure, error) {
	var tenures []evaluate.Tenure
	err := s.read(ctx, call{file: "slots", subject: "read slot history of " + name, args: args{"model": name}}, func(rows driver.Rows) error {
		var t evaluate.Tenure
		err := rows.Scan(&t.Version, &t.From, &t.Reason)
		t.From = t.From.UTC()
		tenures = append(tenures, t)
		return err
	})
	return until(tenures, tick), err
}

// until cuts off the tenures that began after the tick.
func until(tenures []evaluate.Tenure, tick time.Time) []evaluate.Tenure {
	n := slices.IndexFunc(tenures, func(t evaluate.Tenure) bool { return t.From.After(tick) })
	if n < 0 {
		return tenures
	}
	return tenures[:n:n]
}

// observe compares who holds the slot with its history, adds a tenure if that
// is news, and fills in what the history tells. An empty slot is no tenure.
func (s *Store) observe(ctx context.Context, name, slot string, tick time.Time, seen alerts.Serving) (alerts.Serving, error) {
	history, err := s.Slots(ctx, name, time.UnixMilli(1<<53))
	if err != nil {
		return seen, err
	}
	tenures := until(history, tick)
	var last evaluate.Tenure
	if n := len(tenures); n > 0 {
		last = tenures[n-1]
	}
	if !seen.Known {
		seen.Ref.Version = last.Version
	}
	// A tick of the past that is evaluated now shows who holds the slot now:
	// that is nothing to write into a history that already went on.
	if seen.Ref.Version != "" && seen.Ref.Version != last.Version && len(tenures) == len(history) {
		t, err := s.recordTenure(ctx, name, slot, last, seen.Ref.Version, tick)
		if err != nil {
			return seen, err
		}
		tenures = append(tenures, t)
	}
	seen.Since, seen.Previous = time.Time{}, nil
	for _, t := range slices.Backward(tenures) {
		switch {
		case t.Version != seen.Ref.Version && !slices.Contains(seen.Previous, t.Version):
			seen.Previous = append(seen.Previous, t.Version)
		case t.Version == seen.Ref.Version && seen.Since.IsZero():
			seen.Since = t.From
		}
	}
	return seen, nil
}

func (s *Store) recordTenure(ctx context.Context, name, slot string, last evaluate.Tenure, version string, tick time.Time) (evaluate.Tenure, error) {
	t := evaluate.Tenure{Version: version, From: tick}
	var by string
	var err error
	if t.Reason, by, err = s.whyMoved(ctx, name, last, version, tick); err != nil {
		return t, err
	}
	subject := fmt.Sprintf("record that %s of %s holds %s", version, name, slot)
	return t, s.insertRows(ctx, call{file: "insert_slot", subject: subject}, [][]any{{name, slot, version, tick, t.Reason, by}})
}

// whyMoved tells a demotion of ours, and by which action, from a change by others.
func (s *Store) whyMoved(ctx context.Context, name string, last evaluate.Tenure, to string, tick time.Time) (reason, by string, err error) {
	if last.Version == "" {
		return slotFirstSeen, "", nil
	}
	actions, err := s.Actions(ctx, name, tick)
	if err != nil {
		return "", "", err
	}
	for _, a := range slices.Backward(actions) {
		if a.From == last.Version && a.To == to && !a.Tick.Before(last.From) && (moved(a) || a.Stage == alerts.Intent) {
			return slotDemotion, a.ID, nil
		}
	}
	return slotByOthers, "", nil
}
