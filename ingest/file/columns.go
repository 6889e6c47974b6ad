package file

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/driftd/driftd/ingest"
)

// role is what a column's values are for: how text is read depends on it.
type role int

const (
	anything role = iota // not known to us: left out of events, unless the topic maps it
	name                 // text, also when it looks like a number
	moment
	measure // a number
	class   // a class or a segment
	feature // by its declared kind
)

// roles of the fields of an event.
var roles = map[string]role{
	"prediction_id": name, "model": name, "version": name, "role": name, "timestamp": moment,
	"score": measure, "value": measure, "prediction": class, "label": class,
}

// containers are the fields that are flat objects, with what is in them. What
// follows their place is one name, dots and all.
var containers = map[string]role{"features": feature, "segment": class, "scores": measure}

// column is one column of a table and its place in the message.
type column struct {
	name  string
	path  []string
	field string // of an event: "score", "features.tenure"; "" when it is none
	role  role
}

// place finds what the column called name is in a message: what the topic's
// mapping reads from where its dots lead, or, with the model stated, a feature
// or segment by its bare name.
func (o Options) place(name string, places map[string]string) column {
	path := strings.Split(name, ".")
	if c, ok := reads(name, path, places); ok {
		return c
	}
	for _, m := range o.Models {
		if m.Name != o.Model {
			continue
		}
		outer := ""
		switch {
		case slices.ContainsFunc(m.Features, func(f ingest.Feature) bool { return f.Name == name }):
			outer = "features"
		case slices.Contains(m.Segments, name):
			outer = "segment"
		}
		for _, at := range slices.Sorted(maps.Keys(places)) {
			if outer != "" && places[at] == outer {
				return column{name, append(tokens(at), name), outer + "." + name, containers[outer]}
			}
		}
	}
	return column{name: name, path: path}
}

// reads looks for the column's path among the places of fields, from the
// longest beginning to the shortest, which is the whole message.
func reads(name string, path []string, places map[string]string) (column, bool) {
	if field, ok := places[ingest.Pointer(path).String()]; ok {
		outer, inner, within := strings.Cut(field, ".")
		if !within {
			return column{name, path, field, roles[field]}, true
		}
		return column{name, path, outer + "." + inner, containers[outer]}, true
	}
	for n := len(path) - 1; n >= 0; n-- {
		outer := places[ingest.Pointer(path[:n]).String()]
		if r, ok := containers[outer]; ok {
			inner := strings.Join(path[n:], ".")
			return column{name, append(slices.Clone(path[:n]), inner), outer + "." + inner, r}, true
		}
	}
	return column{}, false
}

// tokens are the parts of a pointer.
func tokens(pointer string) []string {
	var p ingest.Pointer
	_ = p.UnmarshalText([]byte(pointer)) // it was written by String
	return p
}

// leads reports whether something that is read stands at the column or within.
func (c column) leads(places map[string]string) bool {
	at := ingest.Pointer(c.path).String()
	for place := range places {
		if place == at || strings.HasPrefix(place, at+"/") {
			return true
		}
	}
	return false
}

// node is a part of the message: a column's value, or an object of nodes.
type node struct {
	name  string
	at    int // of the column; -1 for an object
	nodes []*node
}

// tree arranges columns in the message, in their order. Two that would be at
// the same place are an error.
func tree(columns []column) (*node, error) {
	root := &node{at: -1}
	for i, c := range columns {
		n := root
		for depth, part := range c.path {
			at := slices.IndexFunc(n.nodes, func(child *node) bool { return child.name == part })
			last := depth == len(c.path)-1
			if at >= 0 && (last || n.nodes[at].at >= 0) {
				other := n.nodes[at]
				for other.at < 0 {
					other = other.nodes[0]
				}
				return nil, fmt.Errorf("columns %q (%d) and %q (%d) are both %s: rename or remove one",
					columns[other.at].name, other.at+1, c.name, i+1, strings.Join(c.path[:depth+1], "."))
			}
			if at < 0 {
				child := &node{name: part, at: -1}
				if last {
					child.at = i
				}
				n.nodes = append(n.nodes, child)
				at = len(n.nodes) - 1
			}
			n = n.nodes[at]
		}
	}
	return root, nil
}

// appendObject writes the node as a JSON object, its values by value; stated
// members come first.
func (n *node) appendObject(b, stated []byte, value func(b []byte, column int) ([]byte, error)) ([]byte, error) {
	b = append(append(b, '{'), stated...)
	for i, child := range n.nodes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, child.name), ':')
		var err error
		if child.at < 0 {
			b, err = child.appendObject(b, nil, value)
		} else {
			b, err = value(b, child.at)
		}
		if err != nil {
			return b, err
		}
	}
	if len(n.nodes) == 0 && len(stated) > 0 {
		b = b[:len(b)-1]
	}
	return append(b, '}'), nil
}

// arrange places the columns of a table and says which of them mean nothing.
func arrange(names []string, o Options) ([]column, *node, []string, error) {
	columns := make([]column, len(names))
	seen := make(map[string]int, len(names))
	places := o.Topic.Places()
	var idle []string
	for i, name := range names {
		if name == "" {
			return nil, nil, nil, fmt.Errorf("column %d has no name: give it one, or remove it", i+1)
		}
		if first, twice := seen[name]; twice {
			return nil, nil, nil, fmt.Errorf("columns %d and %d are both called %q: rename or remove one", first+1, i+1, name)
		}
		seen[name] = i
		columns[i] = o.place(name, places)
		if columns[i].field == "" && !columns[i].leads(places) {
			idle = append(idle, name)
		}
	}
	root, err := tree(columns)
	return columns, root, idle, err
}

// idleNote says which columns are no field of an event.
func idleNote(idle []string, o Options) []string {
	if len(idle) == 0 {
		return nil
	}
	remedy := ""
	if o.Topic.Kind == ingest.PredictionsTopic && o.Model == "" {
		remedy = ": features are called features.NAME, or by their bare names with --model"
	}
	return []string{fmt.Sprintf("columns that are no field of %s: %s%s", o.Topic.Kind, strings.Join(idle, ", "), remedy)}
}
