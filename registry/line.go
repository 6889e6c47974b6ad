package registry

import (
	"html"
	"regexp"
	"strings"
)

var invisible = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<[^>]*>`)

// Line returns the first 300 characters of what a server said, a text or an HTML
// page, as one line.
func Line(text string) string {
	text = text[:min(len(text), 64<<10)]
	text = html.UnescapeString(invisible.ReplaceAllString(text, " "))
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	return cut(text, 300)
}
