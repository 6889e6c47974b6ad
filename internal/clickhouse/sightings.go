package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Sighting is what the registry showed at a tick.
type Sighting struct {
	Tick time.Time
	Seen alerts.Serving // without Since and Previous
}

// Sightings returns what the registry showed at every tick that was started,
// oldest first.
func (s *Store) Sightings(ctx context.Context, name string) ([]Sighting, error) {
	var all []Sighting
	err := s.read(ctx, call{file: "sightings", subject: "read what the registry showed of " + name, args: args{"model": name}}, func(rows driver.Rows) error {
		at := Sighting{Seen: alerts.Serving{Ref: model.Ref{Name: name}}}
		var mode string
		err := rows.Scan(&at.Tick, &at.Seen.Known, &at.Seen.Ref.Version, &at.Seen.Fallback, &at.Seen.Held, &at.Seen.Also, &at.Seen.Lost, &mode)
		if err == nil && mode != "" {
			at.Seen.Mode, err = alerts.ParseMode(mode)
		}
		at.Tick = at.Tick.UTC()
		all = append(all, at)
		return err
	})
	return all, err
}

// ServedBy returns which version answered most requests, stretch by stretch of
// event time, as far as the role "served" of predictions tells: a tenure begins
// with the version's first prediction in the first stretch of its own.
func (s *Store) ServedBy(ctx context.Context, name string, bucket time.Duration) ([]evaluate.Tenure, error) {
	var tenures []evaluate.Tenure
	err := s.read(ctx, call{
		file: "served_by", subject: "read who served " + name, names: predictionsTable(name),
		args: args{"model": name, "bucket": bucket.Milliseconds()},
	}, func(rows driver.Rows) error {
		var t evaluate.Tenure
		if err := rows.Scan(&t.Version, &t.From); err != nil {
			return err
		}
		if n := len(tenures); n == 0 || tenures[n-1].Version != t.Version {
			t.From = t.From.UTC()
			tenures = append(tenures, t)
		}
		return nil
	})
	return tenures, err
}

// SaveTenures stores who held a slot before the first tick of a replay.
func (s *Store) SaveTenures(ctx context.Context, name, slot string, tenures []evaluate.Tenure) error {
	var rows [][]any
	for i, t := range tenures {
		reason := slotByOthers
		if i == 0 {
			reason = slotFirstSeen
		}
		rows = append(rows, []any{name, slot, t.Version, t.From, reason, "", []string{}})
	}
	return s.insertRows(ctx, call{file: "insert_slot", subject: fmt.Sprintf("record %d holders of %s of %s", len(rows), slot, name)}, rows)
}

// IncidentHistory calls each with every incident as it was opened and as it
// stands, oldest first.
func (s *Store) IncidentHistory(ctx context.Context, name string, each func(opened, now alerts.Incident)) error {
	return s.read(ctx, call{file: "incident_history", subject: "read all incidents of " + name, args: args{"model": name}}, func(rows driver.Rows) error {
		var first, last string
		if err := rows.Scan(&first, &last); err != nil {
			return err
		}
		var opened, now alerts.Incident
		if err := errors.Join(json.Unmarshal([]byte(first), &opened), json.Unmarshal([]byte(last), &now)); err != nil {
			return fmt.Errorf("incident of %s: %w", name, err)
		}
		each(opened, now)
		return nil
	})
}
