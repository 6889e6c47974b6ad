package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// lateLabels is from when to when the own times of late labels lie.
type lateLabels struct{ first, last time.Time }

// LateLabels implements [evaluate.Revisions].
func (s *Store) LateLabels(ctx context.Context, p evaluate.Policy, from, to time.Time) (first, last time.Time, found bool, err error) {
	about := outcomesBy("late_labels", "look for late labels of "+p.Model, p, from, to)
	all, err := s.reads.lateLabels.about(ctx, s, p.Model, about, func(rows driver.Rows) (model string, late lateLabels, err error) {
		var buckets uint64
		err = rows.Scan(&model, &late.first, &late.last, &buckets)
		return model, late, err
	})
	if len(all) == 0 {
		return time.Time{}, time.Time{}, false, err
	}
	return all[0].first.UTC(), all[0].last.UTC(), true, err
}

// NoteLabels implements [evaluate.Revisions].
func (s *Store) NoteLabels(ctx context.Context, p evaluate.Policy, from, to time.Time) error {
	about := outcomesBy("noted", fmt.Sprintf("note the labels of %s before %s", p.Model, to.Format(time.RFC3339)), p, from, to)
	noted, err := s.reads.noted.about(ctx, s, p.Model, about, func(rows driver.Rows) (string, []any, error) {
		var model string
		var number int64
		var n uint64
		err := rows.Scan(&model, &number, &n)
		return model, []any{model, bucketStart(number, p.Bucket), n}, err
	})
	if err != nil {
		return err
	}
	return s.insertInTurn(ctx, call{file: "insert_noted", subject: about.subject}, noted)
}

// outcomesBy is a statement over a model's outcomes by bucket.
func outcomesBy(file, subject string, p evaluate.Policy, from, to time.Time) call {
	return call{file: file, subject: subject, args: args{"from": from, "to": to, "bucket": p.Bucket.Milliseconds()}}
}

// Published implements [evaluate.Revisions].
func (s *Store) Published(ctx context.Context, p evaluate.Policy, from, to, tick time.Time) ([]evaluate.Published, error) {
	about := call{
		file: "published", subject: fmt.Sprintf("read what was said of labels of %s before %s", p.Model, to.Format(time.RFC3339)),
		args: args{"from": from, "to": to, "tick": tick, "checks": append([]string{"coverage"}, p.Live.Metrics...)},
	}
	return s.reads.published.about(ctx, s, p.Model, about, func(rows driver.Rows) (string, evaluate.Published, error) {
		var r evaluate.Published
		var model, status string
		err := rows.Scan(&model, &r.Version, &r.From, &r.To, &r.Check, &r.Segment, &r.Against, &r.Value, &r.Lower, &r.Upper, &r.Limit, &r.Rows, &status, &r.Reason, &r.Revision)
		if err != nil {
			return model, r, err
		}
		r.From, r.To = r.From.UTC(), r.To.UTC()
		r.Status, err = parseStatus(status)
		return model, r, err
	})
}
