package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Standing is the newest verdict of a version in brief: what a list of a thousand
// models shows, without reading their evidence.
type Standing struct {
	Ref                                     model.Ref
	Tick                                    time.Time
	Status                                  evaluate.Status
	Reason                                  string
	Serving                                 bool
	ReferenceID                             string
	Drift, Live                             evaluate.Standing
	FirstSeen, CountedTo, DriftTo, LabelsTo time.Time
	// Page, Demote and Alert are the shares of the way to each that the furthest
	// detector has come, 1 being the whole of it; nil where none leads there.
	Page, Demote, Alert *float64
	Moved, Watched      uint64    // series that drifted, of those that are watched
	Broken              uint64    // detectors of data quality that stand for something
	Checked             bool      // the quality of data is looked at
	Since               time.Time // when the first detector that the status stands for was raised, zero when none is
}

// Standings returns the newest verdict of every version of the model, or of all
// models when its name is "".
func (s *Store) Standings(ctx context.Context, name string) ([]Standing, error) {
	var all []Standing
	err := s.read(ctx, call{file: "standings", subject: "read how versions stand", args: args{"model": name}}, func(rows driver.Rows) error {
		var v Standing
		var status, driftStatus, liveStatus string
		var cause string
		var raised []time.Time
		err := rows.Scan(&v.Ref.Name, &v.Ref.Version, &v.Tick, &status, &v.Reason, &v.Serving, &v.ReferenceID,
			&driftStatus, &v.Drift.Reason, &liveStatus, &v.Live.Reason, &v.FirstSeen, &v.CountedTo, &v.DriftTo, &v.LabelsTo,
			&v.Page, &v.Demote, &v.Alert, &v.Moved, &v.Watched, &v.Broken, &v.Checked, &cause, &raised, &v.Since)
		if err == nil {
			err = parseStatuses([]string{status, driftStatus, liveStatus}, &v.Status, &v.Drift.Status, &v.Live.Status)
		}
		v.Tick, v.Since = v.Tick.UTC(), known(v.Since)
		v.FirstSeen, v.CountedTo, v.DriftTo, v.LabelsTo = known(v.FirstSeen), known(v.CountedTo), known(v.DriftTo), known(v.LabelsTo)
		all = append(all, v)
		return err
	})
	return all, err
}
