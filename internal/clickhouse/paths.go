package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// StatusRun is the first of a run of ticks at which a version stood alike.
type StatusRun struct {
	Version string
	From    time.Time
	Status  evaluate.Status
	Serving bool
	Last    time.Time // the version's last tick
}

// StatusPath returns how a model's versions stood at the ticks in [from, to], by
// version, oldest first.
func (s *Store) StatusPath(ctx context.Context, name string, from, to time.Time) ([]StatusRun, error) {
	var all []StatusRun
	err := s.read(ctx, call{
		file: "status_path", subject: "read how versions of " + name + " stood", args: args{"model": name, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		var r StatusRun
		var status string
		err := rows.Scan(&r.Version, &r.From, &status, &r.Serving, &r.Last)
		if err == nil {
			r.Status, err = parseStatus(status)
		}
		r.From, r.Last = r.From.UTC(), r.Last.UTC()
		all = append(all, r)
		return err
	})
	return all, err
}

// EvidenceStep is how far a detector had come at the last tick of a stretch of time.
type EvidenceStep struct {
	At       time.Time         // its last tick
	Evidence evaluate.Evidence // Kind, Check, Against, LogM, Page and Demote
}

// EvidencePath returns how far a version's detectors of performance had come at
// the ticks in [from, to], by detector, one step a stretch of the given length.
func (s *Store) EvidencePath(ctx context.Context, ref model.Ref, from, to time.Time, step time.Duration) ([]EvidenceStep, error) {
	var all []EvidenceStep
	err := s.read(ctx, call{
		file: "evidence_path", subject: "read the evidence of " + ref.String(),
		args: args{"model": ref.Name, "version": ref.Version, "from": from, "to": to, "step": step.Milliseconds()},
	}, func(rows driver.Rows) error {
		var e EvidenceStep
		var kind string
		err := rows.Scan(&kind, &e.Evidence.Check, &e.Evidence.Against, &e.At, &e.Evidence.LogM, &e.Evidence.Page, &e.Evidence.Demote)
		e.Evidence.Kind, e.At = evaluate.Kind(kind), e.At.UTC()
		all = append(all, e)
		return err
	})
	return all, err
}

// MetricPath returns the results of a version as a whole whose windows end in
// (from, to], each as it was judged last, by check, oldest first.
func (s *Store) MetricPath(ctx context.Context, ref model.Ref, from, to time.Time) ([]evaluate.Result, error) {
	var all []evaluate.Result
	err := s.read(ctx, call{
		file: "metric_path", subject: "read the metrics of " + ref.String(),
		args: args{"model": ref.Name, "version": ref.Version, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		var r evaluate.Result
		var status string
		err := rows.Scan(&r.From, &r.To, &r.Check, &r.Against, &r.Value, &r.Lower, &r.Upper, &r.Limit, &r.Rows, &status, &r.Reason, &r.Revision)
		if err == nil {
			r.Status, err = parseStatus(status)
		}
		r.From, r.To = r.From.UTC(), r.To.UTC()
		all = append(all, r)
		return err
	})
	return all, err
}

// DriftPath returns what the loudest of the measures said of every series of a
// version, of all rows, in windows that end in (from, to], by series, oldest first.
func (s *Store) DriftPath(ctx context.Context, ref model.Ref, measures []string, from, to time.Time) ([]evaluate.Result, error) {
	var all []evaluate.Result
	err := s.read(ctx, call{
		file: "drift_path", subject: "read the drift of " + ref.String(),
		args: args{"model": ref.Name, "version": ref.Version, "checks": measures, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		var r evaluate.Result
		err := rows.Scan(&r.Feature, &r.To, &r.Check, &r.Value, &r.Limit, &r.P)
		r.To = r.To.UTC()
		all = append(all, r)
		return err
	})
	return all, err
}
