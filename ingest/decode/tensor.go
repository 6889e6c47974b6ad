package decode

import (
	"fmt"
	"slices"
)

// tensor is one column of the open inference protocol (KServe v2): a name, a
// shape and the data of all rows, row after row.
type tensor struct {
	name  string
	width int // values a row
	data  []value
}

// columns splits columns and tensors into rows and returns their number.
func (d *Decoder) columns(p *plan) (int, *Reject) {
	rows, first := -1, ""
	count := func(what string, n int) *Reject {
		if rows < 0 {
			rows, first = n, what
		}
		if n != rows {
			return &Reject{Reason: BadField, Detail: fmt.Sprintf("%s has %d rows, %s has %d: send as many in each", cut(what), n, cut(first), rows)}
		}
		return nil
	}
	for _, c := range p.columns {
		d.cells = slices.Grow(d.cells, 1)[:len(d.cells)+1]
		cells := d.cells[len(d.cells)-1][:0]
		v := d.values[c.slot]
		if v.kind == array {
			d.elements(v, func(v value) { cells = append(cells, v) })
		}
		d.cells[len(d.cells)-1] = cells
		if v.missing() {
			continue // what the field needs is said for each row
		}
		if v.kind != array {
			return 0, d.bad(v, "", c.name, "is no array: send one element a row")
		}
		if reject := count(c.name, len(cells)); reject != nil {
			return 0, reject
		}
	}
	for _, slot := range p.tensors {
		reject := d.tensors(d.values[slot])
		if reject != nil {
			return 0, reject
		}
	}
	for _, t := range d.grids {
		if reject := count(t.name, len(t.data)/t.width); reject != nil {
			return 0, reject
		}
	}
	switch {
	case rows < 0:
		return 0, &Reject{Reason: MissingField, Detail: "the message has none of the columns that the mapping names: correct the mapping or the message"}
	case rows == 0:
		return 0, &Reject{Reason: NoRows, Detail: "the columns are empty"}
	case rows > maxRows:
		return 0, tooManyRows()
	}
	d.several = rows > 1
	return rows, nil
}

// tensors reads a list of {"name": …, "shape": […], "data": […]}.
func (d *Decoder) tensors(list value) (reject *Reject) {
	if list.missing() {
		return nil
	}
	if list.kind != array {
		return d.bad(list, "", "tensors", "is no array: send [{\"name\": …, \"shape\": […], \"data\": […]}]")
	}
	d.elements(list, func(v value) {
		if reject == nil {
			reject = d.tensor(v)
		}
	})
	return reject
}

func (d *Decoder) tensor(v value) *Reject {
	var name, shape, data value
	if v.kind == object {
		d.members(v, func(key, v value) {
			switch string(d.bytes(key)) {
			case "name":
				name = v
			case "shape":
				shape = v
			case "data":
				data = v
			}
		})
	}
	if name.kind != quoted || shape.kind != array || data.kind != array {
		return d.bad(v, "", "tensor", "lacks name, shape or data: send all three in JSON")
	}
	d.grids = slices.Grow(d.grids, 1)[:len(d.grids)+1] // in the memory of an earlier one
	t := &d.grids[len(d.grids)-1]
	t.name, t.width, t.data = d.texts.intern(d.bytes(name)), 1, t.data[:0]
	size, whole := 1, true
	dimension := 0
	d.elements(shape, func(v value) {
		f, ok := d.float(v)
		if n := int(f); ok && f >= 0 && f <= 1<<24 && float64(n) == f && size <= 1<<24 {
			size *= n
			if dimension > 0 {
				t.width *= n
			}
		} else {
			whole = false
		}
		dimension++
	})
	d.flatten(data, 0, func(v value) { t.data = append(t.data, v) })
	if !whole || dimension == 0 || t.width == 0 || size != len(t.data) {
		return &Reject{Reason: BadField, Detail: fmt.Sprintf("tensor %s has shape %s and %d values: they must agree", cut(t.name), cut(string(shape.raw)), len(t.data))}
	}
	if t.width > 1 && t.width != len(d.plan.names) {
		return &Reject{Reason: BadField, Detail: fmt.Sprintf("tensor %s has %d values a row: give as many feature_names", cut(t.name), t.width)}
	}
	return nil
}

// flatten visits the scalars of an array, nested or not.
func (d *Decoder) flatten(v value, depth int, visit func(v value)) {
	d.elements(v, func(v value) {
		if v.kind == array && depth < maxDepth {
			d.flatten(v, depth+1, visit)
			return
		}
		visit(v)
	})
}

// read takes the tensor's values of the row as features.
func (t *tensor) read(d *Decoder) {
	if t.width == 1 {
		d.assign(t.name, t.data[d.row])
		return
	}
	for i, v := range t.data[d.row*t.width : (d.row+1)*t.width] {
		d.assign(d.plan.names[i], v)
	}
}
