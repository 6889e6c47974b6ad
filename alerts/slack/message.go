package slack

import (
	"strings"
	"time"

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
func message(i alerts.Incident) []slack.MsgOption {
	headline := mark(i) + " " + i.Headline
	blocks := []slack.Block{slack.NewHeaderBlock(plain(headline, maxHeader))}
	var fields []*slack.TextBlockObject
	for _, fact := range i.Facts[:min(len(i.Facts), maxFields)] {
		fields = append(fields, slack.NewTextBlockObject(slack.MarkdownType, cut("*"+escape(fact.Name)+"*\n"+escape(fact.Text), maxField), false, false))
	}
	if len(fields) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, fields, nil))
	}
	if i.Blocked != "" {
		blocks = append(blocks, slack.NewSectionBlock(plain(i.Blocked.Sentence(), maxSection), nil, nil))
	}
	about := []string{i.Ref.String(), i.Slot, "mode " + i.Mode.String(), "since " + i.Opened.Format(time.RFC3339)}
	if i.Reference != "" {
		about = append(about, "reference "+i.Reference)
	}
	blocks = append(blocks, slack.NewContextBlock("", plain(strings.Join(about, " · "), maxField)))
	return []slack.MsgOption{
		slack.MsgOptionText(cut(escape(headline), maxSection), false),
		slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{"id": i.ID}}),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
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

// line is one entry of the timeline; only the owner is ever mentioned, and
// only from the configuration.
func line(e alerts.Entry, owner string) string {
	text := e.At.Format("2006-01-02 15:04") + " " + escape(e.Text)
	if e.Reach == alerts.ToOwner && owner != "" {
		text = mention(owner) + " " + text
	}
	return cut(text, maxSection)
}

// mention writes an id such as U024BE7LH or S012AB as Slack wants it; a name
// stays a name.
func mention(owner string) string {
	switch {
	case strings.HasPrefix(owner, "U"), strings.HasPrefix(owner, "W"):
		return "<@" + escape(owner) + ">"
	case strings.HasPrefix(owner, "S"):
		return "<!subteam^" + escape(owner) + ">"
	}
	return escape(owner)
}

func plain(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(text, limit), false, false)
}

// escape makes data text: what comes from models and features can neither
// format nor mention.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'").Replace(text)
}

// cut shortens by characters, not bytes.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
