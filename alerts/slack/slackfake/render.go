package slackfake

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"
)

// width is how wide a rendered message is, in columns.
const width = 96

// Render writes a message as a person sees it, for a terminal: a box with the
// header, the fields in two columns, the chart as bars, and the thread below.
func Render(m Message) string {
	var b box
	b.WriteString("┌" + strings.Repeat("─", width-2) + "┐\n")
	header := m.Header
	if header == "" {
		header = m.Text
	}
	b.text(read(header))
	for k, note := range m.Notes {
		if k < len(m.Notes)-1 { // the last is the small print
			b.text(read(note))
		}
	}
	if len(m.Fields) > 0 {
		b.line("")
	}
	for k := 0; k < len(m.Fields); k += 2 {
		pair := m.Fields[k:min(k+2, len(m.Fields))]
		b.columns(pair)
	}
	if m.Chart != nil {
		b.line("")
		b.chart(m.Chart)
	}
	if n := len(m.Notes); n > 0 {
		b.line("")
		b.text(read(m.Notes[n-1]))
	}
	b.WriteString("└" + strings.Repeat("─", width-2) + "┘\n")
	for k, reply := range m.Thread {
		edge := "  ├─ "
		if k == len(m.Thread)-1 {
			edge = "  └─ "
		}
		said, block, _ := strings.Cut(strings.TrimSuffix(read(reply.Text), "\n```"), "\n```\n")
		lines := wrap(said, width-len("  ├─ "))
		if block != "" {
			lines = append(lines, strings.Split(block, "\n")...)
		}
		for n, text := range lines {
			if n > 0 {
				edge = "     "
			}
			b.WriteString(edge + text + "\n")
		}
	}
	return b.String()
}

type box struct{ strings.Builder }

func (b *box) line(text string) { b.WriteString("│ " + pad(text, width-4) + " │\n") }

func (b *box) text(text string) {
	for _, line := range wrap(text, width-4) {
		b.line(line)
	}
}

// columns writes up to two fields side by side: name above value.
func (b *box) columns(fields []string) {
	half := (width - 4) / 2
	cells := make([][]string, 2)
	for k, f := range fields {
		name, value, _ := strings.Cut(f, "\n")
		cells[k] = append(cells[k], strings.ToUpper(read(strings.Trim(name, "*"))))
		cells[k] = append(cells[k], wrap(read(value), half-1)...)
	}
	for row := range max(len(cells[0]), len(cells[1])) {
		var text string
		for _, cell := range cells {
			var part string
			if row < len(cell) {
				part = cell[row]
			}
			text += pad(part, half)
		}
		b.line(text)
	}
}

var bars = []rune(" ▁▂▃▄▅▆▇█")

// chart draws the first series as bars, the largest value of all series being
// the full height.
func (b *box) chart(c *Chart) {
	top := 0.0
	for _, s := range c.Series {
		for _, p := range s.Data {
			top = math.Max(top, p.Value)
		}
	}
	first := c.Series[0]
	var line strings.Builder
	for _, p := range first.Data {
		level := 0
		if top > 0 && p.Value > 0 {
			level = int(math.Ceil(p.Value / top * float64(len(bars)-1)))
		}
		line.WriteString(strings.Repeat(string(bars[level]), 2))
	}
	b.line(c.Title)
	b.line(line.String())
	b.line(first.Data[0].Label + " to " + first.Data[len(first.Data)-1].Label)
}

// wrap breaks text at spaces into lines of at most n columns.
func wrap(text string, n int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		var line string
		for _, word := range strings.Fields(paragraph) {
			switch {
			case line == "":
				line = word
			case columns(line)+1+columns(word) <= n:
				line += " " + word
			default:
				lines = append(lines, line)
				line = word
			}
			for columns(line) > n {
				head := []rune(line)[:n-1]
				lines = append(lines, string(head))
				line = strings.TrimPrefix(line, string(head))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func pad(text string, n int) string { return text + strings.Repeat(" ", max(0, n-columns(text))) }

// columns is how wide a terminal shows the text: pictures take two columns.
func columns(text string) int {
	n := utf8.RuneCountInString(text)
	for _, r := range text {
		if r >= 0x1F300 {
			n++
		}
	}
	return n
}

var mentions = regexp.MustCompile(`<(?:@|!subteam\^|!)(\w+)>`)

var links = regexp.MustCompile(`<https?://[^|>]*\|([^>]*)>`)

// read shows mentions and links, drops what makes text bold and undoes Slack's
// escaping, as its clients do.
func read(text string) string {
	text = mentions.ReplaceAllString(text, "@$1")
	text = links.ReplaceAllString(text, "$1")
	text = strings.NewReplacer("*", "", "~", "").Replace(text)
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
