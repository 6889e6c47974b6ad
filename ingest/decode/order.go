package decode

import "unicode/utf8"

// order finds the position of a member's name. Producers write the members of
// an object in the same order every time: the one that followed last time is
// tried first, without even looking for the end of the name.
type order struct {
	names  []string
	quoted []string // as the name stands in a message, "" when that is not known
	index  map[string]int
	follow []int // by position + 1: the position that followed; 0 is the first of an object
}

func newOrder(names []string) order {
	o := order{names: names, index: make(map[string]int, len(names)), follow: make([]int, len(names)+1)}
	for i, name := range names {
		o.index[name] = i
		o.follow[i] = i
		o.quoted = append(o.quoted, plainly(name))
	}
	o.follow[len(names)] = len(names)
	return o
}

// plainly returns the name in quotes, or "" when it must be escaped.
func plainly(name string) string {
	for _, c := range []byte(name) {
		if c < ' ' || c == '"' || c == '\\' {
			return ""
		}
	}
	if !utf8.ValidString(name) {
		return ""
	}
	return `"` + name + `"`
}

// member reads a name and the colon. at is the name's position, -1 when it has
// none; name is set only then. last is the position of the member before, -1
// for none.
func (d *Decoder) member(o *order, i, last int) (begin, at int, name value) {
	s := &d.scan
	if guess := o.follow[last+1]; guess < len(o.quoted) {
		if q := o.quoted[guess]; begins(s.b, i, q) {
			return s.colon(i + len(q)), guess, value{}
		}
	}
	begin, name = s.key(i)
	if begin < 0 {
		return -1, -1, name
	}
	at, known := o.index[string(d.bytes(name))]
	if !known {
		return begin, -1, name
	}
	o.follow[last+1] = at
	return begin, at, name
}
