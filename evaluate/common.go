package evaluate

import (
	"maps"
	"slices"
)

// Common returns the rows of both versions whose request both scored, in the
// same order: a world that is harder for everyone is in both. Rows are sorted
// by ID.
func Common(a, b Matured) (Matured, Matured) {
	var ofA, ofB []int
	for i, j := 0, 0; i < len(a.ID) && j < len(b.ID); {
		switch {
		case a.ID[i] < b.ID[j]:
			i++
		case a.ID[i] > b.ID[j]:
			j++
		default:
			ofA, ofB = append(ofA, i), append(ofB, j)
			i, j = i+1, j+1
		}
	}
	return a.at(ofA), b.at(ofB)
}

// at returns the given rows.
func (m Matured) at(rows []int) Matured {
	m.ID, m.Score, m.Value = pick(m.ID, rows), pick(m.Score, rows), pick(m.Value, rows)
	m.Correct, m.Positive, m.Called = pick(m.Correct, rows), pick(m.Positive, rows), pick(m.Called, rows)
	m.Class, m.Label = pick(m.Class, rows), pick(m.Label, rows)
	m.Segments = nil // of all rows
	m.Scores = slices.Clone(m.Scores)
	for k := range m.Scores {
		m.Scores[k].Scores = pick(m.Scores[k].Scores, rows)
	}
	return m
}

// pick returns the given rows of a column; nil of an empty one.
func pick[T any](column []T, rows []int) []T {
	if len(column) == 0 || len(rows) == 0 {
		return nil
	}
	picked := make([]T, len(rows))
	for i, row := range rows {
		picked[i] = column[row]
	}
	return picked
}

// together adds up counts by name.
func together(a, b map[string]uint64) map[string]uint64 {
	all := maps.Clone(a)
	for name, n := range b {
		if all == nil {
			all = map[string]uint64{}
		}
		all[name] += n
	}
	return all
}

// Append adds the rows of a later stretch of the same model.
func (m *Matured) Append(later Matured) {
	if m.Scores == nil {
		m.Scores = slices.Clone(later.Scores)
	} else {
		for k := range later.Scores {
			m.Scores[k].Scores = append(m.Scores[k].Scores, later.Scores[k].Scores...)
		}
	}
	if m.Segments == nil {
		m.Segments = slices.Clone(later.Segments)
	} else {
		for k := range later.Segments {
			s, l := &m.Segments[k], later.Segments[k]
			s.Values = append(s.Values, l.Values...)
			s.Predicted, s.Absent = together(s.Predicted, l.Predicted), together(s.Absent, l.Absent)
		}
	}
	m.Predicted, m.Absent = m.Predicted+later.Predicted, m.Absent+later.Absent
	m.ID, m.Score, m.Value = append(m.ID, later.ID...), append(m.Score, later.Score...), append(m.Value, later.Value...)
	m.Correct, m.Positive, m.Called = append(m.Correct, later.Correct...), append(m.Positive, later.Positive...), append(m.Called, later.Called...)
	m.Class, m.Label = append(m.Class, later.Class...), append(m.Label, later.Label...)
}
