package clickhouse

import (
	"fmt"
	"time"

	"github.com/driftd/driftd/ingest"
)

// tablesOf lays a batch out by table, leaving out empty ones.
func tablesOf(b *ingest.Batch) ([]rows, error) {
	var tables []rows
	for _, p := range b.Predictions {
		if p.Rows() == 0 {
			continue
		}
		t, err := predictionRows(b, p)
		if err != nil {
			return nil, fmt.Errorf("lay out predictions of model %s: %w", p.Model.Name, err)
		}
		tables = append(tables, t)
	}
	if b.Outcomes.Rows() > 0 {
		tables = append(tables, outcomeRows(b))
	}
	if len(b.Rejects) > 0 {
		tables = append(tables, rejectRows(b))
	}
	return tables, nil
}

// origin returns the columns that say where rows came from.
func origin(b *ingest.Batch, offsets []int64) []any {
	unsigned := make([]uint64, len(offsets))
	for i, offset := range offsets {
		unsigned[i] = uint64(offset)
	}
	return []any{constant(b.Topic, len(offsets)), repeat(uint32(b.Partition), len(offsets)), unsigned}
}

func predictionRows(b *ingest.Batch, p *ingest.Predictions) (rows, error) {
	columns, err := columnsOf(p.Model)
	if err != nil {
		return rows{}, err
	}
	table := predictionsTable(p.Model.Name)
	return rows{
		call:    call{file: "insert_predictions", names: map[string]any{"Table": table, "Columns": columns}},
		table:   table,
		offsets: p.Offset,
		times:   p.Time,
		id:      func(i int) string { return p.ID[i] + "\x00" + p.Version.Text(i) },
		columns: func(at []int) []any {
			values := []any{
				pick(p.ID, at), pickTexts(p.Version, at), pick(p.Time, at), pickTexts(p.Role, at),
				pickNumbers(p.Score, at), pickTexts(p.Class, at),
			}
			number, text := 0, 0
			for _, f := range p.Model.Features {
				if f.Kind.Numeric() {
					values = append(values, pickNumbers(p.Numbers[number], at))
					number++
				} else {
					values = append(values, texts{pickTexts(p.Texts[text], at).Texts, true})
					text++
				}
			}
			for _, score := range p.Scores {
				values = append(values, pickNumbers(score, at))
			}
			for _, segment := range p.Segments {
				values = append(values, pickTexts(segment, at))
			}
			extra := p.Extra
			if extra == nil {
				extra = make([]map[string]string, p.Rows())
			}
			values = append(values, extras(pick(extra, at)))
			return append(values, origin(b, pick(p.Offset, at))...)
		},
	}, nil
}

func outcomeRows(b *ingest.Batch) rows {
	o := &b.Outcomes
	return rows{
		call:    call{file: "insert_outcomes"},
		table:   "outcomes",
		offsets: o.Offset,
		times:   o.Time,
		id:      func(i int) string { return o.ID[i] },
		columns: func(at []int) []any {
			values := []any{pickTexts(o.Model, at), pick(o.Time, at), pick(o.ID, at), pickTexts(o.Label, at), pickNumbers(o.Value, at)}
			return append(values, origin(b, pick(o.Offset, at))...)
		},
	}
}

func rejectRows(b *ingest.Batch) rows {
	t := rows{call: call{file: "insert_rejects"}, table: "rejects"}
	var models, reasons, details, excerpts, kinds, readAs, places, keys, messages []string
	var names, values [][]string // of headers
	var sizes []uint32
	var encoded []bool
	for _, r := range b.Rejects {
		t.offsets = append(t.offsets, r.Offset)
		t.times = append(t.times, r.Time)
		models = append(models, r.Model)
		reasons = append(reasons, string(r.Reason))
		details = append(details, r.Detail)
		excerpts = append(excerpts, r.Excerpt)
		kinds = append(kinds, string(r.Kind))
		readAs = append(readAs, r.ReadAs)
		places = append(places, r.Place)
		sizes = append(sizes, uint32(r.Size))
		encoded = append(encoded, r.Encoded)
		keys = append(keys, string(r.Key))
		var name, value []string
		for _, h := range r.Headers {
			name, value = append(name, h.Key), append(value, string(h.Value))
		}
		names, values = append(names, name), append(values, value)
		messages = append(messages, string(r.Message))
	}
	now := time.Now()
	t.columns = func(at []int) []any {
		columns := []any{
			pick(t.times, at), pick(models, at), pick(reasons, at), pick(details, at), pick(excerpts, at),
			pick(kinds, at), pick(readAs, at), pick(places, at), pick(sizes, at), pick(encoded, at),
			pick(keys, at), pick(names, at), pick(values, at), pick(messages, at), repeat(now, len(at)),
		}
		return append(columns, origin(b, pick(t.offsets, at))...)
	}
	return t
}

// repeat returns a column of n equal values.
func repeat[T any](value T, n int) []T {
	column := make([]T, n)
	for i := range column {
		column[i] = value
	}
	return column
}
