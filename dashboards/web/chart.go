package web

import (
	"fmt"
	"time"
)

// Chart is numbers over time. It is shown as a table that the script draws.
type Chart struct {
	Title    string  `json:"title"`
	Question string  `json:"question"` // what the chart answers
	Unit     string  `json:"unit"`     // "", share (of 1, shown in percent) or count
	Top      float64 `json:"-"`        // what is larger is cut off; 0 for nothing
	Lines    []Line  `json:"lines"`
	Points   []Point `json:"points"`
	Marks    []Mark  `json:"marks,omitempty"`
}

// Line is one column of a chart.
type Line struct {
	Name string `json:"name"`
	Role string `json:"role"` // value, lower, upper, limit or estimate
}

// Point is one row: a value a line, nil where there is none.
type Point struct {
	At     time.Time  `json:"at"`
	Values []*float64 `json:"values"`
}

// Mark is a moment worth a line across the chart.
type Mark struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Empty reports whether there is nothing to draw.
func (c Chart) Empty() bool { return len(c.Points) == 0 }

// Summary says in words what the chart shows, for those who do not see it.
func (c Chart) Summary() string {
	if c.Empty() {
		return "nothing yet"
	}
	last := c.Points[len(c.Points)-1]
	text := fmt.Sprintf("%d points from %s to %s", len(c.Points), day(c.Points[0].At), day(last.At))
	for i, l := range c.Lines {
		if l.Role != "lower" && l.Role != "upper" && last.Values[i] != nil {
			text += fmt.Sprintf("; %s last %s", l.Name, cell(c.Unit, last.Values[i]))
		}
	}
	return text
}
