package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// LateLabels implements [evaluate.Revisions].
func (s *Store) LateLabels(ctx context.Context, p evaluate.Policy, from, to time.Time) (first, last time.Time, found bool, err error) {
	err = s.read(ctx, outcomesBy("late_labels", "look for late labels of "+p.Model, p, from, to), func(rows driver.Rows) error {
		var buckets uint64
		err := rows.Scan(&first, &last, &buckets)
		first, last, found = first.UTC(), last.UTC(), buckets > 0
		return err
	})
	return first, last, found, err
}

// NoteLabels implements [evaluate.Revisions].
func (s *Store) NoteLabels(ctx context.Context, p evaluate.Policy, from, to time.Time) error {
	return s.exec(ctx, outcomesBy("insert_noted", fmt.Sprintf("note the labels of %s before %s", p.Model, to.Format(time.RFC3339)), p, from, to))
}

// outcomesBy is a statement over a model's outcomes by bucket.
func outcomesBy(file, subject string, p evaluate.Policy, from, to time.Time) call {
	return call{file: file, subject: subject, args: args{"model": p.Model, "from": from, "to": to, "bucket": p.Bucket.Milliseconds()}}
}

// Published implements [evaluate.Revisions].
func (s *Store) Published(ctx context.Context, p evaluate.Policy, from, to, tick time.Time) ([]evaluate.Published, error) {
	var all []evaluate.Published
	err := s.read(ctx, call{
		file: "published", subject: fmt.Sprintf("read what was said of labels of %s before %s", p.Model, to.Format(time.RFC3339)),
		args: args{"model": p.Model, "from": from, "to": to, "tick": tick, "checks": append([]string{"coverage"}, p.Live.Metrics...)},
	}, func(rows driver.Rows) error {
		var r evaluate.Published
		var status string
		err := rows.Scan(&r.Version, &r.From, &r.To, &r.Check, &r.Segment, &r.Against, &r.Value, &r.Lower, &r.Upper, &r.Limit, &r.Rows, &status, &r.Reason, &r.Revision)
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
