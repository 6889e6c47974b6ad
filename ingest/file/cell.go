package file

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

// celler turns cells of text into JSON values. Text says nothing of types: the
// column's role, and for features the kind that the row's model declares, does.
type celler struct {
	columns            []column
	models             map[string]declared
	stated             Options
	modelAt, versionAt int      // columns, -1 for none
	now                declared // what the row's model declares
	zoneless           int      // times without zone, taken for UTC
}

// declared is what a model says of its columns.
type declared struct {
	kinds      map[string]ingest.FeatureKind
	regression bool
}

func newCeller(columns []column, o Options) celler {
	c := celler{columns: columns, models: make(map[string]declared, len(o.Models)), stated: o, modelAt: -1, versionAt: -1}
	for _, m := range o.Models {
		d := declared{kinds: make(map[string]ingest.FeatureKind, len(m.Features)), regression: m.Task == model.Regression}
		for _, f := range m.Features {
			d.kinds[f.Name] = f.Kind
		}
		c.models[m.Name] = d
	}
	for i, column := range columns {
		switch column.field {
		case "model":
			c.modelAt = i
		case "version":
			c.versionAt = i
		}
	}
	return c
}

// row looks up the row's model.
func (c *celler) row(cells [][]byte) {
	if c.modelAt >= 0 && len(cells[c.modelAt]) > 0 {
		c.now = c.models[string(cells[c.modelAt])]
		return
	}
	c.now = c.models[c.stated.Model]
}

// append writes a cell as a JSON value; an empty one is null.
func (c *celler) append(b []byte, at int, cell []byte) []byte {
	switch {
	case len(cell) > 0:
	case at == c.modelAt && c.stated.Model != "":
		return appendString(b, c.stated.Model)
	case at == c.versionAt && c.stated.Version != "":
		return appendString(b, c.stated.Version)
	default:
		return append(b, "null"...)
	}
	column := c.columns[at]
	switch column.role {
	case name:
		return appendString(b, cell)
	case moment:
		return c.appendTime(b, cell)
	case measure:
		return appendNumber(b, cell)
	case class:
		if c.now.regression && column.field == "prediction" {
			return appendNumber(b, cell)
		}
		return appendClass(b, cell)
	case feature:
		switch c.now.kinds[strings.TrimPrefix(column.field, "features.")] {
		case ingest.Number:
			return appendNumber(b, cell)
		case ingest.Category:
			return appendClass(b, cell)
		case ingest.Timestamp:
			return c.appendTime(b, cell)
		}
	}
	if isNumber(cell) {
		return append(b, cell...)
	}
	if truth, ok := truth(cell); ok {
		return strconv.AppendBool(b, truth)
	}
	return appendString(b, cell)
}

// appendNumber writes what reads as a number as one, in JSON's grammar; what
// does not stays text, for the decoder to refuse.
func appendNumber(b, cell []byte) []byte {
	cell = bytes.TrimSpace(cell)
	if isNumber(cell) {
		return append(b, cell...)
	}
	if truth, ok := truth(cell); ok {
		return strconv.AppendBool(b, truth)
	}
	// ParseFloat also takes hexadecimal numbers and underscores: those are text.
	if !bytes.ContainsAny(cell, "xX_pP") {
		if f, err := strconv.ParseFloat(string(cell), 64); err == nil {
			return appendFloat(b, f)
		}
	}
	return appendString(b, cell)
}

// appendClass writes a class or category as the text that the same value has
// in a stream: 3.0, as Python writes a whole number in a column with holes, is
// 3, and True is true.
func appendClass(b, cell []byte) []byte {
	if whole := bytes.TrimRight(cell, "0"); len(whole) < len(cell) && bytes.HasSuffix(whole, []byte(".")) && isNumber(cell) {
		return append(b, whole[:len(whole)-1]...)
	}
	if truth, ok := truth(cell); ok {
		return strconv.AppendBool(b, truth)
	}
	return appendString(b, cell)
}

// truth reads a boolean as JSON and Python write it.
func truth(cell []byte) (value, ok bool) {
	switch string(cell) {
	case "true", "True":
		return true, true
	case "false", "False":
		return false, true
	}
	return false, false
}

// Layouts of times beside RFC 3339: a blank instead of the T, as SQL and pandas
// write them, and no zone.
const (
	blankZone = "2006-01-02 15:04:05.999999999Z07:00"
	blankUTC  = "2006-01-02 15:04:05.999999999 UTC"
	blank     = "2006-01-02 15:04:05.999999999"
	zoneless  = "2006-01-02T15:04:05.999999999"
)

// appendTime writes whole numbers as they are, milliseconds since 1970, and
// the usual other ways to write a time as RFC 3339.
func (c *celler) appendTime(b, cell []byte) []byte {
	cell = bytes.TrimSpace(cell)
	if isNumber(cell) {
		return append(b, cell...)
	}
	text := string(cell)
	if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return appendString(b, cell)
	}
	for _, layout := range []string{blankZone, blankUTC, blank, zoneless} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if layout == blank || layout == zoneless {
			c.zoneless++
		}
		return appendMoment(b, t)
	}
	return appendString(b, cell)
}

func appendMoment(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// notes says that times were taken for UTC.
func (c *celler) notes() []string { return zonelessNote(c.zoneless) }

func zonelessNote(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d time(s) without a zone were taken for UTC", n)}
}
