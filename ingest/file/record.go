package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// record is one record of CSV.
type record struct {
	line   int64  // where it begins
	raw    []byte // its text without the line's end; the beginning when it is too long
	length int    // of the whole text
	cells  [][]byte
	wrong  string // why it has no cells
}

// records cuts lines into records. What it returns holds until the next call.
type records struct {
	lines  lines
	comma  byte
	ahead  []peeked // lines that were read in search of a quote's end, to be read again
	joined []byte
	text   []byte
	cells  [][]byte
}

// peeked is a line that will be read again.
type peeked struct {
	line   []byte
	length int
}

// next returns the next record; a blank line is one without text. When a quote
// is not closed within the longest record, or what it spans is no record, its
// first line alone is given up: one stray quote must not swallow the rest of
// the file.
func (r *records) next() (record, error) {
	line, length, err := r.line()
	if err != nil {
		return record{}, err
	}
	rec := record{line: r.lines.number - int64(len(r.ahead)), raw: line, length: length}
	if length > len(line) || !r.split(line, &rec) {
		return rec, nil
	}
	r.joined = append(r.joined[:0], line...)
	quotes := bytes.Count(line, []byte{'"'})
	var more []peeked
	for {
		line, length, err := r.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return rec, err
		}
		if err == nil {
			more = append(more, peeked{bytes.Clone(line), length})
			r.joined = append(append(r.joined, '\n'), line...)
			quotes += bytes.Count(line, []byte{'"'})
		}
		if err != nil || length > len(line) || len(r.joined) > r.lines.limit {
			rec.wrong = "a quote is not closed: close it, or double it if it belongs to the text"
			break
		}
		if quotes%2 == 0 && !r.split(r.joined, &rec) { // inside quotes, an odd number has been seen
			if rec.wrong != "" {
				break
			}
			rec.raw, rec.length = r.joined, len(r.joined)
			return rec, nil
		}
	}
	r.ahead = append(more, r.ahead...)
	rec.raw, rec.length, rec.cells = r.joined[:length], length, nil
	return rec, nil
}

// line returns the next line, one that is read again first.
func (r *records) line() ([]byte, int, error) {
	if len(r.ahead) > 0 {
		next := r.ahead[0]
		r.ahead = r.ahead[1:]
		return next.line, next.length, nil
	}
	return r.lines.next()
}

// split cuts the text into cells and reports whether it ends within quotes.
func (r *records) split(text []byte, rec *record) (open bool) {
	r.cells, r.text = r.cells[:0], r.text[:0]
	rec.wrong = ""
	if bytes.IndexByte(text, '"') < 0 {
		for {
			at := bytes.IndexByte(text, r.comma)
			if at < 0 {
				break
			}
			r.cells = append(r.cells, text[:at])
			text = text[at+1:]
		}
		r.cells = append(r.cells, text)
		rec.cells = r.cells
		return false
	}
	for i := 0; ; i++ { // i is where a cell begins
		if i >= len(text) || text[i] != '"' {
			end := bytes.IndexByte(text[i:], r.comma)
			if end < 0 {
				end = len(text) - i
			}
			cell := text[i : i+end]
			if bytes.IndexByte(cell, '"') >= 0 {
				rec.wrong = fmt.Sprintf("cell %d has a quote within it: put the whole cell in quotes and double the one within", len(r.cells)+1)
				return false
			}
			r.cells = append(r.cells, cell)
			i += end
		} else {
			// Unescaped cells are gathered in r.text. It is as long as the text at
			// most, so that the cells stay where they are.
			if cap(r.text) < len(text) {
				r.text = make([]byte, 0, 2*len(text))
				return r.split(text, rec)
			}
			from := len(r.text)
			for i++; ; i++ {
				quote := bytes.IndexByte(text[i:], '"')
				if quote < 0 {
					return true
				}
				r.text = append(r.text, text[i:i+quote]...)
				if i += quote + 1; i >= len(text) || text[i] != '"' {
					break
				}
				r.text = append(r.text, '"')
			}
			r.cells = append(r.cells, r.text[from:])
			if i < len(text) && text[i] != r.comma {
				rec.wrong = fmt.Sprintf("cell %d goes on after its closing quote: double quotes that belong to the text", len(r.cells))
				return false
			}
		}
		if i >= len(text) {
			rec.cells = r.cells
			return false
		}
	}
}
