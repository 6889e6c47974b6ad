package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// pinBins stores the bins of the reference's series for those who read SQL.
func (s *Store) pinBins(ctx context.Context, ref evaluate.Reference) error {
	var rows [][]any
	for _, series := range ref.Series {
		n, labels := series.Layout.Bins(series.Counts), series.Layout.Labels()
		for i, span := range series.Layout.Spans() {
			rows = append(rows, []any{ref.Ref.Name, ref.Ref.Version, ref.ID, series.Name, uint16(i), labels[i], span.First, span.Last, n[i]})
		}
	}
	return s.insertRows(ctx, call{file: "insert_reference_bins", subject: fmt.Sprintf("store the bins of reference %s of %s", ref.ID, ref.Ref)}, rows)
}

// fillBins stores the bins of references that were pinned before there was a table.
func (s *Store) fillBins(ctx context.Context) error {
	var keys []referenceKey
	err := s.read(ctx, call{file: "references_without_bins", subject: "look for references without bins"}, func(rows driver.Rows) error {
		var k referenceKey
		err := rows.Scan(&k.model, &k.version, &k.id)
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		ref, err := s.whole(ctx, k)
		if err != nil {
			return err
		}
		if err := s.pinBins(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}
