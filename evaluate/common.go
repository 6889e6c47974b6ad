package evaluate

// Common returns the rows of both versions whose request both scored, in the
// same order: a world that is harder for everyone is in both. Rows are sorted
// by ID.
func Common(a, b Matured) (Matured, Matured) {
	x, y := Matured{Version: a.Version, Predicted: a.Predicted}, Matured{Version: b.Version, Predicted: b.Predicted}
	for i, j := 0, 0; i < len(a.ID) && j < len(b.ID); {
		switch {
		case a.ID[i] < b.ID[j]:
			i++
		case a.ID[i] > b.ID[j]:
			j++
		default:
			x.take(a, i)
			y.take(b, j)
			i, j = i+1, j+1
		}
	}
	return x, y
}

// take appends one row of another one.
func (m *Matured) take(of Matured, i int) {
	m.ID, m.Score = append(m.ID, of.ID[i]), append(m.Score, of.Score[i])
	m.Correct, m.Positive = append(m.Correct, of.Correct[i]), append(m.Positive, of.Positive[i])
}

// Append adds the rows of a later stretch.
func (m *Matured) Append(later Matured) {
	m.Predicted += later.Predicted
	m.ID, m.Score = append(m.ID, later.ID...), append(m.Score, later.Score...)
	m.Correct, m.Positive = append(m.Correct, later.Correct...), append(m.Positive, later.Positive...)
}
