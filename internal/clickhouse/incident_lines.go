package clickhouse

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// mostIncidents bounds a list of incidents.
const mostIncidents = 1000

// IncidentLines returns the incidents of the model, or of all models when its
// name is "", in brief, the newest first and at most a thousand: those that are
// open, or also those that are over.
func (s *Store) IncidentLines(ctx context.Context, name string, over bool) ([]alerts.Incident, error) {
	var all []alerts.Incident
	err := s.read(ctx, call{
		file: "incident_lines", subject: "list incidents", args: args{"model": name, "over": over, "most": uint64(mostIncidents)},
	}, func(rows driver.Rows) error {
		var i alerts.Incident
		var class, state, status, blocked string
		err := rows.Scan(&i.Ref.Name, &i.ID, &i.Ref.Version, &class, &state, &status, &i.Opened, &i.Updated, &i.Closed, &i.Headline, &blocked)
		if err == nil {
			i.Status, err = evaluate.ParseStatus(status)
		}
		i.Class, i.State, i.Blocked = alerts.Class(class), alerts.State(state), alerts.Reason(blocked)
		i.Opened, i.Updated, i.Closed = i.Opened.UTC(), i.Updated.UTC(), known(i.Closed)
		all = append(all, i)
		return err
	})
	return all, err
}

// Incident returns an incident as it stands; false when there is none of that id.
func (s *Store) Incident(ctx context.Context, id string) (incident alerts.Incident, found bool, err error) {
	err = s.read(ctx, call{file: "incident", subject: "read incident " + id, args: args{"id": id}}, func(rows driver.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		found = true
		if err := json.Unmarshal([]byte(body), &incident); err != nil {
			return fmt.Errorf("incident %s: %w", id, err)
		}
		return nil
	})
	return incident, found, err
}
