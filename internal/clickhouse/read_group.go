package clickhouse

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// reads are the statements about a model that a tick asks.
type reads struct {
	lastTick         asked[time.Time]
	started          asked[alerts.Serving]
	verdicts, blocks asked[evaluate.Verdict]
	references       asked[referenceKey]
	reopened         asked[reopening]
	slots            asked[Holding]
	orders           asked[alerts.Order]
	unseen           asked[unseen]
	actions          asked[alerts.Action]
	incidents        asked[alerts.Incident]
	streaks          asked[streak]
	tags             asked[tag]
	lateLabels       asked[lateLabels]
	noted            asked[[]any]
	published        asked[evaluate.Published]
}

// asked is a statement about a model that answers for several: those that are asked
// about at a time, in all else alike. It takes {models:Array(String)}.
type asked[T any] struct {
	line line[*answer[T]]
}

// answer is what one of those who ask together gets.
type answer[T any] struct {
	model string
	rows  []T
}

// about returns the rows about the model, in the statement's order. row reads one and
// says about which model it is. Others may hold the same rows: they are not to be
// written to.
func (a *asked[T]) about(ctx context.Context, s *Store, name string, c call, row func(driver.Rows) (string, T, error)) ([]T, error) {
	mine, shared := &answer[T]{model: name}, c.args
	err := a.line.join(ctx, s.turns, c, mine, func(ctx context.Context, group []*answer[T]) error {
		rows := make(map[string][]T, len(group))
		for _, g := range group {
			rows[g.model] = nil
		}
		c := c
		c.args = args{"models": slices.Sorted(maps.Keys(rows))}
		maps.Copy(c.args, shared)
		err := s.read(ctx, c, func(r driver.Rows) error {
			name, t, err := row(r)
			rows[name] = append(rows[name], t)
			return err
		})
		if err != nil {
			return err
		}
		for _, g := range group {
			g.rows = slices.Clip(rows[g.model])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mine.rows, nil
}
