package ingest

import (
	"database/sql"
	"slices"
)

// Numbers is a column of numbers that may be null.
type Numbers struct {
	Values []float64 // 0 where null
	Nulls  []uint8   // 1 where null, else 0
}

// Append adds one row.
func (n *Numbers) Append(v sql.NullFloat64) {
	if !v.Valid {
		n.Values, n.Nulls = append(n.Values, 0), append(n.Nulls, 1)
		return
	}
	n.Values, n.Nulls = append(n.Values, v.Float64), append(n.Nulls, 0)
}

func (n *Numbers) grow(rows int) {
	n.Values, n.Nulls = slices.Grow(n.Values, rows), slices.Grow(n.Nulls, rows)
}

// appendEvery adds the values at from, from+step, … of rows laid out one after the
// other.
func (n *Numbers) appendEvery(step, from int, rows []sql.NullFloat64) {
	values, nulls := n.Values, n.Nulls
	for ; from < len(rows); from += step {
		v, null := rows[from], uint8(0)
		if !v.Valid {
			v.Float64, null = 0, 1
		}
		values, nulls = append(values, v.Float64), append(nulls, null)
	}
	n.Values, n.Nulls = values, nulls
}

// Texts is a column of texts with few distinct values: each is kept once. The
// first two of the dictionary are reserved, for null and for the empty text.
// The zero value is a column without rows.
type Texts struct {
	Dictionary []string
	Keys       []uint32 // positions in Dictionary, one a row

	positions map[string]uint32
	last      uint32 // key of the row before: many columns hardly change
}

// Keys of the reserved texts.
const (
	NullText  = 0
	EmptyText = 1
)

// Append adds one row that is not null.
func (t *Texts) Append(text string) {
	if t.last == NullText || t.Dictionary[t.last] != text {
		t.last = t.key(text)
	}
	t.Keys = append(t.Keys, t.last)
}

// AppendNullable adds one row.
func (t *Texts) AppendNullable(v sql.NullString) {
	if v.Valid {
		t.Append(v.String)
		return
	}
	t.reserve()
	t.Keys = append(t.Keys, NullText)
}

// Text returns the text of a row, "" for a null.
func (t *Texts) Text(row int) string { return t.Dictionary[t.Keys[row]] }

func (t *Texts) grow(rows int) { t.Keys = slices.Grow(t.Keys, rows) }

func (t *Texts) key(text string) uint32 {
	t.reserve()
	key, known := t.positions[text]
	if !known {
		key = uint32(len(t.Dictionary))
		t.Dictionary = append(t.Dictionary, text)
		t.positions[text] = key
	}
	return key
}

func (t *Texts) reserve() {
	if t.positions == nil {
		t.Dictionary = append(t.Dictionary, "", "")
		t.positions = map[string]uint32{"": EmptyText}
	}
}

// AppendTexts adds all rows of another column.
func (t *Texts) AppendTexts(other Texts) {
	if len(other.Keys) == 0 {
		return
	}
	t.reserve()
	keys := make([]uint32, len(other.Dictionary)) // of its texts in ours
	for i, text := range other.Dictionary {
		if i != NullText {
			keys[i] = t.key(text)
		}
	}
	t.Keys = slices.Grow(t.Keys, len(other.Keys))
	for _, key := range other.Keys {
		t.Keys = append(t.Keys, keys[key])
	}
}
