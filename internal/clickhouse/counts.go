package clickhouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// maxCountsBlock bounds the rows of stored counts that come at a time: one of a large
// bucket takes 30 KB.
const maxCountsBlock = 512

// windows are sums of counts, by the start of the window in milliseconds.
type windows map[int64]*evaluate.Counts

// Counts implements [evaluate.Buckets]. The server gives back what it stored, and it is
// added up here: its sum of maps takes ten times as long as all the rest.
func (s *Store) Counts(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	about := call{
		file:    "counts",
		subject: fmt.Sprintf("sum counts of %s from %s to %s", ref.Ref, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		args:    args{"from": from, "to": to, "window": window.Milliseconds()},
		set:     clickhouse.Settings{"max_block_size": maxCountsBlock},
	}
	sums, err := s.reads.counts.under(ctx, s, keyOf(ref), about, func(rows driver.Rows, of func(referenceKey) *windows) error {
		var k referenceKey
		var start int64
		var segment, series, cells, n string
		if err := rows.Scan(&k.model, &k.version, &k.id, &start, &segment, &series, &cells, &n); err != nil {
			return err
		}
		var c drift.Counts
		var err error
		if c.Cells, err = integers[int32](cells); err == nil {
			c.N, err = integers[uint64](n)
		}
		if err == nil && len(c.Cells) != len(c.N) {
			err = fmt.Errorf("%d cells and %d counts", len(c.Cells), len(c.N))
		}
		if err != nil {
			return fmt.Errorf("counts of series %s of %s@%s: %w", series, k.model, k.version, err)
		}
		sums := of(k)
		if *sums == nil {
			*sums = windows{}
		}
		sum := (*sums)[start]
		if sum == nil {
			from := time.UnixMilli(start).UTC()
			sum = &evaluate.Counts{From: from, To: from.Add(window), Series: map[string]drift.Counts{}}
			(*sums)[start] = sum
		}
		sum.Add(segment, series, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []evaluate.Counts
	for _, start := range slices.Sorted(maps.Keys(sums)) {
		all = append(all, *sums[start])
	}
	return all, nil
}
