package alerts

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"
)

// tableRows is how many inputs a table of the thread shows.
const tableRows = 20

// table is lines of aligned columns below a line of the thread.
type table struct {
	text strings.Builder
	w    *tabwriter.Writer
	rows int
}

func newTable(columns ...string) *table {
	t := &table{}
	t.w = tabwriter.NewWriter(&t.text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t.w, strings.Join(columns, "\t"))
	return t
}

// add writes a row, unless there are too many.
func (t *table) add(cells ...string) {
	if t.rows++; t.rows > tableRows {
		return
	}
	for k, cell := range cells {
		cells[k] = strings.Map(visible, cell)
	}
	fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

// lines is the table, "" when nothing was added, and how many rows it leaves out.
func (t *table) lines() string {
	_ = t.w.Flush() // a strings.Builder takes all
	if t.rows == 0 {
		return ""
	}
	if more := t.rows - tableRows; more > 0 {
		fmt.Fprintf(&t.text, "and %d more\n", more)
	}
	return strings.TrimSuffix(t.text.String(), "\n")
}

// visible keeps data from breaking the lines and columns of a table.
func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
