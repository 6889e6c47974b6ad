package file

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/driftd/driftd/ingest"
)

// jsonRows are lines that are messages.
type jsonRows struct {
	*counted
	lines  lines
	stated []byte // members put in front of each object's own, which win over them
	buffer []byte
	blank  int64
}

func newJSONRows(text *bufio.Reader, in *counted, o Options) *jsonRows {
	return &jsonRows{counted: in, lines: lines{text: text, limit: o.MaxRow}, stated: o.stated(nil)}
}

// stated returns the fields that the options give to rows without them, as
// members of a JSON object, each followed by a comma; not those that have a
// column.
func (o Options) stated(columns []column) []byte {
	var members []byte
	places := o.Topic.Places()
	for _, field := range []struct{ name, value string }{{"model", o.Model}, {"version", o.Version}} {
		column := slices.ContainsFunc(columns, func(c column) bool { return c.field == field.name })
		if field.value != "" && !column && places["/"+field.name] == field.name {
			members = append(appendString(append(appendString(members, field.name), ':'), field.value), ',')
		}
	}
	return members
}

// Next returns the next line that is not blank.
func (r *jsonRows) Next() (ingest.Row, error) {
	for {
		line, length, err := r.lines.next()
		if err != nil {
			return ingest.Row{}, atLine(err, r.lines.number+1)
		}
		row := ingest.Row{Offset: r.lines.number - 1, Place: fmt.Sprintf("line %d", r.lines.number), Value: line, Size: length}
		if length > len(line) {
			return row, nil
		}
		object := bytes.TrimSpace(line)
		if len(object) == 0 {
			r.blank++
			continue
		}
		if len(r.stated) > 0 && object[0] == '{' {
			r.buffer = append(append(r.buffer[:0], '{'), r.stated...)
			rest := bytes.TrimLeft(object[1:], " \t\r\n")
			if bytes.Equal(rest, []byte("}")) {
				r.buffer = r.buffer[:len(r.buffer)-1] // no member follows the last comma
			}
			r.buffer = append(r.buffer, rest...)
			row.Value, row.Size = r.buffer, len(r.buffer)
		}
		return row, nil
	}
}

// Notes counts blank lines.
func (r *jsonRows) Notes() []string {
	if r.blank == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d blank line(s) passed over", r.blank)}
}

// Close does nothing: the file is closed by who opened it.
func (r *jsonRows) Close() error { return nil }

// atLine adds the place to an error of reading; the end is none.
func atLine(err error, line int64) error {
	if err == io.EOF {
		return err
	}
	return fmt.Errorf("line %d: %w", line, err)
}
