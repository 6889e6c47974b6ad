package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Holds implements [evaluate.Buckets].
func (s *Store) Holds(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	spellings, err := s.spellings(ctx, ref.Ref)
	if err != nil {
		return nil, err
	}
	var all []evaluate.Held
	err = s.readInTurn(ctx, call{
		file:    "arrived",
		subject: fmt.Sprintf("ask for the rows of %s before %s", ref.Ref, to.Format(time.RFC3339)),
		names:   predictionsTable(p.Model),
		args:    args{"spellings": spellings, "from": from, "to": to, "bucket": p.Bucket.Milliseconds()},
		set:     clickhouse.Settings{"optimize_use_projections": 0}, // there are none: to look for implied ones takes 1 to 2 ms
	}, func(rows driver.Rows) error {
		var number int64
		var held evaluate.Held
		err := rows.Scan(&number, &held.Rows, &held.Offsets)
		held.Bucket = bucketStart(number, p.Bucket)
		all = append(all, held)
		return err
	})
	return all, err
}

// Counted implements [evaluate.Buckets].
func (s *Store) Counted(ctx context.Context, ref evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	about := call{
		file: "counted", subject: fmt.Sprintf("ask what of %s was counted before %s", ref.Ref, to.Format(time.RFC3339)),
		args: args{"from": from, "to": to},
	}
	return s.reads.counted.under(ctx, s, keyOf(ref), about, func(rows driver.Rows, of func(referenceKey) *[]evaluate.Held) error {
		var k referenceKey
		var held evaluate.Held
		err := rows.Scan(&k.model, &k.version, &k.id, &held.Bucket, &held.Rows, &held.Offsets, &held.Tick)
		held.Bucket, held.Tick = held.Bucket.UTC(), known(held.Tick)
		all := of(k)
		*all = append(*all, held)
		return err
	})
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
