package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/driftd/driftd/ingest"
)

// csvRows are records of RFC 4180 under a header.
type csvRows struct {
	*counted
	records records
	columns []column
	root    *node
	cells   celler
	notes   []string
	stated  []byte
	offset  int64
	buffer  []byte
}

func newCSVRows(text *bufio.Reader, in *counted, o Options) (*csvRows, error) {
	r := &csvRows{counted: in, records: records{lines: lines{text: text, limit: o.MaxRow}, comma: ','}}
	if o.Comma != 0 {
		r.records.comma = byte(o.Comma)
	}
	header, err := r.records.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty: want a header that names the columns")
	case err != nil:
		return nil, atLine(err, 1)
	case header.wrong != "":
		return nil, fmt.Errorf("header: %s", header.wrong)
	case !utf8.Valid(header.raw):
		return nil, errors.New("header: not valid UTF-8: convert the file, e.g. with iconv")
	}
	names := make([]string, len(header.cells))
	for i, cell := range header.cells {
		names[i] = strings.TrimSpace(string(cell))
	}
	if other := strings.IndexAny(names[0], ";\t|"); len(names) == 1 && other >= 0 {
		return nil, fmt.Errorf("header: one column %q: say --delimiter %q if that is what parts the cells", names[0], names[0][other])
	}
	var idle []string
	if r.columns, r.root, idle, err = arrange(names, o); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	r.notes = idleNote(idle, o)
	r.cells = newCeller(r.columns, o)
	r.stated = o.stated(r.columns)
	return r, nil
}

// Next returns the next record.
func (r *csvRows) Next() (ingest.Row, error) {
	for {
		record, err := r.records.next()
		if err != nil {
			return ingest.Row{}, atLine(err, r.records.lines.number+1)
		}
		if len(record.raw) == 0 && record.wrong == "" {
			continue // a blank line is no record
		}
		row := ingest.Row{Offset: r.offset, Place: fmt.Sprintf("line %d", record.line), Value: record.raw, Size: record.length}
		r.offset++
		switch {
		case record.length > len(record.raw): // too large: the decoder says so
		case record.wrong != "":
			row.Wrong = record.wrong
		case len(record.cells) != len(r.columns):
			row.Wrong = fmt.Sprintf("%d cells, the header has %d: quote cells that contain the delimiter or a line break", len(record.cells), len(r.columns))
		case !utf8.Valid(record.raw):
			row.Wrong = fmt.Sprintf("column %s is not valid UTF-8: convert the file, e.g. with iconv", r.invalid(record.cells))
		default:
			r.cells.row(record.cells)
			r.buffer, _ = r.root.appendObject(r.buffer[:0], r.stated, func(b []byte, at int) ([]byte, error) {
				return r.cells.append(b, at, record.cells[at]), nil
			})
			row.Value, row.Size = r.buffer, len(r.buffer)
		}
		return row, nil
	}
}

// invalid names the first column that is not UTF-8.
func (r *csvRows) invalid(cells [][]byte) string {
	for i, cell := range cells {
		if !utf8.Valid(cell) {
			return r.columns[i].name
		}
	}
	return "?"
}

// Notes says what is worth knowing beside the rows.
func (r *csvRows) Notes() []string { return append(r.notes, r.cells.notes()...) }

// Close does nothing: the file is closed by who opened it.
func (r *csvRows) Close() error { return nil }
