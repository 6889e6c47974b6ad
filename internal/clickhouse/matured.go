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
	keys, err := maturedKeys(p)
	if err != nil {
		return nil, err
	}
	var all []evaluate.Matured
	err = s.readInTurn(ctx, call{
		file:    "matured",
		subject: fmt.Sprintf("join labels of %s from %s to %s", p.Model, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names: struct {
			Table   string
			Keys    []maturedKey
			Sampled bool
		}{predictionsTable(p.Model), keys, p.Sample > 1},
		args: args{
			"model": p.Model, "task": p.Task.String(), "positive": p.Positive,
			"from": from, "to": to, "maturity": p.Maturity.Milliseconds(), "negative": p.AbsentNegative, "sample": p.Sample,
		},
	}, func(rows driver.Rows) error {
		var m evaluate.Matured
		var correct, positive, called []uint8
		into := []any{&m.Version, &m.Predicted, &m.Absent, &m.ID, &m.Score, &correct, &positive, &called, &m.Class, &m.Label, &m.Value}
		for _, key := range p.Segments {
			m.Segments = append(m.Segments, evaluate.SegmentValues{Key: key})
		}
		for _, class := range p.Scored {
			m.Scores = append(m.Scores, evaluate.ClassScores{Class: class})
		}
		for k := range m.Segments {
			into = append(into, &m.Segments[k].Values)
		}
		for k := range m.Scores {
			into = append(into, &m.Scores[k].Scores)
		}
		for k := range m.Segments {
			into = append(into, &m.Segments[k].Predicted, &m.Segments[k].Absent)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		m.Correct, m.Positive, m.Called = truths(correct), truths(positive), truths(called)
		all = append(all, m)
		return nil
	})
	return all, err
}

// maturedKey is a segment key of labelled rows, or a class with its scores, beside eight
// columns that all have.
type maturedKey struct {
	Column string // quoted
	Place  int
	Score  bool
}

func maturedKeys(p evaluate.Policy) ([]maturedKey, error) {
	keys := make([]maturedKey, 0, len(p.Segments)+len(p.Scored))
	for _, name := range p.Segments {
		column, err := quote(segmentColumn(name))
		if err != nil {
			return nil, err
		}
		keys = append(keys, maturedKey{column, 9 + len(keys), false})
	}
	for _, name := range p.Scored {
		column, err := quote(classColumn(name))
		if err != nil {
			return nil, err
		}
		keys = append(keys, maturedKey{column, 9 + len(keys), true})
	}
	return keys, nil
}

func truths(column []uint8) []bool {
	truths := make([]bool, len(column))
	for i, x := range column {
		truths[i] = x != 0
	}
	return truths
}
