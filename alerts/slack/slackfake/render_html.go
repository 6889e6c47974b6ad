package slackfake

import (
	"cmp"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"regexp"
	"strings"
)

//go:embed page.html.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"mrkdwn": Page{}.mrkdwn, "draw": draw, "png": inlined, "style": func() template.CSS { return template.CSS(pageStyle) }}).Parse(pageText))

// Page is a channel as a person sees it.
type Page struct {
	Channel  string
	Style    string            // address of page.css, "" to have it in the page
	Theme    string            // light or dark, "" for what the reader's system has
	People   map[string]string // names by id of a user or user group
	Messages []Message
}

// RenderHTML writes the messages as a page: header, fields, chart, buttons and
// thread, in the order in which they were sent.
func RenderHTML(w io.Writer, p Page) error {
	t, err := pageTemplate.Clone()
	if err != nil {
		return err
	}
	return t.Funcs(template.FuncMap{"mrkdwn": p.mrkdwn}).Execute(w, p)
}

// Block is a part of a message as it was sent.
type Block struct {
	Type     string
	Text     *Text
	Fields   []Text
	Elements []Element
	Title    string
	Chart    *Chart
	Alt      string `json:"alt_text"`
}

// Text is text, formatted as mrkdwn or plain_text.
type Text struct{ Type, Text string }

// Pointer is the text, for templates.
func (t Text) Pointer() *Text { return &t }

// Element is a text of a context block, or a button.
type Element struct {
	Type  string
	Text  Text
	Style string
	URL   string
}

// UnmarshalJSON implements [json.Unmarshaler]: a button has a text, everything
// else is one.
func (e *Element) UnmarshalJSON(raw []byte) error {
	var read struct {
		Type, Style, URL string
		Text             json.RawMessage
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return err
	}
	e.Type, e.Style, e.URL = read.Type, read.Style, read.URL
	if read.Type == "button" {
		return json.Unmarshal(read.Text, &e.Text)
	}
	e.Text.Type = read.Type
	return json.Unmarshal(read.Text, &e.Text.Text)
}

// Blocks are the parts of the message; its text where it has none.
func (m Message) Blocks() []Block {
	var blocks []Block
	if json.Unmarshal(m.blocks, &blocks) != nil || len(blocks) == 0 {
		return []Block{{Type: "section", Text: &Text{"mrkdwn", m.Text}}}
	}
	return blocks
}

// Formatted returns what the reply says as a text.
func (r Reply) Formatted() Text { return Text{"mrkdwn", r.Text} }

var (
	angled = regexp.MustCompile(`<([^<>]*)>`)
	bold   = regexp.MustCompile(`(^|\W)\*([^*\n]+)\*`)
	struck = regexp.MustCompile(`(^|\W)~([^~\n]+)~`)
	fenced = regexp.MustCompile("(?s)```\n?(.*?)```")
)

// mrkdwn shows a text as Slack does, as far as driftd uses its formatting. What
// was escaped for Slack stays escaped for the browser.
func (p Page) mrkdwn(t *Text) template.HTML {
	if t == nil {
		return ""
	}
	if t.Type != "mrkdwn" {
		return template.HTML(lines(html.EscapeString(t.Text))) //nolint:gosec // escaped
	}
	var out strings.Builder
	at := 0
	for _, m := range fenced.FindAllStringSubmatchIndex(t.Text, -1) {
		out.WriteString(p.inline(t.Text[at:m[0]]) + "<pre>" + clean(t.Text[m[2]:m[3]]) + "</pre>")
		at = m[1]
	}
	out.WriteString(p.inline(t.Text[at:]))
	return template.HTML(out.String()) //nolint:gosec // escaped by inline and clean
}

func (p Page) inline(text string) string {
	var out strings.Builder
	at := 0
	for _, m := range angled.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(styled(text[at:m[0]]) + p.reference(text[m[2]:m[3]]))
		at = m[1]
	}
	out.WriteString(styled(text[at:]))
	return lines(out.String())
}

// reference is what stands between angle brackets: a mention or a link.
func (p Page) reference(text string) string {
	target, label, named := strings.Cut(text, "|")
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "!"):
		name := strings.TrimPrefix(strings.TrimLeft(target, "@!"), "subteam^")
		return `<span class="mention">@` + clean(cmp.Or(p.People[name], name)) + `</span>`
	case !named:
		label = target
	}
	return fmt.Sprintf(`<a href="%s">%s</a>`, clean(string(safeURL(html.UnescapeString(target)))), clean(label))
}

// safeURL keeps addresses of the web, and no others.
func safeURL(address string) template.URL {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return template.URL(address) //nolint:gosec // of the web
	}
	return "#"
}

// styled shows what is bold or struck out.
func styled(text string) string {
	text = bold.ReplaceAllString(clean(text), "$1<b>$2</b>")
	return struck.ReplaceAllString(text, "$1<s>$2</s>")
}

// inlined is the picture as an address.
func inlined(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // a picture
}

// clean escapes for the browser what may be escaped for Slack.
func clean(text string) string { return html.EscapeString(html.UnescapeString(text)) }

func lines(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), "\n", "<br>") }
