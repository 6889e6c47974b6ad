package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Late implements [evaluate.Buckets].
func (s *Store) Late(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to, judged time.Time) (late evaluate.Late, err error) {
	c := arrived("late", fmt.Sprintf("look for late rows of %s before %s", ref.Ref, to.Format(time.RFC3339)), p, ref, from, to)
	if judged.IsZero() {
		judged = time.Unix(0, 0) // as a time that is not known is stored
	}
	c.args["judged"] = judged
	err = s.readInTurn(ctx, c, func(rows driver.Rows) error {
		var buckets uint64
		err := rows.Scan(&late.From, &buckets, &late.Cut)
		if late.From = late.From.UTC(); buckets == 0 {
			late.From = time.Time{}
		}
		return err
	})
	return late, err
}

// holds returns what each bucket holds, as rows of counted_buckets: asked before they
// are counted at the tick, so that what arrives meanwhile is late.
func (s *Store) holds(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to, tick time.Time) ([][]any, error) {
	var held [][]any
	err := s.readInTurn(ctx, arrived("arrived", fmt.Sprintf("ask for the rows of %s before %s", ref.Ref, to.Format(time.RFC3339)), p, ref, from, to), func(rows driver.Rows) error {
		var number int64
		var n, offsets uint64
		err := rows.Scan(&number, &n, &offsets)
		held = append(held, []any{ref.Ref.Name, ref.Ref.Version, ref.ID, time.UnixMilli(number * p.Bucket.Milliseconds()), n, offsets, tick})
		return err
	})
	return held, err
}

// arrived is a statement over the rows of a reference's version by bucket.
func arrived(file, subject string, p evaluate.Policy, ref evaluate.Reference, from, to time.Time) call {
	return call{
		file: file, subject: subject, names: predictionsTable(p.Model),
		args: args{
			"model": ref.Ref.Name, "version": ref.Ref.Version, "reference": ref.ID,
			"from": from, "to": to, "bucket": p.Bucket.Milliseconds(),
		},
	}
}

// Judged implements [evaluate.Buckets].
func (s *Store) Judged(ctx context.Context, ref model.Ref, at time.Time) (v evaluate.Verdict, found bool, err error) {
	err = s.readInTurn(ctx, call{
		file: "judged", subject: fmt.Sprintf("read how %s stood before %s", ref, at.Format(time.RFC3339)),
		args: args{"model": ref.Name, "version": ref.Version, "at": at},
	}, func(rows driver.Rows) error {
		found = true
		var err error
		v, err = scanVerdict(rows)
		return err
	})
	return v, found, err
}
