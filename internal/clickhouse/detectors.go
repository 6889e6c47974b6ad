package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Detectors returns what the newest verdicts of the models rest on, in brief:
// detectors of performance, and those of drift and data that stand for something.
func (s *Store) Detectors(ctx context.Context, models []string) (map[model.Ref][]evaluate.Evidence, error) {
	all := map[model.Ref][]evaluate.Evidence{}
	err := s.read(ctx, call{file: "detectors", subject: "read detectors", args: args{"models": models}}, func(rows driver.Rows) error {
		var ref model.Ref
		var e evaluate.Evidence
		var kind, level string
		err := rows.Scan(&ref.Name, &ref.Version, &kind, &e.Check, &e.Feature, &e.Against, &e.Limit, &e.LogM, &e.Page, &e.Demote, &level, &e.Since)
		if err == nil {
			e.Level, err = evaluate.ParseLevel(level)
		}
		e.Kind, e.Since = evaluate.Kind(kind), known(e.Since)
		all[ref] = append(all[ref], e)
		return err
	})
	return all, err
}

// NewestMetrics returns the newest result of each of the checks of the models'
// versions as a whole, judged since a moment.
func (s *Store) NewestMetrics(ctx context.Context, models, checks []string, since time.Time) (map[model.Ref][]evaluate.Result, error) {
	all := map[model.Ref][]evaluate.Result{}
	err := s.read(ctx, call{
		file: "newest_metrics", subject: "read newest metrics", args: args{"models": models, "checks": checks, "from": since},
	}, func(rows driver.Rows) error {
		var ref model.Ref
		var r evaluate.Result
		var status string
		err := rows.Scan(&ref.Name, &ref.Version, &r.From, &r.To, &r.Check, &r.Against, &r.Value, &r.Lower, &r.Upper, &r.Limit, &r.Rows, &status, &r.Reason)
		if err == nil {
			r.Status, err = parseStatus(status)
		}
		r.From, r.To = r.From.UTC(), r.To.UTC()
		all[ref] = append(all[ref], r)
		return err
	})
	return all, err
}

// NewestActions returns the newest action of each of the models, as far as it came.
func (s *Store) NewestActions(ctx context.Context, models []string) (map[string]alerts.Action, error) {
	all := map[string]alerts.Action{}
	err := s.read(ctx, call{file: "newest_actions", subject: "read newest actions", args: args{"models": models}}, func(rows driver.Rows) error {
		var a alerts.Action
		var stage, reason string
		err := rows.Scan(&a.Model, &a.ID, &a.From, &a.To, &a.Slot, &a.Tick, &stage, &a.At, &a.Effective,
			&reason, &a.Detector, &a.LogM, &a.Threshold, &a.Labels, &a.Detail, &a.By)
		a.Stage, a.Reason = alerts.Stage(stage), alerts.Reason(reason)
		a.Tick, a.At, a.Effective = a.Tick.UTC(), a.At.UTC(), known(a.Effective)
		all[a.Model] = a
		return err
	})
	return all, err
}
