package terminal

import (
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table prints rows under a header. Columns of numbers are aligned to the
// right; words such as healthy and critical have their colour. Rows may be
// shorter than the header.
func (s *Screen) Table(header []string, rows [][]string) {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()

	head := make(table.Row, len(header))
	configs := make([]table.ColumnConfig, len(header))
	for i, name := range header {
		head[i] = s.faint(strings.ToUpper(Plain(name)))
		configs[i] = table.ColumnConfig{Number: i + 1}
		if numeric(rows, i) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(configs)
	for _, cells := range rows {
		row := make(table.Row, len(cells))
		for i, cell := range cells {
			row[i] = s.Status(cell)
		}
		t.AppendRow(row)
	}
	s.print(t.Render())
}

// numeric reports whether a column holds at least one number and nothing but
// numbers, percentages and dashes for none.
func numeric(rows [][]string, column int) bool {
	found := false
	for _, row := range rows {
		if column >= len(row) {
			continue
		}
		cell := strings.TrimSpace(row[column])
		if cell == "" || cell == "-" || cell == "–" || cell == "—" {
			continue
		}
		bare := strings.ReplaceAll(strings.TrimSuffix(cell, "%"), ",", "")
		if _, err := strconv.ParseFloat(bare, 64); err != nil {
			return false
		}
		found = true
	}
	return found
}
