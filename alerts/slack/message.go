package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Slack's documented limits, in characters.
const (
	maxHeader  = 150
	maxField   = 2000
	maxFields  = 10
	maxSection = 3000
)

// message is the incident as its parent message.
func message(i alerts.Incident, withChart bool) []slack.MsgOption {
	headline := mark(i) + " " + i.Headline
	blocks := []slack.Block{slack.NewHeaderBlock(plain(headline, maxHeader))}
	// Only what a block shows notifies: the text beside blocks is the preview.
	if lead := lead(i); lead != "" {
		blocks = append(blocks, slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, cut(lead, maxSection), false, false), nil, nil))
	}
	var fields []*slack.TextBlockObject
	for _, fact := range i.Facts[:min(len(i.Facts), maxFields)] {
		text := "*" + escape(fact.Name) + "*\n" + escape(fact.Text)
		fields = append(fields, slack.NewTextBlockObject(slack.MarkdownType, cut(text, maxField), false, false))
	}
	if len(fields) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, fields, nil))
	}
	if withChart && charted(i) {
		blocks = append(blocks, chart(i))
	}
	blocks = append(blocks, slack.NewContextBlock("", plain(about(i), maxField)))
	return []slack.MsgOption{
		slack.MsgOptionText(cut(escape(headline), maxSection), false),
		slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: incidentEvent, EventPayload: map[string]any{"id": i.ID}}),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
}

// lead asks for the owner where the incident pages, and says what was done.
func lead(i alerts.Incident) string {
	var parts []string
	if i.Owner != "" && i.Pages() {
		parts = append(parts, mention(i.Owner))
	}
	if done := i.Outcome(); done != "" {
		first, size := utf8.DecodeRuneInString(done)
		parts = append(parts, escape(string(unicode.ToUpper(first))+done[size:]))
	}
	return strings.Join(parts, " ")
}

// about is the small print: which slot, since when, compared with what.
func about(i alerts.Incident) string {
	parts := []string{i.Ref.String(), i.Slot, "opened " + stamp(i.Opened), "as of " + stamp(i.Updated)}
	if i.State == alerts.Resolved {
		parts[3] = "closed " + stamp(i.Closed)
	}
	if i.Reference != "" {
		parts = append(parts, "reference "+i.Reference)
	}
	return strings.Join(parts, " · ")
}

// mark is the state at a glance.
func mark(i alerts.Incident) string {
	switch {
	case i.State == alerts.Resolved:
		return "🟢"
	case i.Status == evaluate.Critical:
		return "🔴"
	}
	return "🟡"
}

// reply is one entry of the timeline as a line of the thread; aloud lets those
// that ask for it be seen in the channel, too.
func reply(i alerts.Incident, entry int, parent alerts.Receipt, aloud bool) []slack.MsgOption {
	e := i.Timeline[entry]
	text := stamp(e.At) + " " + escape(e.Text)
	if aloud && e.Reach == alerts.ToOwner && i.Owner != "" {
		text = mention(i.Owner) + " " + text
	}
	text = cut(text, maxSection)
	if e.Table != "" {
		text += "\n" + preformatted(e.Table, maxSection)
	}
	options := []slack.MsgOption{
		slack.MsgOptionText(text, false),
		slack.MsgOptionTS(parent.ID),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: entryEvent, EventPayload: map[string]any{"id": i.ID, "entry": entry}}),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	if aloud && e.Reach >= alerts.InChannel {
		options = append(options, slack.MsgOptionBroadcast())
	}
	return options
}
