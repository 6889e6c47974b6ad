package performance

// Confusion counts labelled rows of a binary model by the class it called and the
// label. Confusions of disjoint rows add up.
type Confusion struct {
	TP, FP, FN, TN int // called positive rightly, wrongly; called negative wrongly, rightly
}

// Count adds a number of rows.
func (c *Confusion) Count(called, positive bool, rows int) {
	switch {
	case called && positive:
		c.TP += rows
	case called:
		c.FP += rows
	case positive:
		c.FN += rows
	default:
		c.TN += rows
	}
}

// Add adds the rows of other.
func (c *Confusion) Add(other Confusion) {
	c.TP, c.FP, c.FN, c.TN = c.TP+other.TP, c.FP+other.FP, c.FN+other.FN, c.TN+other.TN
}

// Rows is how many rows were counted.
func (c Confusion) Rows() int { return c.TP + c.FP + c.FN + c.TN }

// none is the reason of a rate over no rows: there are none at all, or none of the
// ones that it is of.
func (c Confusion) none(without Reason) Reason {
	if c.Rows() == 0 {
		return NoRows
	}
	return without
}
