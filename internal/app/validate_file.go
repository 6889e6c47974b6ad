package app

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/file"
	"github.com/driftd/driftd/internal/config"
)

// The fields of a labelled row, which are the names of its columns unless the
// options say otherwise.
const (
	fieldLabel                = "label"
	fieldScore                = "score"
	fieldPrediction           = "prediction"
	fieldProductionScore      = "production_score"
	fieldProductionPrediction = "production_prediction"
)

// LabelledFields are the fields of a row of a labelled file.
var LabelledFields = []string{fieldLabel, fieldScore, fieldPrediction, fieldProductionScore, fieldProductionPrediction}

// labelled reads the rows of a labelled file. What is wrong with one row is
// wrong with the verdict, so the first such row ends it.
type labelled struct {
	positive string
	columns  []string // of LabelledFields
	has      []bool   // of the first row
	rows     int
}

// readLabelled reads a file. Production is nil when it has no such column.
func readLabelled(o ValidateOptions, m config.Model) (candidate evaluate.Matured, production *evaluate.Matured, err error) {
	f, err := file.Open(o.File, o.Stdin)
	if err != nil {
		return candidate, nil, err
	}
	defer f.Close()
	rows, err := f.Rows(file.Options{
		Topic: ingest.Topic{Kind: ingest.PredictionsTopic}, Format: file.Format(o.Format), Compression: file.Compression(o.Compression),
		Comma: o.Comma, MaxRow: int(ingest.Defaults().MaxMessage),
	})
	if err != nil {
		return candidate, nil, err
	}
	defer rows.Close()
	l := labelled{positive: m.Policy.Positive, columns: make([]string, len(LabelledFields))}
	for i, field := range LabelledFields {
		if l.columns[i] = field; o.Columns[field] != "" {
			l.columns[i] = o.Columns[field]
		}
	}
	var other evaluate.Matured
	labels, says := map[string]bool{}, map[string]bool{}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return candidate, nil, err
		}
		cells, err := l.cells(row)
		if err == nil {
			err = l.add(&candidate, cells[1], cells[2], cells[0])
		}
		if err == nil && l.compares() {
			err = l.add(&other, cells[3], cells[4], cells[0])
		}
		if err != nil {
			return candidate, nil, fmt.Errorf("%s: %s: %w", o.File, row.Place, err)
		}
		if len(labels) < 3 && len(says) < 3 {
			labels[cells[0].Class], says[cells[2].Class] = true, true
		}
	}
	delete(says, "") // there is no such column
	switch {
	case l.rows == 0:
		return candidate, nil, fmt.Errorf("%s: has no rows", o.File)
	case len(labels) > 2:
		return candidate, nil, fmt.Errorf("%s: column %q holds more than two classes: a binary model has two, of which %q is the positive one", o.File, l.columns[0], l.positive)
	case len(labels) == 2 && !labels[l.positive]:
		return candidate, nil, fmt.Errorf("%s: no row of column %q is %q, which is the positive label of %s: correct positive in the configuration, or the file", o.File, l.columns[0], l.positive, m.Policy.Model)
	}
	for class := range says {
		if len(labels) == 2 && !labels[class] {
			return candidate, nil, fmt.Errorf("%s: column %q holds %q, which is no class of column %q: write both alike", o.File, l.columns[2], class, l.columns[0])
		}
	}
	if l.compares() {
		production = &other
	}
	return candidate, production, nil
}

// compares reports whether the file has what production predicted.
func (l *labelled) compares() bool { return l.has[3] }

// cells reads a row. What the first one has, all must have.
func (l *labelled) cells(row ingest.Row) ([]decode.Cell, error) {
	switch {
	case row.Wrong != "":
		return nil, errors.New(row.Wrong)
	case row.Size > len(row.Value):
		return nil, fmt.Errorf("is %d bytes long: rows have at most %d", row.Size, len(row.Value))
	}
	cells, err := decode.Cells(row.Value, l.columns)
	if err != nil {
		return nil, err
	}
	if l.rows++; l.has == nil {
		for i, c := range cells {
			l.has = append(l.has, c.There)
			if i < 2 && !c.There {
				return nil, fmt.Errorf("no column %q, the %s of the candidate's rows: name yours with --column %s=NAME", l.columns[i], LabelledFields[i], LabelledFields[i])
			}
		}
	}
	for i, c := range cells {
		if l.has[i] && (c.Class == "" || c.Is && math.IsNaN(c.Number)) {
			return nil, fmt.Errorf("%s is empty: give every row one, or leave the row out", l.columns[i])
		}
	}
	return cells, nil
}

// add appends a row. Without a predicted class, it is what the score says.
func (l *labelled) add(m *evaluate.Matured, score, prediction, label decode.Cell) error {
	if !score.Is || score.Number < 0 || score.Number > 1 {
		return fmt.Errorf("score %s: want the probability of the positive class, 0 to 1", score.Text())
	}
	positive := label.Class == l.positive
	correct := (score.Number >= 0.5) == positive
	if prediction.Class != "" {
		correct = prediction.Class == label.Class
	}
	m.Predicted++
	m.ID, m.Score = append(m.ID, uint64(l.rows)), append(m.Score, score.Number)
	m.Correct, m.Positive = append(m.Correct, correct), append(m.Positive, positive)
	return nil
}
