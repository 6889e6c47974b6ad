package slackfake

import (
	"strings"
)

// Render writes a message as a person sees it, for a terminal.
func Render(m Message) string {
	var b strings.Builder
	row := func(edge, text string) { b.WriteString(edge + " " + text + "\n") }
	row("┌", read(m.Header))
	for _, f := range m.Fields {
		name, value, _ := strings.Cut(f, "\n")
		name = strings.Trim(name, "*")
		for i, text := range strings.Split(read(value), "\n") {
			if i > 0 {
				name = ""
			}
			row("│", pad(name, 16)+" "+text)
		}
	}
	for _, note := range m.Notes {
		row("│", read(note))
	}
	for i, reply := range m.Thread {
		edge := "├─"
		if i == len(m.Thread)-1 {
			edge = "└─"
		}
		row(edge, read(reply))
	}
	return b.String()
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-len([]rune(text))))
}

// read undoes Slack's escaping, as its clients do.
func read(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
