package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// Limits of one counting statement: it holds a number per bucket and cell, and
// a subexpression per series. A day of hours of fifty series goes into one.
const (
	maxNumbers = 3_000_000
	maxSeries  = 64
)

// Count implements [evaluate.Buckets].
//
// Where there are many values, they stay and are counted where they are. The
// reference's knots and categories travel beside the statement as tables of their own:
// as text in it, parsing them takes longer than counting. Where there are few, knots
// are what costs, and the values travel.
func (s *Store) Count(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, held []evaluate.Held, tick time.Time) (counts []evaluate.Counts, atHand bool, err error) {
	if len(held) == 0 {
		return nil, true, nil
	}
	here := map[time.Time]*evaluate.Counts{}
	atHand = true
	for group := range slices.Chunk(ref.Series, maxSeries) {
		if s.few(group, held) {
			err = s.countHere(ctx, p, ref, group, held, here)
		} else {
			atHand, err = false, s.countThere(ctx, p, ref, group, held)
		}
		if err != nil {
			return nil, false, err
		}
	}
	var noted [][]any
	for _, h := range held {
		noted = append(noted, []any{ref.Ref.Name, ref.Ref.Version, ref.ID, h.Bucket, h.Rows, h.Offsets, tick})
	}
	// At last: a bucket of which counting failed stays one that holds other rows.
	err = s.insertInTurn(ctx, call{file: "insert_counted", subject: fmt.Sprintf("note the rows of %d buckets of %s", len(noted), ref.Ref)}, noted)
	if err != nil || !atHand {
		return nil, false, err
	}
	for _, c := range here {
		counts = append(counts, *c)
	}
	return counts, true, nil
}

// countThere lets the server count, as many buckets at a time as it has room for.
func (s *Store) countThere(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, group []evaluate.ReferenceSeries, held []evaluate.Held) error {
	cells := 0
	for _, series := range group {
		cells += (1 + len(ref.Segments)) * (series.Layout.Cells() + 4)
	}
	knots, texts, err := layouts(group)
	if err != nil {
		return fmt.Errorf("lay out %d series of %s: %w", len(group), ref.Ref, err)
	}
	for stretch := range slices.Chunk(held, max(1, maxNumbers/cells)) {
		c, err := s.counted(ctx, "count", p, ref, group, stretch)
		if err != nil {
			return err
		}
		err = s.turns.take(ctx, c, func() error {
			return s.exec(clickhouse.Context(ctx, clickhouse.WithExternalTable(knots, texts)), c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// counted is a statement over the rows that are counted, or their counts, in the stretch of
// the given buckets.
func (s *Store) counted(ctx context.Context, file string, p evaluate.Policy, ref evaluate.Reference, group []evaluate.ReferenceSeries, held []evaluate.Held) (call, error) {
	var numbers, texts []evaluate.Series
	var numeric, categorical, times []string
	var unseen []int32
	for _, s := range group {
		one := evaluate.Series{Name: s.Name, Kind: s.Layout.Kind, Age: s.Age}
		if one.Kind != drift.Numeric {
			texts, categorical = append(texts, one), append(categorical, s.Name)
			unseen = append(unseen, s.Layout.Unknown())
			continue
		}
		numbers, numeric = append(numbers, one), append(numeric, s.Name)
		if s.Age {
			times = append(times, s.Name)
		}
	}
	spellings, err := s.spellings(ctx, ref.Ref)
	if err != nil {
		return call{}, err
	}
	from, to := held[0].Bucket, held[len(held)-1].Bucket.Add(p.Bucket)
	bound := args{
		"spellings": spellings,
		"model":     ref.Ref.Name, "version": ref.Ref.Version, "reference": ref.ID,
		"from": from, "to": to, "bucket": p.Bucket.Milliseconds(),
		"numeric": numeric, "times": times, "categorical": categorical, "unseen": unseen, "longest": maxCategory,
	}
	keys, err := bindSegments(ref, bound)
	return call{
		file:    file,
		subject: fmt.Sprintf("count %d series of %s from %s to %s", len(group), ref.Ref, from.Format(time.RFC3339), to.Format(time.RFC3339)),
		names:   map[string]any{"Table": predictionsTable(p.Model), "Numeric": numbers, "Categorical": texts, "Keys": keys},
		args:    bound,
	}, err
}

// layouts returns the tables that tell the cell of a value: for the i-th
// numeric series (from 1) each knot with the cell of the interval above it, for
// the i-th categorical one each known text with its cell. Series 0 is nobody's:
// it keeps the tables from being empty.
func layouts(group []evaluate.ReferenceSeries) (knots, texts *ext.Table, err error) {
	knots, err = ext.NewTable("knots", ext.Column("series", "UInt16"), ext.Column("knot", "Float64"), ext.Column("above", "Int32"))
	if err != nil {
		return nil, nil, err
	}
	texts, err = ext.NewTable("texts", ext.Column("series", "UInt16"), ext.Column("text", "String"), ext.Column("cell", "Int32"), ext.Column("known", "UInt8"))
	if err != nil {
		return nil, nil, err
	}
	if err := knots.Append(uint16(0), 0.0, int32(0)); err != nil {
		return nil, nil, err
	}
	if err := texts.Append(uint16(0), "", int32(0), uint8(0)); err != nil {
		return nil, nil, err
	}
	var numeric, categorical uint16
	for _, series := range group {
		if series.Layout.Kind == drift.Numeric {
			numeric++
			for k, knot := range series.Layout.Knots {
				if err := knots.Append(numeric, knot, int32(2*k+2)); err != nil {
					return nil, nil, err
				}
			}
			continue
		}
		categorical++
		for _, known := range [][]string{series.Layout.Categories, series.Layout.Other} {
			for _, text := range known {
				if err := texts.Append(categorical, text, series.Layout.CellOf(text), uint8(1)); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	return knots, texts, nil
}
