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
type windows map[int64]map[part]*drift.Sum

// part is a series, within its segment or "".
type part struct{ segment, series string }

// Counts implements [evaluate.Buckets]. The server gives back what it stored, and it is
// added up here: its sum of maps takes ten times as long as all the rest.
func (s *Store) Counts(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	about := call{
		file:    "counts",
		subject: fmt.Sprintf("sum counts of %s from %s to %s", ref.Ref, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		args:    args{"from": from, "to": to, "window": window.Milliseconds()},
		set:     clickhouse.Settings{"max_block_size": maxCountsBlock},
	}
	var c drift.Counts // of one row at a time
	sums, err := s.reads.counts.under(ctx, s, keyOf(ref), about, func(rows driver.Rows, of func(referenceKey) *windows) error {
		var k referenceKey
		var start int64
		var p part
		var cells, n string
		if err := rows.Scan(&k.model, &k.version, &k.id, &start, &p.segment, &p.series, &cells, &n); err != nil {
			return err
		}
		var err error
		if c.Cells, err = integers(c.Cells[:0], cells); err == nil {
			c.N, err = integers(c.N[:0], n)
		}
		if err == nil && len(c.Cells) != len(c.N) {
			err = fmt.Errorf("%d cells and %d counts", len(c.Cells), len(c.N))
		}
		if err != nil {
			return fmt.Errorf("counts of series %s of %s@%s: %w", p.series, k.model, k.version, err)
		}
		of(k).of(start, p).Add(c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []evaluate.Counts
	for _, start := range slices.Sorted(maps.Keys(sums)) {
		from := time.UnixMilli(start).UTC()
		sum := evaluate.Counts{From: from, To: from.Add(window), Series: map[string]drift.Counts{}}
		for p, counts := range sums[start] {
			sum.Put(p.segment, p.series, counts.Counts())
		}
		all = append(all, sum)
	}
	return all, nil
}

// of returns the sum of a part in the window that starts then.
func (w *windows) of(start int64, p part) *drift.Sum {
	if *w == nil {
		*w = windows{}
	}
	if (*w)[start] == nil {
		(*w)[start] = map[part]*drift.Sum{}
	}
	sum := (*w)[start][p]
	if sum == nil {
		sum = new(drift.Sum)
		(*w)[start][p] = sum
	}
	return sum
}
