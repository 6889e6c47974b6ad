package slack

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/driftd/driftd/alerts"
)

//go:embed message.tmpl
var messageTemplates string

// Templates are the texts of a message, by name. The zero Templates are the usual ones.
type Templates struct{ parsed *template.Template }

// templateNames are those that a file may define anew.
var templateNames = []string{"header", "lead", "fact", "links", "footer"}

var defaultTemplates = Templates{template.Must(template.New("message.tmpl").Parse(messageTemplates))}

// LoadTemplates reads a file that defines some of the texts anew. Its error names
// the line.
func LoadTemplates(path string) (Templates, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Templates{}, err
	}
	return parseTemplates(path, string(text))
}

// parseTemplates tries the templates on incidents of every kind: what fails on a
// field that is not there fails here, not when there is something to tell.
func parseTemplates(name, text string) (Templates, error) {
	own, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return Templates{}, readable(err)
	}
	t := Templates{template.Must(defaultTemplates.parsed.Clone())}
	for _, d := range own.Templates() {
		switch {
		case d.Name() == name:
			if strings.TrimSpace(d.Root.String()) != "" {
				return t, fmt.Errorf("%s: has text outside of any {{define}}: define one of %s", name, strings.Join(templateNames, ", "))
			}
		case !slices.Contains(templateNames, d.Name()):
			return t, fmt.Errorf("%s: defines %q, which no message has: define one of %s", name, d.Name(), strings.Join(templateNames, ", "))
		default:
			if _, err := t.parsed.AddParseTree(d.Name(), d.Tree); err != nil {
				return t, readable(err)
			}
		}
	}
	for _, v := range samples() {
		for _, part := range templateNames {
			var data any = v
			if part == "fact" {
				data = v.Facts[0]
			}
			if err := t.parsed.ExecuteTemplate(&strings.Builder{}, part, data); err != nil {
				return t, readable(err)
			}
		}
	}
	return t, nil
}

// samples are views with everything, and with nothing.
func samples() []View {
	full := View{Facts: []Fact{{"name", "text"}}, Mark: "🔴", Headline: "headline", Outcome: "outcome", Mention: "<@U1>", Silence: "silenced", Closed: "2026-01-02 03:04", Links: []alerts.Link{{Name: "page", URL: "https://driftd.example"}}}
	return []View{full, {Facts: []Fact{{}}}}
}

// text executes the template; with what it wrote until an error, which
// parseTemplates has made unlikely.
func (t Templates) text(name string, data any) string {
	var out strings.Builder
	parsed := cmp.Or(t.parsed, defaultTemplates.parsed)
	_ = parsed.ExecuteTemplate(&out, name, data)
	return strings.TrimSpace(out.String())
}

// readable drops the name of the library before the file and line.
func readable(err error) error { return errors.New(strings.TrimPrefix(err.Error(), "template: ")) }
