package slack_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func templates(t *testing.T, text string) (slack.Templates, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "texts.tmpl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := slack.LoadTemplates(path)
	if err != nil {
		err = errText(strings.ReplaceAll(err.Error(), path, "texts.tmpl"))
	}
	return own, err
}

type errText string

func (e errText) Error() string { return string(e) }

func TestTextsCanBeWrittenAnew(t *testing.T) {
	own, err := templates(t, `{{/* ours */}}
{{define "header"}}{{.Mark}} [{{.Class}}] {{.Model}} v{{.Version}}{{end}}
{{define "fact"}}{{if ne .Name "mode"}}{{.Name}}: {{.Text}}{{end}}{{end}}
{{define "footer"}}runbook: <https://wiki.example/{{.Class}}|{{.Class}}>{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	people := slackfake.New("xoxb-test")
	t.Cleanup(people.Close)
	n := slack.New(slack.Config{Token: "xoxb-test", APIURL: people.URL(), Templates: own}, slog.New(slog.DiscardHandler))
	i := full(func(i *alerts.Incident) { i.Ref.Name = "<!channel> & co" })
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	m := people.Messages(i.Channel)[0]
	if m.Header != "🟡 [performance] <!channel> & co v2" { // a header is plain text: nothing in it mentions
		t.Errorf("header %q", m.Header)
	}
	if len(m.Fields) != len(i.Facts)-1 || m.Fields[0] != "brier against 1: worse by 0.021 (0.012 to 0.03), tolerated 0.005, 934 labels to 2013-09-11" {
		t.Errorf("fields %q", m.Fields)
	}
	if !slices.Contains(m.Notes, "runbook: <https://wiki.example/performance|performance>") || !slices.ContainsFunc(m.Notes, func(n string) bool {
		return strings.HasPrefix(n, "*Flight-delays@2 does") || strings.HasPrefix(n, "*flight-delays@2 does")
	}) {
		t.Errorf("notes %q: want our footer and the usual lead", m.Notes)
	}
}

func TestTemplatesThatFailAreRefusedWithTheirLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\n{{define \"lead\"}}{{.Headline{{end}}", `texts.tmpl:2: bad character U+007B '{'`},
		{"{{define \"lead\"}}\n\n{{.Headlin}}{{end}}", `texts.tmpl:3:2: executing "lead" at <.Headlin>: can't evaluate field Headlin in type slack.View`},
		{"{{define \"fact\"}}\n{{.Label}}{{end}}", `texts.tmpl:2:2: executing "fact" at <.Label>: can't evaluate field Label in type slack.Fact`},
		{"{{define \"heading\"}}x{{end}}", `texts.tmpl: defines "heading", which no message has: define one of header, lead, fact, links, footer`},
		{"{{.Headline}}", `texts.tmpl: has text outside of any {{define}}: define one of header, lead, fact, links, footer`},
		{"{{define \"links\"}}\n{{range .Links}}{{.Address}}{{end}}{{end}}", `texts.tmpl:2:18: executing "links" at <.Address>: can't evaluate field Address in type alerts.Link`},
	} {
		if _, err := templates(t, c.text); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v\nwant %s", c.text, err, c.want)
		}
	}
}

// Names of models, features and people are text, wherever they stand.
func TestDataMentionsNobody(t *testing.T) {
	n, people := setup(t)
	const evil = "<!channel> <@U024BE7LH> <https://evil.example|log in> `*x*` ~y~\n&amp;"
	i := full(func(i *alerts.Incident) {
		i.Headline, i.Slot, i.Reference, i.Ref.Name, i.Ref.Version = evil, evil, evil, evil, evil
		i.Facts = []alerts.Fact{{Name: evil, Text: evil}}
		i.Timeline = []alerts.Entry{{At: i.Opened, Text: evil, Table: evil}}
		i.Silence = &alerts.Silence{By: evil, Why: evil}
		i.Action, i.Owner = &alerts.Action{Model: evil, From: evil, To: evil, Slot: evil, Stage: alerts.Failed, Detail: evil}, ""
	})
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	m := people.Messages(i.Channel)[0]
	for _, text := range append(slices.Concat(m.Fields, m.Notes), m.Text, m.Thread[0].Text) {
		if strings.ContainsAny(text, "<>~") || strings.Contains(strings.ReplaceAll(text, "```", ""), "`") {
			t.Errorf("%q has formatting of its own", text)
		}
	}
}
