package decode

// walk reads the value at i, keeping what the mapping asks for.
func (d *Decoder) walk(n *node, i, depth int) int {
	s, begin := &d.scan, i
	c := s.peek(i)
	inside := (c == '{' || c == '[') && !n.leaf()
	if c == '[' && n.features && len(n.children) == 0 && len(d.plan.names) == 0 {
		inside = false // an array, and nobody has named its elements
	}
	if n.features {
		d.used = true
	}
	if !n.leaf() {
		if n.visited == d.pass {
			d.twice = n
		}
		n.visited = d.pass
	}
	var v value
	if !inside {
		if v, i = s.value(i, depth); i < 0 {
			return -1
		}
		if n.features && !v.missing() {
			d.noObject(v)
		}
	} else {
		if depth >= maxDepth {
			return s.fail(i, "nested too deeply")
		}
		v.kind = object
		switch {
		case n.rows:
			i = d.split(i, depth)
		case c == '{':
			i = d.object(n, i, depth)
		default:
			i = d.array(n, i, depth)
		}
		if i < 0 {
			return -1
		}
		if c == '[' {
			v.kind = array
		}
		v.raw, v.at = s.b[begin:i], begin
	}
	if n.slot >= 0 {
		d.values[n.slot] = v
		if n.slot == d.plan.model {
			d.guess(v)
		}
	}
	return i
}

// object reads the members that the mapping speaks of; the others are features
// or nobody's.
func (d *Decoder) object(n *node, i, depth int) int {
	s := &d.scan
	if n.features && len(n.children) == 0 {
		return d.features(i, depth)
	}
	if i = s.space(i + 1); s.peek(i) == '}' {
		return i + 1
	}
	last, feature := -1, -1
	for {
		var at int
		var name value
		if i, at, name = d.member(&n.members, i, last); i < 0 {
			return -1
		}
		switch {
		case at >= 0:
			i = d.walk(n.children[at], i, depth+1)
			last = at
		case n.features:
			i, feature = d.named(name, i, depth, feature)
		default:
			_, i = s.value(i, depth+1)
		}
		if i < 0 {
			return -1
		}
		var more bool
		if i, more = s.separator(i, '}'); !more {
			return i
		}
	}
}

// array reads the elements that the mapping speaks of by their position; of
// features, the others by the names that the mapping gives to positions.
func (d *Decoder) array(n *node, i, depth int) int {
	s := &d.scan
	if i = s.space(i + 1); s.peek(i) == ']' {
		return i + 1
	}
	for at := 0; ; at++ {
		child := -1
		for j, element := range n.elements {
			if element == at {
				child = j
			}
		}
		switch {
		case child >= 0:
			i = d.walk(n.children[child], i, depth+1)
		case n.features:
			i = d.positioned(n, at, i, depth+1)
		default:
			_, i = s.value(i, depth+1)
		}
		if i < 0 {
			return -1
		}
		var more bool
		if i, more = s.separator(i, ']'); !more {
			if n.features && at+1 < len(d.plan.names) {
				d.tooFew(n, at+1)
			}
			return i
		}
	}
}

// row is one event of a message that holds several.
type row struct {
	at   int   // index in the message
	name value // the member that it stands under, in an object
}

// maxRows bounds the events of one message.
const maxRows = 10_000

// split notes where the rows begin.
func (d *Decoder) split(i, depth int) int {
	s := &d.scan
	d.listed = true
	end := s.b[i] + 2
	if i = s.space(i + 1); s.peek(i) == end {
		return i + 1
	}
	for {
		var r row
		if end == '}' {
			if i, r.name = s.key(i); i < 0 {
				return -1
			}
		}
		r.at = i
		if len(d.rows) <= maxRows {
			d.rows = append(d.rows, r)
		}
		if _, i = s.value(i, depth+1); i < 0 {
			return -1
		}
		var more bool
		if i, more = s.separator(i, end); !more {
			return i
		}
	}
}
