package ingest

import (
	"encoding/base64"
	"io"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/schema"
)

// message is a record's value, ready to be decoded.
type message struct {
	loaded bool
	bytes  int64          // of the budget
	text   []byte         // JSON text; holds until the next record is loaded
	reject *decode.Reject // why the value has no JSON text; then text is an excerpt
	lacks  *schema.Key    // the schema without which the value cannot be read
}

// load reads the record's value, once, and turns it into JSON text. It reports
// false while the value's schema is lacking.
func (d *decoding) load(r record) bool {
	m := &d.next
	if !m.loaded {
		*m = message{loaded: true, bytes: r.size()} // before the value is read
		m.text = d.read(r)
		if d.schemas == nil {
			return true
		}
	} else if m.lacks == nil {
		return true
	}
	if m.text, m.reject, m.lacks = d.schemas.JSON(d.buffer, r.schema); m.reject != nil {
		m.text = base64.StdEncoding.AppendEncode(nil, d.buffer[:min(len(d.buffer), excerptBytes/4*3)])
	}
	return m.lacks == nil
}

// read copies the record's value into the buffer; it holds until the next call.
func (d *decoding) read(r record) []byte {
	d.buffer = d.buffer[:0]
	if r.value == nil {
		return nil
	}
	defer closeValue(r.value)
	n := r.value.Len()
	if cap(d.buffer) < n {
		d.buffer = make([]byte, n+n/2)
	}
	d.buffer = d.buffer[:n]
	if _, err := io.ReadFull(r.value, d.buffer); err != nil {
		return nil // cannot be: the value is in memory, of the length it says
	}
	return d.buffer
}
