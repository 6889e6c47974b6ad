package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// Matured implements [evaluate.Labels].
func (s *Store) Matured(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Matured, error) {
	var all []evaluate.Matured
	err := s.read(ctx, call{
		file:    "matured",
		subject: fmt.Sprintf("join labels of %s from %s to %s", p.Model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   predictionsTable(p.Model),
		args: args{
			"model": p.Model, "task": p.Task.String(), "positive": p.Positive,
			"from": from, "to": to, "maturity": p.Maturity.Milliseconds(), "negative": p.AbsentNegative,
		},
	}, func(rows driver.Rows) error {
		var m evaluate.Matured
		var correct, positive, called []uint8
		if err := rows.Scan(&m.Version, &m.Predicted, &m.Absent, &m.ID, &m.Score, &correct, &positive, &called, &m.Class, &m.Label, &m.Value); err != nil {
			return err
		}
		m.Correct, m.Positive, m.Called = truths(correct), truths(positive), truths(called)
		all = append(all, m)
		return nil
	})
	return all, err
}

func truths(column []uint8) []bool {
	truths := make([]bool, len(column))
	for i, x := range column {
		truths[i] = x != 0
	}
	return truths
}
