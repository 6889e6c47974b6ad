package decode

import "fmt"

// each reads the record and makes an event of each of its rows.
func (d *Decoder) each(p *plan, r Record) *Reject {
	d.plan, d.record, d.row, d.several = p, r, 0, false
	d.rows, d.cells, d.grids = d.rows[:0], d.cells[:0], d.grids[:0]
	if reject := d.accept(p); reject != nil {
		return reject
	}
	n, reject := d.begin(p)
	if reject != nil {
		d.events = d.events[:0]
		return reject
	}
	var first *Reject
	bad, at := 0, 0
	for i := range n {
		d.row = i
		if i > 0 {
			d.next()
		}
		reject := d.fill(p)
		switch {
		case reject != nil:
		case p.kind == Outcomes:
			if reject = d.outcome(); reject == nil {
				d.events = d.events[:len(d.events)-1] // only predictions are kept there
			}
		default:
			reject = d.prediction()
		}
		if reject != nil {
			if bad++; first == nil {
				first, at = reject, i
			}
			d.events = d.events[:len(d.events)-1]
		}
	}
	if first != nil && n > 1 {
		first.Detail = fmt.Sprintf("row %d of %d: %s", at, n, first.Detail)
		switch {
		case bad == 2:
			first.Detail += "; 1 more row is bad"
		case bad > 2:
			first.Detail += fmt.Sprintf("; %d more rows are bad", bad-1)
		}
	}
	return first
}

// next makes room for one more event, in the memory of an earlier one.
func (d *Decoder) next() {
	if n := len(d.events); n < cap(d.events) {
		d.events = d.events[:n+1]
	} else {
		d.events = append(d.events, Prediction{})
	}
	d.event = &d.events[len(d.events)-1]
}

// begin reads the message and returns the number of its rows. The first event
// is begun.
func (d *Decoder) begin(p *plan) (int, *Reject) {
	d.scan = scanner{b: d.record.Value}
	if len(d.values) < p.all {
		d.values = make([]value, p.all)
	}
	d.next()
	d.fixed = false
	d.reset(d.model)
	if len(p.modelRefs) > 0 && p.model < 0 {
		d.guess(d.lookup(p.modelRefs))
	}
	if reject := d.whole(p); reject != nil {
		return 0, reject
	}
	for _, c := range p.deletes {
		if d.holds(c) {
			return 0, &Reject{Reason: Deleted, Detail: "the message is a delete"}
		}
	}
	for _, c := range p.where {
		if !d.holds(c) {
			return 0, notSelected(d.lookupOne(c.ref), c)
		}
	}
	switch {
	case d.twice != nil:
		return 0, &Reject{Reason: BadField, Detail: fmt.Sprintf("%s occurs twice: send it once", d.twice.where())}
	case p.columnar:
		return d.columns(p)
	case p.row == nil:
		return 1, nil
	}
	switch n := len(d.rows); {
	case n > maxRows:
		return 0, tooManyRows()
	case n == 0 && !d.listed:
		return 0, &Reject{Reason: MissingField, Detail: fmt.Sprintf("%s has no rows: send an array or an object there", p.rows.where())}
	case n == 0:
		return 0, &Reject{Reason: NoRows, Detail: fmt.Sprintf("%s is empty", p.rows.where())}
	default:
		d.several = n > 1
		return n, nil
	}
}

func tooManyRows() *Reject {
	return &Reject{Reason: TooLarge, Detail: fmt.Sprintf("the message has more than the %d rows allowed: send fewer in one message", maxRows)}
}

// whole reads all of the message.
func (d *Decoder) whole(p *plan) *Reject {
	s := &d.scan
	d.pass++
	clear(d.values)
	d.rows, d.listed, d.twice = d.rows[:0], false, nil
	begin := s.space(0)
	i := d.walk(p.root, begin, 0)
	if i >= 0 {
		if i = s.space(i); i < len(s.b) {
			i = s.fail(i, "unexpected tail")
		}
	}
	if i < 0 {
		return &Reject{Reason: BadJSON, Detail: fmt.Sprintf("cannot parse JSON: %s at byte %d: send one JSON object in UTF-8", s.wrong, s.at)}
	}
	if s.b[begin] != '{' && !p.root.rows {
		v, _ := s.value(begin, 0)
		return &Reject{Reason: BadJSON, Detail: fmt.Sprintf("the message is a JSON %s: send one JSON object", v.kind)}
	}
	return nil
}

// fill reads the row's own values and features, and finds its model.
func (d *Decoder) fill(p *plan) *Reject {
	switch {
	case p.row != nil:
		d.pass++
		clear(d.values[p.slots:])
		d.fixed, d.twice = false, nil
		d.reset(d.model)
		if p.model < p.slots {
			d.guess(d.lookup(p.modelRefs))
		}
		d.walk(p.row, d.rows[d.row].at, 0)
	case d.row > 0:
		d.reset(d.model)
	}
	model, reject := d.known(p)
	if reject != nil {
		return reject
	}
	// Features must be read again when they came before a model that was not the
	// expected one, and after those that rows share, which they outrank.
	shares := p.row != nil && len(p.spread) > 0
	if again := d.used; model != d.model || shares {
		d.reset(model)
		d.fixed = true
		if shares {
			d.shared(p)
		}
		if again {
			d.pass++
			if p.row != nil {
				d.walk(p.row, d.rows[d.row].at, 0)
			} else {
				d.walk(p.root, d.scan.space(0), 0)
			}
		}
	}
	if d.twice != nil {
		return &Reject{Model: d.models[model].Name, Reason: BadField, Detail: fmt.Sprintf("%s occurs twice: send it once", d.twice.where())}
	}
	if !shares {
		d.shared(p)
	}
	if d.pending != nil {
		d.pending.Model = d.models[model].Name
		return d.pending
	}
	return nil
}

// shared reads features that do not stand in a row.
func (d *Decoder) shared(p *plan) {
	for _, slot := range p.spread {
		switch v := d.values[slot]; {
		case v.missing():
		case v.kind == object:
			d.features(v.at, 0)
		case v.kind == array && len(p.names) > 0:
			d.array(&node{features: true, slot: -1}, v.at, 0)
		default:
			d.noObject(v)
		}
	}
	for i := range d.grids {
		d.grids[i].read(d)
	}
}
