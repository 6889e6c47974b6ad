package slack

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// View is what templates show of an incident. All of it is text in which Slack
// finds no formatting, mention or link, but for Mention and the addresses of Links.
type View struct {
	Mark      string // 🔴 🟡 🟢 ⚪ 📋: the state at a glance
	Word      string // the state: degraded, drifted, recovered, …
	Subject   string // model@version
	Model     string
	Version   string
	Slot      string
	Class     string // performance, drift, data, pipeline or digest
	State     string // open or resolved
	Status    string // warning or critical
	Mode      string // observe, approve or auto
	Headline  string // what broke
	Outcome   string // what was done, or would have been, or why not; "" when nothing was asked for
	Owner     string
	Mention   string // the owner as Slack wants it, "" where the incident asks for nobody
	Amended   string // what data that came late changed last, "" when nothing
	Silence   string // until when it is silenced, by whom and why; "" when it is not
	Opened    string
	Updated   string
	Closed    string // "" while it is open
	Reference string // id
	Facts     []Fact
	Links     []alerts.Link
}

// Fact is a label and its value.
type Fact struct{ Name, Text string }

func view(i alerts.Incident, links alerts.Links) View {
	v := View{
		Mark: mark(i), Word: word(i), Subject: escape(i.Ref.String()), Model: escape(i.Ref.Name), Version: escape(i.Ref.Version), Slot: escape(i.Slot),
		Class: string(i.Class), State: string(i.State), Status: i.Status.String(), Mode: i.Mode.String(),
		Headline: escape(i.Headline), Outcome: escape(upper(i.Outcome())), Owner: escape(i.Owner),
		Opened: stamp(i.Opened), Updated: stamp(i.Updated), Reference: escape(i.Reference),
	}
	v.Amended = escape(upper(i.Amended))
	if i.Ref.Version == "" || i.Class == alerts.ClassDigest {
		v.Subject = v.Model
	}
	if i.Owner != "" && i.Pages() {
		v.Mention = mention(i.Owner)
	}
	if i.Silence != nil {
		v.Silence = escape(upper(i.Silence.Sentence()))
	}
	if i.State == alerts.Resolved {
		v.Closed = stamp(i.Closed)
	}
	for _, f := range i.Facts {
		if f.Name == "mode" {
			continue // the footer says it
		}
		shown := Fact{escape(f.Name), escape(f.Text)}
		if i.Ended == alerts.Retracted {
			shown.Text = "~" + shown.Text + "~" // it was told, and was not so
		}
		if bars := ways(i); f.Name == "evidence" && bars != "" {
			shown.Text = bars
		}
		v.Facts = append(v.Facts, shown)
	}
	for _, l := range links.Of(i) {
		v.Links = append(v.Links, alerts.Link{Name: escape(l.Name), URL: strings.ReplaceAll(l.URL, "&", "&amp;")})
	}
	return v
}

// ways draws how far the leading detector has come, a bar a line; "" when the
// incident rests on none.
func ways(i alerts.Incident) string {
	var lines []string
	for _, w := range i.Ways() {
		full := int(math.Round(10 * min(w.Share, 1)))
		lines = append(lines, fmt.Sprintf("%s%s %.0f %% to a %s", strings.Repeat("▰", full), strings.Repeat("▱", 10-full), 100*w.Share, w.To))
	}
	if len(lines) > 0 {
		lines = append(lines, escape(i.Basis()))
	}
	return strings.Join(lines, "\n")
}

// mark is the state at a glance.
func mark(i alerts.Incident) string {
	switch {
	case i.Class == alerts.ClassDigest:
		return "📋"
	case i.Ended == alerts.Retracted || i.Ended == alerts.Superseded:
		return "⚪"
	case i.State == alerts.Resolved:
		return "🟢"
	case i.Status == evaluate.Critical:
		return "🔴"
	}
	return "🟡"
}

var endings = map[alerts.Reason]string{
	alerts.Recovered: "recovered", alerts.Retracted: "retracted", alerts.Superseded: "serves no more", alerts.Demoted: "was demoted",
}

var stages = map[alerts.Stage]string{
	alerts.Intent: "is being demoted", alerts.Done: "is being demoted", alerts.NoEffect: "still serves after its demotion",
	alerts.Proposed: "waits for your approval", alerts.Failed: "could not be demoted",
}

var troubles = map[alerts.Class]string{
	alerts.ClassDrift: "drifted", alerts.ClassData: "gets broken data", alerts.ClassPipeline: "cannot be judged", alerts.ClassDigest: "daily digest",
}

// word says the state in a word or a few.
func word(i alerts.Incident) string {
	switch {
	case i.State == alerts.Resolved && endings[i.Ended] != "":
		return endings[i.Ended]
	case !i.Flapping.IsZero():
		return "flaps"
	case i.Action != nil && stages[i.Action.Stage] != "":
		return stages[i.Action.Stage]
	case troubles[i.Class] != "":
		return troubles[i.Class]
	case i.State == alerts.Resolved:
		return "recovered" // stored before endings were
	case i.Pages() || i.Status == evaluate.Critical:
		return "degraded"
	}
	return "is below its limit"
}

// upper begins a sentence of ours with a capital letter.
func upper(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + sentence[size:]
}
