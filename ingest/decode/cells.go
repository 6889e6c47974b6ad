package decode

import (
	"errors"
	"fmt"
	"strconv"
)

// Cell is one member of a flat row.
type Cell struct {
	Class  string // as an event's class is read: of 1.0, "1" and true it is 1, 1 and true; "" when there is none
	Number float64
	Is     bool // it is a number
	There  bool // the row has the member, were it null
}

// Cells reads the named members of a JSON object, each of those given twice
// the last; of the others it only checks that they are JSON. A member that is missing, null, an
// object or an array has neither class nor number.
func Cells(row []byte, names []string) ([]Cell, error) {
	s := scanner{b: row}
	wrong := func() ([]Cell, error) { return nil, fmt.Errorf("no JSON object: %s at byte %d", s.wrong, s.at) }
	cells := make([]Cell, len(names))
	i := s.space(0)
	if s.peek(i) != '{' {
		return nil, errors.New("no JSON object: write one object a row")
	}
	i = s.space(i + 1)
	more := s.peek(i) != '}'
	if !more {
		i++
	}
	var d Decoder
	for more {
		var key, v value
		if i, key = s.key(i); i < 0 {
			return wrong()
		}
		if v, i = s.value(i, 1); i < 0 {
			return wrong()
		}
		name := string(d.bytes(key))
		for at, wanted := range names {
			if name == wanted {
				cells[at] = d.cell(v)
			}
		}
		if i, more = s.separator(i, '}'); i < 0 {
			return wrong()
		}
	}
	if i = s.space(i); i < len(row) {
		s.fail(i, "something after the object")
		return wrong()
	}
	return cells, nil
}

func (d *Decoder) cell(v value) (c Cell) {
	c.There = true
	switch v.kind {
	case numeral:
		c.Number, c.Is = d.float(v)
		c.Class = string(d.decimal(c.Number))
	case quoted:
		c.Class = string(d.bytes(v))
	case yes, no:
		c.Class = v.kind.String()
	}
	return c
}

// Text says what the cell holds, for messages.
func (c Cell) Text() string {
	if c.Class == "" {
		return "nothing"
	}
	return strconv.Quote(c.Class)
}
