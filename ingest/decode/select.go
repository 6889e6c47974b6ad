package decode

import "fmt"

// accept looks at what can be told without reading the message.
func (d *Decoder) accept(p *plan) *Reject {
	b := d.record.Value
	for _, c := range p.where {
		if c.ref.from != inMessage && !d.holds(c) {
			return notSelected(d.lookupOne(c.ref), c)
		}
	}
	switch {
	case len(b) == 0 && len(p.deletes) > 0:
		return &Reject{Reason: Deleted, Detail: "the message has no value: a delete"}
	case len(b) == 0:
		return &Reject{Reason: EmptyMessage, Detail: "the message has no value: send a JSON object"}
	case len(b) > d.maxBytes:
		return &Reject{Reason: TooLarge, Detail: fmt.Sprintf("the message has %d bytes, more than the %d allowed: send fewer features or raise kafka.max_message", len(b), d.maxBytes)}
	}
	return nil
}

func notSelected(v value, c condition) *Reject {
	return &Reject{Reason: NotSelected, Detail: fmt.Sprintf("%s where the mapping wants %q", cut(string(v.raw)), c.text)}
}

func (d *Decoder) holds(c condition) bool {
	v := d.lookupOne(c.ref)
	if v.kind == numeral || v.kind == yes || v.kind == no {
		return string(v.raw) == c.text
	}
	return (v.kind == quoted || v.kind == outside) && string(d.bytes(v)) == c.text
}
