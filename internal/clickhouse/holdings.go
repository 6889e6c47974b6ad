package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Holdings implements [evaluate.Holdings].
func (s *Store) Holdings(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Holding, error) {
	ids, versions, err := s.versionIDs(ctx, p.Model)
	if err != nil {
		return nil, err
	}
	var said []evaluate.Holding
	err = s.readInTurn(ctx, call{
		file:    "holdings",
		subject: fmt.Sprintf("ask for the rows of %s from %s to %s", p.Model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   predictionsTable(p.Model),
		args:    args{"ids": ids, "from": from, "to": to, "bucket": p.Bucket.Milliseconds()},
		// There are no projections, and to look for implied ones takes 1 to 2 ms. Rows lie by
		// version and time: grouping them in that order takes half as much of a million.
		set: clickhouse.Settings{"optimize_use_projections": 0, "optimize_aggregation_in_order": 1},
	}, func(rows driver.Rows) error {
		var number int64
		var h evaluate.Holding
		err := rows.Scan(&h.Version, &number, &h.Last, &h.Rows, &h.Offsets)
		h.Last, h.Bucket = h.Last.UTC(), bucketStart(number, p.Bucket)
		if i := slices.Index(ids, h.Version); i >= 0 {
			h.Version = versions[i]
		}
		said = append(said, h)
		return err
	})
	return joined(said), err
}

// joined adds up what is said of the same bucket of the same version, and sorts it.
func joined(said []evaluate.Holding) (all []evaluate.Holding) {
	slices.SortFunc(said, func(a, b evaluate.Holding) int {
		return cmp.Or(strings.Compare(a.Version, b.Version), a.Bucket.Compare(b.Bucket))
	})
	for _, h := range said {
		n := len(all)
		if n == 0 || all[n-1].Version != h.Version || !all[n-1].Bucket.Equal(h.Bucket) {
			all = append(all, h)
			continue
		}
		same := &all[n-1]
		same.Rows, same.Offsets = same.Rows+h.Rows, same.Offsets+h.Offsets
		if h.Last.After(same.Last) {
			same.Last = h.Last
		}
	}
	return all
}
