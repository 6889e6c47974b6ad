package decode

import (
	"slices"
)

// node is a place in the message that the mapping speaks of: the mapping is a
// tree, so that one pass over a message finds all of it.
type node struct {
	pointer  Pointer
	members  order // of an object; children has the same positions
	children []*node
	elements []int // by child: its position in an array, or -1
	slot     int   // of Decoder.values, -1: nobody asks
	features bool  // the members are features
	rows     bool  // the elements are rows
	visited  int   // pass in which it was last seen
}

func (n *node) leaf() bool { return len(n.children) == 0 && !n.features && !n.rows }

// child returns the node below that a token leads to.
func (n *node) child(token string) *node {
	for i, name := range n.members.names {
		if name == token {
			return n.children[i]
		}
	}
	c := &node{pointer: append(slices.Clone(n.pointer), token), slot: -1}
	n.children = append(n.children, c)
	n.elements = append(n.elements, element(token))
	n.members = newOrder(append(slices.Clone(n.members.names), token))
	return c
}

// ref is a source, ready to be looked up.
type ref struct {
	from origin
	slot int    // in Decoder.values; of columns in Decoder.cells
	text []byte // constant
	name string // header
}

// condition is a text that a source must have.
type condition struct {
	ref  ref
	text string
}

// plan is a mapping that is ready to decode with.
type plan struct {
	kind     Kind
	root     *node
	row      *node // nil: the message is one event
	rows     Pointer
	columnar bool // the elements of columns are events
	slots    int  // values of the message
	all      int  // with those of a row
	model    int  // slot of the model in the message, -1 when it is elsewhere
	names    []string
	unit     unit
	where    []condition
	deletes  []condition

	fields  map[string][]ref // by name
	columns []column
	tensors []int // slots
	spread  []int // slots of objects of features that all rows share

	// The same by position, for speed.
	id, modelRefs, version, at, score, scores, class, role, segment, label, value []ref
	models                                                                        []modelRefs
}

// modelRefs are the features, segments and scores of classes of a model that stand alone.
type modelRefs struct {
	positions []int // in Model.Features of the mapping's feature_names, -1 for none
	features  []featureRef
	segments  []segmentRef
	scores    []scoreRef
}

type featureRef struct {
	at   int // position in Model.Features
	refs []ref
}

type segmentRef struct {
	at   int // position in Model.Segments
	refs []ref
}

type scoreRef struct {
	at   int // position in Model.Classes
	refs []ref
}

// column is an array with one element a row.
type column struct {
	slot int
	name string
}

// compile returns the plan of a mapping that has been checked.
func compile(m Mapping, kind Kind, models []Model) *plan {
	m = m.expand(kind)
	p := &plan{kind: kind, root: &node{slot: -1}, names: m.FeatureNames, unit: units[m.TimestampUnit], model: -1, columnar: m.columnar(), fields: map[string][]ref{}}
	root := p.root
	for _, token := range m.Root {
		root = root.child(token)
	}
	if m.Rows != nil {
		p.rows = append(slices.Clone(m.Root), m.Rows...)
		at := root
		for _, token := range m.Rows {
			at = at.child(token)
		}
		at.rows = true
		p.row = &node{slot: -1}
	}
	c := compiler{plan: p, root: root, slots: map[*node]int{}, columns: map[*node]int{}}
	// The message's own values come first, those of a row after them.
	for _, perRow := range []bool{false, true} {
		for name, sources := range m.Fields {
			for len(p.fields[name]) < len(sources) {
				p.fields[name] = append(p.fields[name], ref{})
			}
			for i, s := range sources {
				if (s.from == inRow) == perRow {
					p.fields[name][i] = c.ref(name, s)
				}
			}
		}
		if !perRow {
			p.where, p.deletes = c.conditions(m.Where), c.conditions(m.Deletes)
			p.slots = p.all
		}
	}
	p.bind(models)
	return p
}

type compiler struct {
	plan    *plan
	root    *node
	slots   map[*node]int
	columns map[*node]int
}

// ref finds the place of one source in the tree.
func (c *compiler) ref(name string, s Source) ref {
	r := ref{from: s.from, text: []byte(s.text), name: s.text}
	n := c.root
	switch s.from {
	case inRow:
		n = c.plan.row
	case inMessage, inColumn, inTensors:
	default:
		return r
	}
	for _, token := range s.pointer {
		n = n.child(token)
	}
	if name == "features" && s.from != inTensors {
		// Rows share the message's features: they are kept and read row by row.
		if s.from == inRow || c.plan.row == nil && !c.plan.columnar {
			n.features = true
			return r
		}
		r.slot = c.slot(n)
		c.plan.spread = append(c.plan.spread, r.slot)
		return r
	}
	r.slot = c.slot(n)
	switch s.from {
	case inTensors:
		c.plan.tensors = append(c.plan.tensors, r.slot)
	case inColumn:
		at, known := c.columns[n]
		if !known {
			at = len(c.plan.columns)
			c.columns[n] = at
			c.plan.columns = append(c.plan.columns, column{r.slot, "column " + n.pointer.String()})
		}
		r.slot = at
	}
	return r
}

func (c *compiler) slot(n *node) int {
	if n.slot < 0 {
		n.slot = c.plan.all
		c.plan.all++
	}
	return n.slot
}

func (c *compiler) conditions(texts map[string]string) []condition {
	var out []condition
	for key, text := range texts {
		out = append(out, condition{c.ref("", source(key)), text})
	}
	return out
}

// bind sorts the fields by what reads them.
func (p *plan) bind(models []Model) {
	for name, at := range map[string]*[]ref{
		"prediction_id": &p.id, "model": &p.modelRefs, "version": &p.version, "timestamp": &p.at, "score": &p.score, "scores": &p.scores,
		"prediction": &p.class, "role": &p.role, "segment": &p.segment, "label": &p.label, "value": &p.value,
	} {
		*at = p.fields[name]
	}
	if len(p.modelRefs) > 0 && (p.modelRefs[0].from == inMessage || p.modelRefs[0].from == inRow) {
		p.model = p.modelRefs[0].slot
	}
	for _, m := range models {
		var refs modelRefs
		for _, name := range p.names {
			refs.positions = append(refs.positions, slices.IndexFunc(m.Features, func(f Feature) bool { return f.Name == name }))
		}
		for i, f := range m.Features {
			if r := p.fields["features."+f.Name]; len(r) > 0 {
				refs.features = append(refs.features, featureRef{i, r})
			}
		}
		for i, s := range m.Segments {
			if r := p.fields["segment."+s]; len(r) > 0 {
				refs.segments = append(refs.segments, segmentRef{i, r})
			}
		}
		for i, class := range m.Classes {
			if r := p.fields["scores."+class]; len(r) > 0 {
				refs.scores = append(refs.scores, scoreRef{i, r})
			}
		}
		p.models = append(p.models, refs)
	}
}
