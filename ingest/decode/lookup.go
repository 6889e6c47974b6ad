package decode

import (
	"fmt"
	"strings"
)

// guess takes the model that a value names, before it is certain.
func (d *Decoder) guess(v value) {
	if d.fixed || d.used || v.kind != quoted && v.kind != outside {
		return
	}
	if model, known := d.byName[string(d.bytes(v))]; known && model != d.model {
		d.reset(model)
	}
}

// known returns the model of the row.
func (d *Decoder) known(p *plan) (int, *Reject) {
	v := d.lookup(p.modelRefs)
	if v.kind == quoted || v.kind == outside {
		if b := d.bytes(v); len(d.models) > 0 && string(b) == d.models[d.model].Name {
			return d.model, nil
		}
	}
	name, reject := d.text(v, "", "model", maxName)
	if reject != nil {
		return 0, reject
	}
	model, known := d.byName[name]
	if !known {
		return 0, &Reject{Model: name, Reason: UnknownModel, Detail: fmt.Sprintf("model %q is not configured: add it under models, or correct the event", cut(name))}
	}
	return model, nil
}

// lookup returns the first source that has a value.
func (d *Decoder) lookup(refs []ref) value {
	for i := range refs {
		if v := d.lookupOne(refs[i]); !v.missing() {
			return v
		}
	}
	return value{}
}

func (d *Decoder) lookupOne(r ref) value {
	switch r.from {
	case inMessage, inRow:
		return d.values[r.slot]
	case ofConstant:
		return value{kind: outside, raw: r.text}
	case ofKey:
		if d.record.Key != nil {
			return value{kind: outside, raw: d.record.Key}
		}
	case ofHeader:
		for i := len(d.record.Headers) - 1; i >= 0; i-- {
			if h := d.record.Headers[i]; h.Key == r.name && h.Value != nil {
				return value{kind: outside, raw: h.Value}
			}
		}
	case ofRowName:
		if d.row < len(d.rows) {
			return d.rows[d.row].name
		}
	case inColumn:
		if r.slot < len(d.cells) && d.row < len(d.cells[r.slot]) {
			return d.cells[r.slot][d.row]
		}
	}
	return value{}
}

// bytes returns the text of a string, a name or an outside value; it holds
// until the next call.
func (d *Decoder) bytes(v value) []byte {
	switch {
	case v.kind == outside:
		return v.raw
	case !v.escaped:
		return v.raw[1 : len(v.raw)-1]
	}
	d.plain = unescape(d.plain[:0], v.raw[1:len(v.raw)-1])
	return d.plain
}

// keep returns b as a text that does not come again, such as an id. It takes its
// memory from a chunk that many of them share.
func (d *Decoder) keep(b []byte) string {
	const chunk = 1 << 15
	if d.ids.Cap()-d.ids.Len() < len(b) {
		d.ids = strings.Builder{}
		d.ids.Grow(max(chunk, len(b)))
	}
	from := d.ids.Len()
	d.ids.Write(b)
	return d.ids.String()[from:]
}
