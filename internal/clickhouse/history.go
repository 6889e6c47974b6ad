package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// LastVerdicts returns the newest verdict before the tick, by version, without
// the results.
func (s *Store) LastVerdicts(ctx context.Context, name string, tick time.Time) (map[string]evaluate.Verdict, error) {
	all := map[string]evaluate.Verdict{}
	about := call{file: "last_verdicts", subject: "read the last verdicts of " + name, args: args{"tick": tick}}
	verdicts, err := s.reads.verdicts.about(ctx, s, name, about, func(rows driver.Rows) (string, evaluate.Verdict, error) {
		v, err := scanVerdict(rows)
		return v.Ref.Name, v, err
	})
	for _, v := range verdicts {
		all[v.Ref.Version] = v
	}
	return all, err
}

// History returns a version's verdicts at the ticks in [from, to], oldest
// first, without the results.
func (s *Store) History(ctx context.Context, ref model.Ref, from, to time.Time) ([]evaluate.Verdict, error) {
	var all []evaluate.Verdict
	err := s.read(ctx, call{
		file: "verdict_history", subject: "read the verdicts of " + ref.String(),
		args: args{"model": ref.Name, "version": ref.Version, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		v, err := scanVerdict(rows)
		all = append(all, v)
		return err
	})
	return all, err
}

// scanVerdict reads what [Store.SaveVerdicts] wrote, without the results.
func scanVerdict(rows driver.Rows) (evaluate.Verdict, error) {
	var v evaluate.Verdict
	var status, driftStatus, liveStatus string
	var packed string
	var states []string
	err := rows.Scan(&v.Ref.Name, &v.Ref.Version, &v.Tick, &status, &v.Reason, &v.Serving, &v.ReferenceID,
		&driftStatus, &v.Drift.Reason, &liveStatus, &v.Live.Reason,
		&v.FirstSeen, &v.CountedTo, &v.DriftTo, &v.LabelsTo, &v.Revision, &packed, &states)
	if err != nil {
		return v, err
	}
	v.Tick = v.Tick.UTC()
	v.FirstSeen, v.CountedTo, v.DriftTo, v.LabelsTo = known(v.FirstSeen), known(v.CountedTo), known(v.DriftTo), known(v.LabelsTo)
	if err := parseStatuses([]string{status, driftStatus, liveStatus}, &v.Status, &v.Drift.Status, &v.Live.Status); err != nil {
		return v, fmt.Errorf("verdict of %s at %s: %w", v.Ref, v.Tick.Format(time.RFC3339), err)
	}
	if v.Evidence, err = unpackStates(packed, states); err != nil {
		return v, fmt.Errorf("evidence of %s at %s: %w", v.Ref, v.Tick.Format(time.RFC3339), err)
	}
	return v, nil
}

// parseStatus reads what [evaluate.Status.String] wrote, that of a half that
// was never judged included.
func parseStatus(text string) (evaluate.Status, error) {
	if text == evaluate.Status(0).String() {
		return 0, nil
	}
	return evaluate.ParseStatus(text)
}

func parseStatuses(texts []string, into ...*evaluate.Status) (err error) {
	for i, text := range texts {
		if *into[i], err = parseStatus(text); err != nil {
			return err
		}
	}
	return nil
}

// Results returns a version's results at the ticks in [from, to], by window.
func (s *Store) Results(ctx context.Context, ref model.Ref, from, to time.Time) ([]evaluate.Result, error) {
	var all []evaluate.Result
	err := s.read(ctx, call{
		file: "results", subject: "read the results of " + ref.String(),
		args: args{"model": ref.Name, "version": ref.Version, "from": from, "to": to},
	}, func(rows driver.Rows) error {
		var r evaluate.Result
		var status string
		err := rows.Scan(&r.From, &r.To, &r.Check, &r.Feature, &r.Segment, &r.Against,
			&r.Value, &r.Lower, &r.Upper, &r.Limit, &r.P, &r.Rows, &status, &r.Reason, &r.Revision)
		if err != nil {
			return err
		}
		r.From, r.To = r.From.UTC(), r.To.UTC()
		r.Status, err = parseStatus(status)
		all = append(all, r)
		return err
	})
	return all, err
}
